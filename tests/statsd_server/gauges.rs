//! Everything as gauges, `types = "gauges"`: what the server has is what the job has.

use futures_executor::block_on;
use ppc::{Counter, Gauge, Push, Registry, StatsdTcp, StatsdUdp, metric, push_metrics};

use super::{map, wait_for};
use crate::support::statsd_server::{Names, Server};

/// Both transports to a server.
fn pushes(server: &Server, registry: &Registry) -> [Push; 2] {
    let address = server.address().to_string();
    let pushes = [
        Push::to(StatsdUdp::new(&address)),
        Push::to(StatsdTcp::new(&address)),
    ];
    pushes.map(|push| push.registry(registry).period(0.02).job_metrics(false))
}

#[test]
fn k07_totals_and_gauges_are_absolute_in_every_push() {
    for transport in [0, 1] {
        let (server, registry) = (Server::start_with(Names::AsSent), Registry::new());
        let jobs = Counter::builder("a_jobs").label_names(["x"]);
        let jobs = jobs.register(&registry).unwrap().labels((1,)).unwrap();
        let level = Gauge::builder("level").register(&registry).unwrap();
        let [udp, tcp] = pushes(&server, &registry);
        let guard = [udp, tcp].into_iter().nth(transport).unwrap().start();
        for n in 1..=3 {
            jobs.inc();
            level.set(10 * n);
            let expected = [("a_jobs_total,x=1", n.into()), ("level", f64::from(10 * n))];
            wait_for(&server, Server::gauges, &map(&expected));
        }
        let lines = server.lines();
        server.wait_for_lines(lines + 10, std::time::Duration::from_secs(20));
        guard.stop();
        let expected = [("a_jobs_total,x=1", 3.0), ("level", 30.0)];
        wait_for(&server, Server::gauges, &map(&expected));
        assert!(server.counters().is_empty());
    }
}

#[test]
fn f16_a_gauge_below_zero_is_what_it_is_however_often_it_is_pushed() {
    for transport in [0, 1] {
        let (server, registry) = (Server::start(), Registry::new());
        let level = Gauge::builder("level").register(&registry).unwrap();
        let pushes = pushes(&server, &registry);
        let guard = pushes.into_iter().nth(transport).unwrap().start();
        for value in [
            5.0, -5.5, -5.5, -7.0, 3.0, -1e-9, 1e15, -0.0, -1e15, 0.0, 4.0, -0.0,
        ] {
            level.set(value);
            wait_for(&server, Server::gauges, &map(&[("level", value)]));
            // Pushed again and again.
            let lines = server.lines();
            server.wait_for_lines(lines + 4, std::time::Duration::from_secs(20));
            wait_for(&server, Server::gauges, &map(&[("level", value)]));
        }
        level.set(-8);
        guard.stop();
        wait_for(&server, Server::gauges, &map(&[("level", -8.0)]));
    }
}

#[test]
fn k01_statsd_guards_push_at_the_start_every_period_and_at_the_end() {
    let (server, registry) = (Server::start(), Registry::new());
    let stage = Gauge::builder("stage").register(&registry).unwrap();
    let push = || {
        let [udp, _] = pushes(&server, &registry);
        udp
    };
    let see = |value: f64| wait_for(&server, Server::gauges, &map(&[("stage", value)]));
    let work = |first: i32| {
        for nth in 0..3 {
            stage.set(first + nth);
            see((first + nth).into());
        }
        stage.set(first + 3);
    };
    let guard = push().start();
    work(10);
    guard.stop();
    see(13.0);
    push().run(|| work(20));
    see(23.0);
    block_on(push().run_async(async { work(30) }));
    see(33.0);
    block_on(push().task(true).run_async(async { stage.set(43) }));
    see(43.0);
}

static REGISTRY: Registry = Registry::new();

metric! {
    /// Where the job is.
    static STAGE: Gauge { name: "statsd_stage", registry: REGISTRY }
}

/// Sets a stage, sees it at the server while the job runs, and ends at another.
fn work(server: &Server, first: i32) {
    for nth in 0..3 {
        STAGE.set(first + nth);
        see(server, first + nth);
    }
    STAGE.set(first + 3);
}

#[track_caller]
fn see(server: &Server, stage: i32) {
    let stage_of = |server: &Server| server.gauges().get("statsd_stage").copied();
    wait_for(server, stage_of, &Some(stage.into()));
}

#[test]
fn k01_statsd_attributes_push_at_the_start_every_period_and_at_the_end() {
    #[push_metrics(statsd_udp = server.address(), period = 0.02, registry = REGISTRY)]
    fn sync(server: &Server) {
        work(server, 10);
    }
    #[push_metrics(statsd_udp = server.address(), period = 0.02, registry = REGISTRY)]
    async fn asynchronous(server: &Server) {
        work(server, 20);
    }
    #[push_metrics(statsd_tcp = server.address(), period = 0.02, registry = REGISTRY)]
    fn over_tcp(server: &Server) {
        work(server, 30);
    }

    let server = Server::start();
    sync(&server);
    see(&server, 13);
    block_on(asynchronous(&server));
    see(&server, 23);
    over_tcp(&server);
    see(&server, 33);
}
