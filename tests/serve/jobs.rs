//! Jobs that are scraped while they run, and a while longer.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::http;
use crate::support::job::{Ended, Job};
use crate::support::receiver::free_address;

/// Less than the 30 s that jobs would linger, and more than a busy machine takes.
const EARLY: Duration = Duration::from_secs(25);

struct Served {
    job: Job,
    address: SocketAddr,
}

fn start(how: &str, seconds: f64) -> Served {
    let address = free_address().unwrap();
    let ending = format!("served-{how}");
    let job = Job::start_at(&address.to_string(), "here", &ending, seconds, &[]);
    Served { job, address }
}

impl Served {
    fn scrape(&self) -> Option<String> {
        let response = http::get(self.address, "/metrics").ok()?;
        assert_eq!(response.status, 200, "{}", response.text());
        Some(response.text())
    }

    /// Scrapes until nobody answers any more, which the scrape of the final values brings about.
    fn scrape_to_the_end(self) -> (String, Ended) {
        let deadline = Instant::now() + EARLY;
        let mut last = String::new();
        while let Some(text) = self.scrape() {
            assert!(Instant::now() < deadline, "{text}");
            last = text;
            thread::sleep(Duration::from_millis(5));
        }
        (last, self.job.wait())
    }
}

#[track_caller]
fn check_ended(how: &str, outcome: &str) {
    let served = start(how, 0.2);
    let (last, ended) = served.scrape_to_the_end();
    assert!(ended.took < EARLY, "it lingered for {:?}", ended.took);
    let steps = r#"steps_total{run="here",of="served",job="served"} 2"#;
    assert!(last.lines().any(|line| line == steps), "{last}");
    assert!(last.contains("job_duration_seconds{"), "{last}");
    let run = format!(r#"job_runs_total{{outcome="{outcome}",of="served",job="served"}} 1"#);
    assert!(last.lines().any(|line| line == run), "{last}");
    assert!(
        last.contains(r#"job_in_progress{of="served",job="served"} 0"#),
        "{last}"
    );
    assert_eq!(ended.stdout, format!("ended {}\n", outcome == "ok"));
}

#[test]
fn k20_a_job_is_scraped_once_more_after_its_end() {
    check_ended("ok", "ok");
    check_ended("error", "error");
    check_ended("panic", "panic");
}

#[test]
fn k20_a_job_is_scraped_while_it_runs() {
    let served = start("at_once", 20.0);
    let text = served.scrape().expect("it is served as soon as it runs");
    assert!(
        text.contains("# TYPE steps_total counter\nsteps_total{run=\"here\"} 1\n"),
        "{text}"
    );
    served.job.signal("KILL");
    served.job.wait();
}

#[test]
fn nobody_is_waited_for_without_a_linger() {
    let ended = start("at_once", 0.0).job.wait();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_linger_is_over_when_nobody_comes() {
    let ended = start("short", 0.0).job.wait();
    assert!(ended.status.success(), "{ended:?}");
    let took = ended.took;
    assert!(
        took >= Duration::from_millis(500) && took < EARLY,
        "{took:?}"
    );
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_linger_is_over_when_a_signal_comes() {
    for name in ["TERM", "INT"] {
        let served = start("ok", 0.0);
        // As a rule its run is over by then, and it lingers; the signal ends it in any case.
        thread::sleep(Duration::from_millis(300));
        served.job.signal(name);
        let ended = served.job.wait();
        assert!(!ended.status.success(), "{ended:?}");
        assert!(ended.took < EARLY, "{ended:?}");
    }
}

#[test]
fn a_process_that_exits_is_scraped_once_more() {
    let (last, ended) = start("exit", 0.2).scrape_to_the_end();
    assert!(last.contains(r#"steps_total{run="here"} 2"#), "{last}");
    assert_eq!(ended.status.code(), Some(3));
    assert!(ended.took < EARLY, "{:?}", ended.took);
}

#[test]
fn a_run_takes_the_place_of_one_that_nobody_waits_for() {
    let served = start("twice", 0.2);
    let text = served.scrape().expect("it is served");
    assert!(text.contains(r#"steps_total{run="here"} 1"#), "{text}");
    served.job.signal("KILL");
    let ended = served.job.wait();
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_place_that_is_taken_is_told_and_the_job_runs() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let job = Job::start_at(&address.to_string(), "here", "served-ok", 0.0, &[]);
    let ended = job.wait();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.stdout, "ended true\n");
    assert!(ended.stderr.contains(&address.to_string()), "{ended:?}");
    let why = ended.stderr.matches("Address already in use").count();
    assert_eq!(why, 1, "{ended:?}");
    assert!(ended.took < EARLY, "{ended:?}");
}
