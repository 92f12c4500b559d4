//! What operations say in the environment of a job, and what the job's log says to that.

use std::fs;

use crate::support::job::Job;
use crate::support::matrix::{self, Pushed};
use crate::support::receiver::Folder;
use crate::support::script::{Answer, Request, Server};

fn server() -> Server {
    Server::answering(|_, _| 204.into())
}

fn url(server: &Server) -> String {
    format!("openmetrics+http://{}?timestamps=server", server.address())
}

/// Runs the job with its own destination and this environment.
#[track_caller]
fn run(own: &str, environment: &[(&str, &str)]) -> Pushed {
    matrix::run(own, "matrix-one", environment)
}

fn last(server: &Server) -> Request {
    server.requests().pop().expect("one came")
}

#[test]
fn push_takes_the_place_of_the_programs_destinations() {
    let (own, one, two) = (server(), server(), server());
    let folder = Folder::create("environment");
    let file = folder.path().join("one.prom");
    let store = folder.path().join("one.db");
    let text = "# TYPE one_value gauge\none_value 1\n";
    let all = format!(
        "{}\n\t {} textfile://{} sqlite://{}?prefix=one ",
        url(&one),
        url(&two),
        file.display(),
        store.display()
    );
    for own_url in [&*url(&own), "-"] {
        let pushed = run(own_url, &[("PPC_PUSH", &all)]);
        assert_eq!(pushed.ended.stderr, "");
        assert!(own.requests().is_empty());
        assert_eq!(
            (last(&one).text(), last(&two).text()),
            (text.to_owned(), text.to_owned())
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        fs::remove_file(&file).unwrap();
    }
    let stored = ppc::Sqlite::new(&store).prefix("one").open().unwrap();
    assert_eq!(ppc::expose::generate_latest(&stored), text.as_bytes());
}

#[test]
fn off_pushes_nothing_and_says_nothing() {
    let own = server();
    let wrong = [("PPC_PUSH", " off "), ("PPC_PERIOD", "1s")];
    let pushed = run(&url(&own), &wrong);
    assert_eq!((&*pushed.ended.stderr, pushed.pushes), ("", 0));
    assert!(own.requests().is_empty());
}

#[test]
fn what_is_empty_is_not_set() {
    let own = server();
    let names = ["PPC_PUSH", "PPC_PERIOD", "PPC_LABELS", "PPC_FLUSH_TIMEOUT"];
    let pushed = run(&url(&own), &names.map(|name| (name, " ")));
    assert_eq!(pushed.ended.stderr, "");
    assert_eq!(last(&own).text(), "# TYPE one_value gauge\none_value 1\n");
}

#[test]
fn a_wrong_destination_is_told_with_its_position_and_the_others_are_served() {
    let (own, one) = (server(), server());
    for (wrong, words) in [
        ("nonsense", "a URL is"),
        (
            "http://user:hunter2@h/",
            "unknown scheme `http`: known are `influx+udp`",
        ),
        (
            "influx+http://h?tokn=hunter2",
            "unknown parameter `tokn`: known are `method`",
        ),
        (
            "influx+http://h?precision=h&token=hunter2",
            "precision \"h\": known are \"ns\"",
        ),
        (
            "pushgateway+http://hunter2@h?start=no",
            "parameter `start`: expected \"true\"",
        ),
        (
            "redis://u:hunter2@h?prefx=a",
            "unknown parameter `prefx`: known are `nodes`",
        ),
    ] {
        let before = format!("{} ", url(&one));
        let pushed = run(&url(&own), &[("PPC_PUSH", &format!("{before}{wrong}"))]);
        let told = &pushed.ended.stderr;
        let position = before.len() + 1;
        let start = format!("ppc: warning: PPC_PUSH at character {position}: ");
        assert!(told.starts_with(&start) && told.contains(words), "{told}");
        assert!(
            told.ends_with("; the job runs on\n") && told.lines().count() == 1,
            "{told}"
        );
        assert!(!told.contains("hunter2"), "{told}");
        assert_eq!(last(&one).text(), "# TYPE one_value gauge\none_value 1\n");
        // With nothing right in it, nothing is pushed: it was meant to be elsewhere.
        let pushed = run(&url(&own), &[("PPC_PUSH", wrong)]);
        let told = &pushed.ended.stderr;
        assert!(
            told.contains("PPC_PUSH at character 1: ") && told.lines().count() == 2,
            "{told}"
        );
        assert!(told.contains("there is no destination"), "{told}");
    }
    assert!(own.requests().is_empty());
}

#[test]
fn labels_are_added_and_a_wrong_one_is_told_with_its_position() {
    let own = server();
    let labels = r#"dc=fra1, note = "x, \"y\"\\", empty="#;
    let pushed = run(&url(&own), &[("PPC_LABELS", labels)]);
    assert_eq!(pushed.ended.stderr, "");
    let line = r#"one_value{dc="fra1",note="x, \"y\"\\",empty=""} 1"#;
    assert!(last(&own).text().contains(line), "{}", last(&own).text());
    for (labels, position, kept) in [
        ("dc=fra1,nonsense", 9, true),
        ("dc=fra1,a-b=1", 9, true),
        ("dc=\"fra1", 4, false),
    ] {
        let pushed = run(&url(&own), &[("PPC_LABELS", labels)]);
        let told = &pushed.ended.stderr;
        let start = format!("ppc: warning: PPC_LABELS at character {position}: ");
        assert!(
            told.starts_with(&start) && told.lines().count() == 1,
            "{told}"
        );
        assert_eq!(last(&own).text().contains(r#"dc="fra1""#), kept, "{labels}");
    }
}

#[test]
fn the_programs_own_labels_win() {
    let own = server();
    let labels = [("PPC_LABELS", "run=environment,dc=fra1")];
    let job = Job::start_at(&url(&own), "program", "matrix-one", 0.0, &labels);
    assert_eq!(job.wait().stderr, "");
    let line = r#"one_value{run="program",dc="fra1"} 1"#;
    assert!(last(&own).text().contains(line), "{}", last(&own).text());
}

#[test]
fn the_period_is_that_of_the_environment() {
    let own = server();
    let job = |period, lasts| {
        let environment = [("PPC_PERIOD", period)];
        Job::start_at(&url(&own), "", "matrix-one", lasts, &environment)
    };
    let often = job("20ms", 60.0);
    // One at the start is that of any period.
    own.wait_for(|requests| requests.len() > 4);
    often.signal("TERM");
    assert_eq!(often.wait().stderr, "");
    for wrong in ["0", "soon", "-1"] {
        let before = own.requests().len();
        let told = job(wrong, 0.0).wait().stderr;
        assert!(
            told.starts_with("ppc: warning: PPC_PERIOD at character 1: "),
            "{told}"
        );
        let few = (1..=2).contains(&(own.requests().len() - before));
        assert!(few && told.lines().count() == 1, "{told}");
    }
}

#[test]
fn the_flush_timeout_is_that_of_the_environment() {
    let hanging = Server::answering(|_, _| Answer::Hang);
    for timeout in ["0", "0.1", "100ms"] {
        let pushed = run(&url(&hanging), &[("PPC_FLUSH_TIMEOUT", timeout)]);
        let told = &pushed.ended.stderr;
        let told = told.lines().last().unwrap_or_default();
        assert!(
            told.contains("the final push was not over within its flush_timeout"),
            "{told}"
        );
        assert_eq!(pushed.dropped.get("deadline"), Some(&1), "{pushed:?}");
    }
    let own = server();
    let told = run(&url(&own), &[("PPC_FLUSH_TIMEOUT", "late")])
        .ended
        .stderr;
    assert!(
        told.starts_with("ppc: warning: PPC_FLUSH_TIMEOUT at character 1: "),
        "{told}"
    );
    assert!(!own.requests().is_empty());
}
