//! What becomes of a chunk that comes again, or too early.

use std::{env, fs, process, thread};

use super::*;
use crate::batch::chunks;
use crate::store::migrate::{Migration, migrate};

#[test]
fn k25_a_number_counts_once_and_in_its_order() {
    let folder = env::temp_dir().join(format!("ppc-numbers-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut store = SqliteBackend::new(&folder.join("metrics.db"), "ppc", false);
    let mut apply = |number: u64, after: u64, writer: &str| {
        let text = format!("#{number} {after} 0 - 1 {writer} i f counter;;;last \\e \\e\n+1\t\n");
        let all: Vec<_> = chunks(&text).collect();
        let is_applied = store.apply(&all) == [Verdict::Applied];
        let read = store.read().unwrap();
        let values: Vec<&str> = read.families[0]
            .series
            .iter()
            .filter_map(|(_, row)| row.split(' ').next_back())
            .collect();
        (is_applied, values.join(","))
    };
    let told = |is_applied, value: &str| (is_applied, value.to_owned());
    assert_eq!(apply(1, 0, "w"), told(true, "1"));
    assert_eq!(apply(1, 0, "w"), told(true, "1"), "known");
    assert_eq!(apply(3, 2, "w"), told(false, "1"), "2 is missing");
    assert_eq!(apply(2, 1, "w"), told(true, "2"));
    assert_eq!(apply(1, 0, "w"), told(true, "2"), "older than the last");
    assert_eq!(apply(3, 2, "w"), told(true, "3"));
    assert_eq!(apply(1, 0, "other"), told(true, "4"), "of another writer");
    fs::remove_dir_all(&folder).unwrap();
}

/// A folder of its own, and a store in it.
fn store_in(name: &str) -> (PathBuf, SqliteBackend) {
    let folder = env::temp_dir().join(format!("ppc-{name}-{}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let store = SqliteBackend::new(&folder.join("metrics.db"), "ppc", false);
    (folder, store)
}

/// Values by series, of the family `f`.
fn values(store: &mut SqliteBackend) -> Vec<(String, String)> {
    let read = store.read().unwrap();
    let row = |(field, row): &(String, String)| {
        let (_, value) = row.split_once(' ').unwrap();
        (field.replace('\t', " "), value.to_owned())
    };
    read.families[0].series.iter().map(row).collect()
}

fn written(store: &mut SqliteBackend, text: &str) {
    let all: Vec<_> = chunks(text).collect();
    let verdicts = store.apply(&all);
    let is_applied = verdicts.iter().all(|one| *one == Verdict::Applied);
    assert!(is_applied, "{text} {verdicts:?}");
}

#[test]
fn f30_a_migration_that_broke_off_is_begun_again_beside_writers() {
    let (folder, mut store) = store_in("begun-again");
    let old = "#1 0 0 - 1 w i f counter;a;;last \\e \\e\n+1\tx\n+2\ty\n";
    written(&mut store, old);
    store.set_aside("f", "1").unwrap().unwrap();
    // It broke off here, and who declares it anew counts already.
    written(
        &mut store,
        "#1 0 0 - 1 v i f counter;a,b;;last \\e \\e\n+5\tx\tz\n",
    );
    let migration = Migration::new().add_label("b", "z");
    assert_eq!(migrate(&mut store, "f", &migration, "2"), Ok(2));
    let told = [("x z", "6"), ("y z", "2")];
    assert_eq!(
        values(&mut store),
        told.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    assert!(
        migrate(&mut store, "f", &migration, "3").is_err(),
        "it is through"
    );
    assert_eq!(values(&mut store).len(), 2);
    fs::remove_dir_all(&folder).unwrap();
}

/// A store that is gone after so many writes.
#[derive(Debug)]
struct Breaking(SqliteBackend, usize);

impl Backend for Breaking {
    fn apply(&mut self, chunks: &[Chunk<'_>]) -> Vec<Verdict> {
        let Some(left) = self.1.checked_sub(1) else {
            return vec![Verdict::Again(Fault::new("gone", "it is gone")); chunks.len()];
        };
        self.1 = left;
        self.0.apply(chunks)
    }

    fn read(&mut self) -> Result<Reading, Fault> {
        self.0.read()
    }

    fn drop_family(&mut self, name: &str) -> Result<bool, Fault> {
        self.0.drop_family(name)
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.0.reset()
    }

    fn aside(&mut self, name: &str) -> Result<Option<Shelf>, Fault> {
        self.0.aside(name)
    }

    fn set_aside(&mut self, name: &str, mark: &str) -> Result<Option<Shelf>, Fault> {
        self.0.set_aside(name, mark)
    }

    fn drop_aside(&mut self, name: &str) -> Result<(), Fault> {
        self.0.drop_aside(name)
    }
}

#[test]
fn f30_what_is_over_meanwhile_does_not_shift_the_steps_of_a_migration() {
    let (folder, mut store) = store_in("steps");
    let mut text = "#1 0 0 - 1 w i f counter;a;;last \\e \\e\n".to_owned();
    text.extend((10..310).map(|nth| format!("+1\t{nth:03}\n")));
    written(&mut store, &text);
    let short = "#2 0 0 1000 1 w i f counter;a;;last \\e \\e\n".to_owned();
    let short = (0..10).fold(short, |text, nth| text + &format!("+1\t{nth:03}\n"));
    written(&mut store, &short);
    let migration = Migration::new().add_label("b", "z");
    let mut store = Breaking(store, 1);
    migrate(&mut store, "f", &migration, "1").unwrap_err();
    thread::sleep(Duration::from_millis(1100));
    (store.1, store.0.swept) = (9, 0);
    migrate(&mut store, "f", &migration, "2").unwrap();
    let found = values(&mut store.0);
    let found = found.iter().filter(|(field, _)| &**field > "010").count();
    assert_eq!(found, 300);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn f30_a_migration_does_not_undo_what_is_said_meanwhile() {
    let (folder, mut store) = store_in("said-meanwhile");
    written(
        &mut store,
        "#1 0 0 - 1 w i f gauge;a;;last \\e \\e\n=1\tx\n=2\ty\n",
    );
    store.set_aside("f", "1").unwrap().unwrap();
    written(
        &mut store,
        "#1 0 0 - 1 v i f gauge;b;;last \\e \\e\n=5\tx\n",
    );
    let migration = Migration::new().rename_label("a", "b");
    assert_eq!(migrate(&mut store, "f", &migration, "2"), Ok(2));
    let told = [("x", "5"), ("y", "2")];
    assert_eq!(
        values(&mut store),
        told.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn k25_a_file_that_is_replaced_is_found_out() {
    let (folder, mut store) = store_in("replaced");
    let text = |number: u64| format!("#{number} 0 0 - 1 w i f counter;;;last \\e \\e\n+1\t\n");
    written(&mut store, &text(1));
    for entry in fs::read_dir(&folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    written(&mut store, &text(2));
    let mut reader = SqliteBackend::new(&folder.join("metrics.db"), "ppc", true);
    assert_eq!(values(&mut reader), [(String::new(), "1".to_owned())]);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn many_that_make_the_file_at_the_same_moment_all_count() {
    for _ in 0..20 {
        let (folder, _) = store_in("at-once");
        let start = std::sync::Barrier::new(20);
        thread::scope(|scope| {
            for nth in 0..20 {
                let (folder, start) = (&folder, &start);
                scope.spawn(move || {
                    let mut store = SqliteBackend::new(&folder.join("metrics.db"), "ppc", false);
                    start.wait();
                    let head = format!("#1 0 0 - 1 w{nth} i f counter;;;last");
                    written(&mut store, &(head + " \\e \\e\n+1\t\n"));
                });
            }
        });
        let mut reader = SqliteBackend::new(&folder.join("metrics.db"), "ppc", true);
        assert_eq!(values(&mut reader), [(String::new(), "20".to_owned())]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
