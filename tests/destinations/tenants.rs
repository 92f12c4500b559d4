//! The tenants of a `VictoriaMetrics` cluster, which is not among the servers here: as bytes.

use ppc::{Counter, Destination, Push, Registry};

use crate::support::script::{Request, Server};

/// The last request of a push to a URL, whose `HOST` is the server.
fn pushed(url: &str, labels: &[(&str, &str)]) -> Request {
    let server = Server::answering(|_, _| 204.into());
    let registry = Registry::new();
    let events = Counter::builder("events")
        .label_names(["vm_project_id"])
        .register(&registry);
    events.unwrap().labels((7,)).unwrap().inc();
    let url = url.replace("HOST", &server.address().to_string());
    let mut push = Push::to(url.parse::<Destination>().unwrap()).registry(&registry);
    for (name, value) in labels {
        push = push.label(name, value);
    }
    push.start().stop();
    server.requests().pop().unwrap()
}

#[test]
fn a_tenant_is_in_the_path() {
    for (url, target) in [
        (
            "influx+http://HOST/insert/42:7/influx/write",
            "/insert/42:7/influx/write",
        ),
        (
            "influx+http://HOST/insert/42/influx/api/v2/write",
            "/insert/42/influx/api/v2/write",
        ),
        (
            "openmetrics+http://HOST/insert/0/prometheus/api/v1/import/prometheus",
            "/insert/0/prometheus/api/v1/import/prometheus",
        ),
        (
            "openmetrics+http://HOST/insert/42:7/prometheus/api/v1/import/prometheus/?extra_label.a=b",
            "/insert/42:7/prometheus/api/v1/import/prometheus/?extra_label=a%3Db",
        ),
    ] {
        let request = pushed(url, &[]);
        assert_eq!((&*request.method, &*request.target), ("POST", target));
    }
}

#[test]
fn a_tenant_is_in_the_labels() {
    let account = [("vm_account_id", "42")];
    let url = "influx+http://HOST/insert/multitenant/influx/write?timestamps=server";
    let request = pushed(url, &account);
    assert_eq!(request.target, "/insert/multitenant/influx/write");
    assert_eq!(
        request.text(),
        "events,vm_project_id=7,vm_account_id=42 total=1\n"
    );
    let url = "openmetrics+http://HOST/insert/multitenant/prometheus/api/v1/import/prometheus\
               ?timestamps=server";
    let request = pushed(url, &account);
    let line = "events_total{vm_project_id=\"7\",vm_account_id=\"42\"} 1\n";
    assert_eq!(
        request.text(),
        format!("# TYPE events_total counter\n{line}")
    );
    // The older label.
    let request = pushed(
        "influx+http://HOST?timestamps=server",
        &[("VictoriaMetrics_AccountID", "42")],
    );
    assert_eq!(
        request.text(),
        "events,vm_project_id=7,VictoriaMetrics_AccountID=42 total=1\n"
    );
}
