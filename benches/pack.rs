//! Packing: lines into datagrams and families into bodies, beside copying them.

mod harness;

use harness::{Table, repeat};
use ppc_transports::{Cut, Packer};

fn main() {
    let line =
        |n: usize| format!("events,account=account-{n},host=h total={n} 1700000000000000000\n");
    let lines: String = (0..10_000).map(line).collect();
    let table = Table::new("pack", "a line");
    for limit in [1432, 8192] {
        let name = format!("10,000 lines into {limit} bytes | memcpy");
        compare(&table, &name, Packer::new(limit), &lines);
    }
    let family = |n: usize| {
        let header = format!("# HELP family_{n} What it is.\n# TYPE family_{n} gauge\n");
        header + &format!("family_{n}{{account=\"a\",host=\"h\"}} {n}\n").repeat(100)
    };
    let families: String = (0..100).map(family).collect();
    let packer = Packer::new(65_536).cut(Cut::Families);
    let name = "100 families of 100 lines into 64 KiB | memcpy";
    compare(&table, name, packer, &families);
}

fn compare(table: &Table, name: &str, packer: Packer, lines: &str) {
    let mut copy = Vec::new();
    table.batch(
        name,
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
