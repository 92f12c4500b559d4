//! Several destinations of one push.

use ppc::{InfluxUdp, Push, Registry, Textfile};

use super::{NEVER, gauge, influx};
use crate::support::receiver::Folder;
use crate::support::script::{Answer, Server};
use crate::support::udp::Recorder;

#[test]
fn one_that_hangs_delays_no_other() {
    let hangs = Server::answering(|_, _| Answer::Hang);
    let (works, recorder) = (Server::answering(|_, _| 204.into()), Recorder::start());
    let folder = Folder::create("independence");
    let file = folder.path().join("a.prom");
    let registry = Registry::new();
    let gauge = gauge(&registry);
    gauge.set(1);
    let guard = Push::to(influx(&hangs))
        .and_to(influx(&works))
        .and_to(InfluxUdp::new(recorder.address()).timestamps("server"))
        .and_to(Textfile::new(&file))
        .registry(&registry)
        .period(0.02)
        .flush_timeout(1)
        .start();
    works.wait_for(|requests| requests.len() >= 5);
    recorder.wait_for(|lines| lines.len() >= 5);
    gauge.set(2);
    guard.stop();
    assert!(hangs.requests().len() <= 2, "one at a time, and the last");
    assert_eq!(works.requests().last().unwrap().text(), "a b=2\n");
    recorder.wait_for(|lines| lines.last().is_some_and(|line| line == "a b=2"));
    assert_eq!(
        std::fs::read_to_string(file).unwrap(),
        "# TYPE a_b gauge\na_b 2\n"
    );
}

#[test]
fn all_of_them_get_the_same_values() {
    let servers = [(); 3].map(|()| Server::answering(|_, _| 204.into()));
    let registry = Registry::new();
    let counter = ppc::Counter::builder("c").register(&registry).unwrap();
    let [a, b, c] = &servers;
    let push = Push::to(influx(a)).and_to(influx(b)).and_to(influx(c));
    push.registry(&registry).period(NEVER).run(|| {
        for _ in 0..1000 {
            counter.inc();
        }
    });
    for server in &servers {
        assert_eq!(server.requests().last().unwrap().text(), "c total=1000\n");
    }
}
