//! What it serves, to whom, and how it ends.

use std::fs;
use std::thread;
use std::time::Duration;

use ppc::Sqlite;

use super::{store, text, write, write_kinds};
use crate::support::certificates::{Files, Identity};
use crate::support::ppc_serve::Serving;
use crate::support::receiver::Folder;

#[test]
fn k25_totals_of_several_processes_stand_beside_its_own_metrics() {
    let folder = Folder::create("ppc-serve-totals");
    let path = store(&folder);
    write(Sqlite::new(&path), 2);
    let serving = Serving::start(text(&path), &[]);
    let totals = "# HELP jobs_total Jobs run.\n# TYPE jobs_total counter\n\
                  jobs_total{queue=\"a\",site=\"north\"} 2\n\
                  jobs_total{queue=\"b\",site=\"north\"} 1\n";
    let page = serving.page();
    assert!(page.starts_with(totals), "{page}");
    for line in [
        "ppc_store_up 1",
        "# TYPE ppc_store_reads_total counter",
        "# TYPE process_cpu_seconds_total counter",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}: {page}");
    }
    // Another process, while it is served.
    write(Sqlite::new(&path), 40);
    serving.wait_for("jobs_total{queue=\"a\",site=\"north\"} 42");
    let asked = serving.get("/metrics?name[]=ppc_store_up").text();
    assert!(
        asked.ends_with("\nppc_store_up 1\n") && asked.lines().count() == 3,
        "{asked}"
    );
}

#[test]
fn f28_every_kind_is_served_undeclared() {
    let folder = Folder::create("ppc-serve-kinds");
    let path = store(&folder);
    write_kinds(Sqlite::new(&path));
    let serving = Serving::start(text(&path), &["--no-own-metrics"]);
    let page = serving.page();
    for line in [
        "heat 2.5",
        "latency_seconds_bucket{le=\"2.5\"} 1",
        "latency_seconds_bucket{le=\"100.0\"} 2",
        "latency_seconds_sum 31",
        "size_count 1",
        "build_info{version=\"1.2\"} 1",
        "light{light=\"green\"} 1",
        "light{light=\"red\"} 0",
        "ppc_store_up 1",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}: {page}");
    }
    assert!(
        !page.contains("process_") && !page.contains("ppc_store_read"),
        "{page}"
    );
    let buckets: Vec<&str> = page
        .lines()
        .filter_map(|line| line.split_once("le=\"")?.1.split('"').next())
        .collect();
    assert_eq!(buckets, ["2.5", "10.0", "100.0", "+Inf"]);
}

#[test]
fn a_store_that_comes_and_goes_is_told_of() {
    let folder = Folder::create("ppc-serve-comes");
    let path = store(&folder);
    let serving = Serving::start(text(&path), &[]);
    let page = serving.page();
    assert!(page.lines().any(|line| line == "ppc_store_up 0"), "{page}");
    assert!(
        page.contains("process_cpu_seconds_total") && !page.contains("jobs_total"),
        "{page}"
    );
    assert_eq!(serving.get("/-/healthy").text(), "OK\n");
    write(Sqlite::new(&path), 3);
    serving.wait_for("ppc_store_up 1");
    serving.wait_for("jobs_total{queue=\"a\",site=\"north\"} 3");
    let (ended, _) = serving.end("TERM");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("metrics.db"), "{ended:?}");
}

#[test]
fn what_jobs_store_of_their_processes_stands_in_front_of_its_own() {
    let folder = Folder::create("ppc-serve-process");
    let path = store(&folder);
    let registry = ppc::Registry::new();
    registry.attach(ppc::process_metrics());
    ppc::Push::to(Sqlite::new(&path))
        .registry(&registry)
        .run(|| ());
    let page = Serving::start(text(&path), &[]).page();
    let kinds = page
        .lines()
        .filter(|line| line.starts_with("# TYPE process_start_time"));
    assert_eq!(kinds.count(), 1, "{page}");
    assert!(page.contains("ppc_store_up 1"), "{page}");
}

