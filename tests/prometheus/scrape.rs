//! A real Prometheus scrapes us, with its own header `Accept`.

use std::net::SocketAddr;
use std::time::Duration;

use ppc::expose::{Server, ServerHandle};
use ppc::{Counter, Gauge, Histogram, Registry, Secret, Summary};

use crate::support::certificates::{Files, Identity};
use crate::support::job::Job;
use crate::support::receiver::{Folder, free_address};
use crate::support::scraper::Scraper;

fn registry(jobs: u64) -> Registry {
    let registry = Registry::new();
    let counter = Counter::builder("jobs")
        .help("Jobs\nrun.")
        .label_names(["queue"]);
    let counter = counter.register(&registry).unwrap();
    counter.labels(("a \"b\"\\",)).unwrap().inc_by(jobs);
    Gauge::builder("heat")
        .register(&registry)
        .unwrap()
        .set(-2.5);
    let latency = Histogram::builder("latency")
        .unit("seconds")
        .buckets([0.5, 1.0]);
    let latency = latency.register(&registry).unwrap();
    latency.observe(0.25);
    latency.observe(3);
    let size = Summary::builder("size").quantiles([0.5]);
    size.register(&registry).unwrap().observe(7);
    registry
}

fn target(job: &str, address: SocketAddr, more: &str) -> String {
    format!("- job_name: {job}\n  static_configs: [{{targets: ['{address}']}}]\n{more}")
}

fn check(scraper: &Scraper, job: &str, jobs: f64, server: &ServerHandle) {
    scraper.wait_for(
        &format!("jobs_total{{job=\"{job}\",queue=\"a \\\"b\\\"\\\\\"}}"),
        jobs,
    );
    for (name, value) in [
        ("heat", -2.5),
        ("latency_seconds_count", 2.0),
        ("latency_seconds_sum", 3.25),
        ("size_sum", 7.0),
        ("up", 1.0),
    ] {
        scraper.wait_for(&format!("{name}{{job=\"{job}\"}}"), value);
    }
    scraper.wait_for(
        &format!("latency_seconds_bucket{{job=\"{job}\",le=\"0.5\"}}"),
        1.0,
    );
    assert!(server.scrapes() > 0);
}

#[test]
fn k20_prometheus_scrapes_us_however_it_is_guarded() {
    let folder = Folder::create("scrape");
    let files = Files::write(folder.path());
    let secure = |jobs| {
        let (certificate, key) = (Identity::Server, Identity::Server);
        let server = Server::new("127.0.0.1:0").source(registry(jobs));
        server.tls(files.certificate(certificate), files.key(key))
    };
    let plain = Server::new("127.0.0.1:0")
        .source(registry(41))
        .start()
        .unwrap();
    let tls = secure(42).start().unwrap();
    let clients = secure(43)
        .client_cafile(files.authority())
        .client_auth_required(true);
    let clients = clients.start().unwrap();
    let password = Server::new("127.0.0.1:0").source(registry(44));
    let password = password
        .basic_auth("scraper", Secret::from("open: sesame"))
        .start()
        .unwrap();

    let authority = files.authority();
    let tls_config = format!(
        "  scheme: https\n  tls_config:\n    ca_file: {}\n",
        authority.display()
    );
    let identity = format!(
        "    cert_file: {}\n    key_file: {}\n",
        files.certificate(Identity::Client).display(),
        files.key(Identity::Client).display()
    );
    let basic =
        |password: &str| format!("  basic_auth: {{username: scraper, password: '{password}'}}\n");
    let scraper = Scraper::start(
        &[
            target("plain", plain.local_addr(), ""),
            target("tls", tls.local_addr(), &tls_config),
            target(
                "clients",
                clients.local_addr(),
                &format!("{tls_config}{identity}"),
            ),
            target("nobody", clients.local_addr(), &tls_config),
            target("password", password.local_addr(), &basic("open: sesame")),
            target("guess", password.local_addr(), &basic("open")),
        ]
        .concat(),
    );
    check(&scraper, "plain", 41.0, &plain);
    check(&scraper, "tls", 42.0, &tls);
    check(&scraper, "clients", 43.0, &clients);
    check(&scraper, "password", 44.0, &password);
    for (job, error) in [("nobody", "certificate"), ("guess", "401")] {
        scraper.wait_for(&format!("up{{job=\"{job}\"}}"), 0.0);
        let errors = scraper.errors();
        let (_, found) = errors.iter().find(|(name, _)| name == job).unwrap();
        assert!(found.contains(error), "{job}: {found}");
    }
}

#[test]
fn k20_a_job_shorter_than_the_interval_is_there_with_its_final_values() {
    let address = free_address().unwrap();
    let every_five = "  scrape_interval: 5s\n  scrape_timeout: 5s\n";
    let scraper = Scraper::start(&target("short", address, every_five));
    let job = Job::start_at(&address.to_string(), "here", "served-ok", 1.0, &[]);
    // It would wait for 30 s.
    let ended = job.wait();
    assert!(ended.took < Duration::from_secs(25), "{ended:?}");
    assert_eq!(ended.stdout, "ended true\n");
    // Where it is gone a query for now finds nothing any more.
    let last = |series: &str| format!("last_over_time({series}[5m])");
    let of = "job=\"short\",exported_job=\"served\",of=\"served\"";
    for (series, value) in [
        (format!("steps_total{{{of},run=\"here\"}}"), 2.0),
        (format!("job_runs_total{{{of},outcome=\"ok\"}}"), 1.0),
        (format!("job_in_progress{{{of}}}"), 0.0),
    ] {
        scraper.wait_for(&last(&series), value);
    }
}
