//! `ppc-serve` serves what is in a Redis, which goes and comes back meanwhile.

use std::time::{Duration, Instant};

use ppc::{Counter, Push, Redis, Registry};

use crate::support::ppc_serve::{Serving, run_with};
use crate::support::redis::{Options, Server};

fn write(url: &str, jobs: u64) {
    let registry = Registry::new();
    let counter = Counter::builder("jobs").register(&registry).unwrap();
    Push::to(Redis::new(url))
        .registry(&registry)
        .run(|| counter.inc_by(jobs));
}

fn durable() -> Options {
    Options {
        durable: true,
        password: Some("open sesame:1".to_owned()),
        ..Options::default()
    }
}

#[test]
fn k25_a_redis_that_goes_and_comes_back_is_served() {
    let mut server = Server::start(&durable());
    let url = server.url();
    write(&url, 41);
    write(&url, 1);
    let arguments = ["--listen", "127.0.0.1:0"];
    let serving = Serving::start_with(&arguments, &[("PPC_STORE", &url)]);
    serving.wait_for("jobs_total 42");
    server.stop();
    let page = serving.page();
    assert!(
        page.contains("\nppc_store_up 0\n") && !page.contains("jobs_total"),
        "{page}"
    );
    assert!(page.contains("process_cpu_seconds_total"), "{page}");
    assert_eq!(serving.get("/-/healthy").text(), "OK\n");
    server.start_again();
    serving.wait_for("jobs_total 42");
    serving.wait_for("ppc_store_up 1");
    let (ended, _) = serving.end("TERM");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.stderr.contains("sesame"), "{ended:?}");
}

#[test]
fn a_redis_that_hangs_holds_up_no_scrape_and_no_end() {
    let mut server = Server::start(&durable());
    let url = server.url();
    write(&url, 42);
    let arguments = ["--listen", "127.0.0.1:0", "--timeout", "200ms"];
    let serving = Serving::start_with(&arguments, &[("PPC_STORE", &url)]);
    serving.wait_for("jobs_total 42");
    server.freeze();
    let started = Instant::now();
    for _ in 0..8 {
        let page = serving.page();
        assert!(
            page.contains("\nppc_store_up 0\n") && !page.contains("jobs_total"),
            "{page}"
        );
    }
    // Less than one reading waits for a reply.
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
    server.thaw();
    serving.wait_for("jobs_total 42");
    server.freeze();
    serving.page();
    let (ended, took) = serving.end("TERM");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(took < Duration::from_secs(3), "{took:?}");
    server.thaw();
}

#[test]
fn a_redis_is_looked_after_with_its_password_in_a_variable() {
    let server = Server::start(&durable());
    let url = server.url();
    write(&url, 42);
    let place = format!("redis://{}?password_env=STORE_PASSWORD", server.address());
    let environment = [("STORE_PASSWORD", "open sesame:1")];
    let listed = run_with(&["list", &place], &environment);
    assert!(
        listed.said().contains("\njobs    counter       1\n"),
        "{listed:?}"
    );
    assert_eq!(
        run_with(&["drop", &place, "jobs"], &environment).said(),
        "dropped jobs\n"
    );
    assert_eq!(run_with(&["show", &place], &environment).said(), "");
    let refused = run_with(&["show", &place], &[("STORE_PASSWORD", "open sesame:2")]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(!refused.stderr.contains("sesame"), "{refused:?}");
}