#[test]
fn one_prefix_is_served_at_every_address() {
    let folder = Folder::create("ppc-serve-prefix");
    let path = store(&folder);
    write(Sqlite::new(&path).prefix("billing"), 5);
    let prefix = [
        "--prefix",
        "billing",
        "--listen",
        "127.0.0.1:0",
        "--listen",
        "localhost:0",
    ];
    let environment = [("PPC_STORE", text(&path))];
    let serving = Serving::start_with(&prefix, &environment);
    assert_eq!(serving.addresses().len(), 2);
    for address in serving.addresses() {
        let page = crate::support::http::get(*address, "/").unwrap().text();
        assert!(
            page.contains("jobs_total{queue=\"a\",site=\"north\"} 5\n"),
            "{page}"
        );
    }
    assert!(
        !Serving::start(text(&path), &[])
            .page()
            .contains("jobs_total")
    );
}

#[test]
fn it_speaks_tls_with_known_clients_who_have_the_password() {
    let folder = Folder::create("ppc-serve-tls");
    let files = Files::write(folder.path());
    let path = store(&folder);
    write(Sqlite::new(&path), 1);
    let password = folder.path().join("password");
    fs::write(&password, "open sesame\n").unwrap();
    let (certificate, key) = (
        files.certificate(Identity::Server),
        files.key(Identity::Server),
    );
    let authority = files.authority();
    let tls = ["--tls-cert", text(&certificate), "--tls-key", text(&key)];
    let guarded = [
        &tls[..],
        &[
            "--client-ca",
            text(&authority),
            "--basic-auth",
            "prometheus",
        ],
        &["--password-file", text(&password)],
    ];
    let serving = Serving::start(text(&path), &guarded.concat());
    let known = serving.access().tls(&files, Some(Identity::Client));
    let granted = known.clone().password("prometheus", "open sesame");
    let page = granted.get("/metrics").unwrap();
    assert!(page.text().contains("ppc_store_up 1"), "{page:?}");
    assert_eq!(known.get("/metrics").unwrap().status, 401);
    assert_eq!(known.get("/-/healthy").unwrap().text(), "OK\n");
    let wrong = known.password("prometheus", "open");
    assert_eq!(wrong.get("/metrics").unwrap().status, 401);
    let stranger = serving.access().tls(&files, None);
    let stranger = stranger.password("prometheus", "open sesame");
    assert!(
        !stranger
            .get("/metrics")
            .is_ok_and(|answer| answer.status == 200)
    );
    assert!(
        !serving
            .access()
            .get("/metrics")
            .is_ok_and(|answer| answer.status == 200)
    );
}

#[test]
fn its_password_may_be_in_the_environment() {
    let folder = Folder::create("ppc-serve-password");
    let path = store(&folder);
    let arguments = [
        text(&path),
        "--listen",
        "127.0.0.1:0",
        "--basic-auth",
        "prometheus",
    ];
    let serving = Serving::start_with(&arguments, &[("PPC_SERVE_PASSWORD", "open sesame")]);
    assert_eq!(serving.get("/").status, 401);
    let granted = serving.access().password("prometheus", "open sesame");
    assert_eq!(granted.get("/").unwrap().status, 200);
}

#[test]
fn signals_end_it_at_once() {
    let folder = Folder::create("ppc-serve-signals");
    let path = store(&folder);
    write(Sqlite::new(&path), 1);
    for signal in ["TERM", "INT"] {
        let serving = Serving::start(text(&path), &[]);
        // One who keeps a connection does not hold it up.
        let stream = std::net::TcpStream::connect(serving.address()).unwrap();
        serving.page();
        let (ended, took) = serving.end(signal);
        assert_eq!(ended.said(), "", "{signal}");
        assert!(took < Duration::from_secs(5), "{signal}: {took:?}");
        drop(stream);
    }
}

#[test]
fn scrapers_that_come_at_once_are_all_answered() {
    let folder = Folder::create("ppc-serve-many");
    let path = store(&folder);
    write(Sqlite::new(&path), 9);
    let serving = Serving::start(text(&path), &[]);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let page = serving.page();
                    assert!(page.contains("ppc_store_up 1\n"), "{page}");
                    assert!(
                        page.contains("jobs_total{queue=\"a\",site=\"north\"} 9\n"),
                        "{page}"
                    );
                }
            });
        }
    });
}
