//! Packing: lines into datagrams, beside copying them.

mod harness;

use harness::{Table, repeat};
use ppc_transports::Packer;

fn main() {
    let line =
        |n: usize| format!("events,account=account-{n},host=h total={n} 1700000000000000000\n");
    let lines: String = (0..10_000).map(line).collect();
    let table = Table::new("pack", "a line");
    for limit in [1432, 8192] {
        let packer = Packer::new(limit);
        let mut copy = Vec::new();
        table.batch(
            &format!("10,000 lines into {limit} bytes | memcpy"),
            10_000,
            repeat(|| {
                packer
                    .payloads(lines.as_bytes())
                    .map(|payload| payload.len())
                    .sum::<usize>()
            }),
            repeat(|| {
                copy.clear();
                copy.extend_from_slice(lines.as_bytes());
                copy.len()
            }),
        );
    }
}
