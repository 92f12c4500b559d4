//! What `/proc` says, see `proc(5)`.

use std::fs;

use super::facts::Facts;

/// What the kernel shows user space of its clock, on every system that there is: `USER_HZ`.
const TICKS: f64 = 100.0;

pub(super) fn read() -> Facts {
    let mut facts = Facts::default();
    if let Ok(stat) = fs::read_to_string("/proc/self/stat") {
        let boot = fs::read_to_string("/proc/stat");
        read_stat(&stat, boot.as_deref().unwrap_or_default(), &mut facts);
    }
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        // In kilobytes there, whatever the size of a page.
        facts.resident_bytes = field(&status, "VmRSS:").map(|kilobytes| kilobytes * 1024.0);
        facts.threads = field(&status, "Threads:");
    }
    if let Ok(limits) = fs::read_to_string("/proc/self/limits") {
        facts.max_fds = field(&limits, "Max open files");
    }
    if let Ok(fds) = fs::read_dir("/proc/self/fd") {
        // Without the one that this is read with.
        facts.open_fds = Some(fds.count().saturating_sub(1) as f64);
    }
    facts
}

fn read_stat(stat: &str, boot: &str, facts: &mut Facts) {
    // The second field, the name, is in brackets and may have any character.
    let Some((_, rest)) = stat.rsplit_once(") ") else {
        return;
    };
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let field_of = |number: usize| -> Option<f64> { fields.get(number - 3)?.parse().ok() };
    if let (Some(user), Some(system)) = (field_of(14), field_of(15)) {
        facts.cpu_seconds = Some((user + system) / TICKS);
    }
    facts.virtual_bytes = field_of(23);
    if let (Some(start), Some(boot)) = (field_of(22), field(boot, "btime")) {
        facts.start_seconds = Some(boot + start / TICKS);
    }
}

/// The first number of the line that begins like this; none where it is `unlimited`.
fn field(text: &str, name: &str) -> Option<f64> {
    let mut lines = text.lines();
    let rest = lines.find_map(|line| line.strip_prefix(name))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_the_manual() {
        let mut facts = Facts::default();
        let stat = "4242 (a) b) c) S 1 4242 4242 0 -1 4194560 1 2 3 4 150 50 7 8 20 0 9 0 1000 \
                    123456 42 18446744073709551615 1\n";
        read_stat(stat, "cpu 1 2\nbtime 1700000000\n", &mut facts);
        assert_eq!(facts.cpu_seconds, Some(2.0));
        assert_eq!(facts.virtual_bytes, Some(123_456.0));
        assert_eq!(facts.start_seconds, Some(1_700_000_010.0));
        assert_eq!(
            field(
                "Max open files            1024   4096   files\n",
                "Max open files"
            ),
            Some(1024.0)
        );
        assert_eq!(
            field(
                "Max open files            unlimited   unlimited\n",
                "Max open files"
            ),
            None
        );
        read_stat("broken", "", &mut facts);
        read_stat("1 (x) S 1", "", &mut Facts::default());
    }

    #[test]
    fn this_process_has_all_of_them() {
        let facts = read();
        let all = [
            facts.cpu_seconds,
            facts.resident_bytes,
            facts.virtual_bytes,
            facts.open_fds,
            facts.start_seconds,
            facts.threads,
        ];
        assert!(all.iter().all(Option::is_some), "{facts:?}");
        assert!(facts.resident_bytes < facts.virtual_bytes);
        assert!(
            facts.open_fds >= Some(3.0) && facts.threads >= Some(1.0),
            "{facts:?}"
        );
    }
}
