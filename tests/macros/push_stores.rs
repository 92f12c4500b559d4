//! `#[push_metrics]` to stores in which processes count together: what its keys become.

use std::path::Path;

use futures_executor::block_on;
use ppc::{Counter, Gauge, Merge, Redis, Registry, Secret, Source, Sqlite, expose, push_metrics};

use crate::support::receiver::Folder;

/// A counter, and a gauge that each process has for itself.
fn registry() -> Registry {
    let registry = Registry::new();
    let jobs = Counter::builder("stored_jobs");
    jobs.register(&registry).unwrap().inc();
    let depth = Gauge::builder("stored_depth").merge(Merge::PerInstance);
    depth.register(&registry).unwrap().set(7);
    registry
}

#[track_caller]
fn stored(store: &Sqlite) -> String {
    let store = store.open().unwrap();
    let faults: Vec<String> = store.gather().faults().map(str::to_owned).collect();
    assert_eq!(faults, Vec::<String>::new());
    String::from_utf8(expose::generate_latest(&store)).unwrap()
}

#[test]
fn files_are_paths_urls_and_values() {
    #[push_metrics(sqlite = path, registry = registry())]
    fn path(path: &Path) -> u8 {
        5
    }
    #[push_metrics(sqlite = format!("sqlite://{}?prefix=ppc", path.display()), registry = registry())]
    async fn url(path: &Path) -> u8 {
        6
    }
    #[push_metrics(sqlite = to, registry = registry())]
    fn made(to: Sqlite) -> Result<u8, String> {
        Ok(7)
    }

    let folder = Folder::create("push-stores");
    let file = folder.path().join("metrics.db");
    assert_eq!(path(&file), 5);
    assert_eq!(block_on(url(&file)), 6);
    assert_eq!(made(Sqlite::new(&file)), Ok(7));
    let text = stored(&Sqlite::new(&file));
    assert!(text.contains("\nstored_jobs_total 3\n"), "{text}");
}

#[test]
fn settings_reach_the_store() {
    #[push_metrics(
        sqlite = path,
        registry = registry(),
        job = "stored",
        prefix = "billing",
        ttl = "1d",
        instance = format!("{name}-1"),
    )]
    fn run(path: &Path, name: &str) {}
    #[push_metrics(sqlite = path, registry = registry(), prefix = prefix, ttl = 0.5)]
    fn too_short(path: &Path, prefix: String) -> u8 {
        5
    }

    let folder = Folder::create("push-stores-settings");
    let file = folder.path().join("metrics.db");
    run(&file, "host");
    let text = stored(&Sqlite::new(&file).prefix("billing"));
    for line in [
        "stored_depth{job=\"stored\",instance=\"host-1\"} 7",
        "stored_jobs_total{job=\"stored\"} 1",
        "job_runs_total{outcome=\"ok\",job=\"stored\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert_eq!(stored(&Sqlite::new(&file)), "");
    // What is wrong is told, and the job runs.
    assert_eq!(too_short(&file, "other".to_owned()), 5);
    assert_eq!(stored(&Sqlite::new(&file).prefix("other")), "");
}

#[test]
fn a_job_runs_where_its_store_is_not_there() {
    // Nobody listens at these ports.
    #[push_metrics(
        redis = "redis://127.0.0.1:1/0",
        registry = registry(),
        flush_timeout = 1,
        prefix = "billing",
        ttl = "1h",
        instance = name,
        nodes = ["127.0.0.1:2", "[::1]:2"],
        timeout = 0.5,
    )]
    fn literal(name: &str) -> u8 {
        5
    }
    #[push_metrics(
        redis = "rediss://127.0.0.1:1",
        sqlite = folder.join("metrics.db"),
        registry = registry(),
        flush_timeout = 1,
        nodes = nodes,
        ca_file = folder.join("no-such.pem"),
        client_certificate = "no-such.pem",
        client_key = "no-such.key",
        instance = String::from("both"),
        stream,
    )]
    async fn both(folder: &Path, nodes: Vec<String>) -> u8 {
        6
    }
    #[push_metrics(redis = to, registry = registry(), flush_timeout = 1)]
    fn made(to: &Redis) -> u8 {
        7
    }

    assert_eq!(literal("a"), 5);
    let folder = Folder::create("push-stores-none");
    let nodes = vec!["127.0.0.1:2".to_owned()];
    assert_eq!(block_on(both(folder.path(), nodes)), 6);
    // The other one is served all the same.
    let text = stored(&Sqlite::new(folder.path().join("metrics.db")));
    assert!(
        text.contains("stored_depth{instance=\"both\"} 7\n"),
        "{text}"
    );
    let redis = Redis::new("127.0.0.1:1").user("jobs");
    assert_eq!(made(&redis.password(Secret::from("hunter2"))), 7);
}
