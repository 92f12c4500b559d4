//! `#[push_metrics]` from its keys to what a scraper sees.

use ppc::{Registry, metric, push_metrics};

use crate::support::pushgateway::Server;

static REGISTRY: Registry = Registry::new();

metric! {
    /// Invoices written.
    static INVOICES: Counter { name: "attribute_invoices", registry: REGISTRY, labels: [kind] }
}

#[push_metrics(
    pushgateway = server.address().to_string(),
    job = "nightly billing",
    grouping(instance = "host/1", shard = shard),
    labels(dc = "fra1"),
    registry = REGISTRY,
)]
fn bill(server: &Server, shard: u8, fails: bool) -> Result<(), String> {
    INVOICES.kind("paper").inc_by(2);
    if fails {
        return Err("paper jam".to_owned());
    }
    Ok(())
}

#[test]
fn a_job_arrives_in_its_group() {
    let server = Server::start();
    bill(&server, 7, false).unwrap();
    bill(&server, 7, true).unwrap_err();
    let metrics = server.metrics();
    let group = r#"instance="host/1",job="nightly billing""#;
    for (series, value) in [
        (
            format!(r#"attribute_invoices_total{{dc="fra1",{group},kind="paper",shard="7"}}"#),
            4.0,
        ),
        (
            format!(r#"job_runs_total{{dc="fra1",{group},outcome="ok",shard="7"}}"#),
            1.0,
        ),
        (
            format!(r#"job_runs_total{{dc="fra1",{group},outcome="error",shard="7"}}"#),
            1.0,
        ),
    ] {
        assert_eq!(metrics.get(&series), Some(&value), "{series}: {metrics:#?}");
    }
    let groups = server.groups();
    assert_eq!(groups.len(), 1, "{groups:#?}");
    assert!(groups[0].last_push_successful);
}

#[test]
fn a_job_that_succeeded_leaves_nothing_behind() {
    #[push_metrics(
        pushgateway = server.address().to_string(),
        job = "nightly",
        grouping(instance = "a"),
        registry = REGISTRY,
        start,
        delete_on_success,
    )]
    async fn run(server: &Server, fails: bool) -> Result<(), String> {
        INVOICES.kind("mail").inc();
        if fails { Err(String::new()) } else { Ok(()) }
    }

    let server = Server::start();
    futures_executor::block_on(run(&server, true)).unwrap_err();
    assert_eq!(server.groups().len(), 1);
    futures_executor::block_on(run(&server, false)).unwrap();
    assert_eq!(server.groups().len(), 0);
}
