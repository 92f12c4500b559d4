//! What `prometheus-distributed-client` asks of a Redis: what ours are compared with.

use std::process::Command;

use crate::support::receiver;
use crate::support::redis::{Options, Server};

/// Warms its connection up, then records once in the way that is documented.
const SCRIPT: &str = r"
import sys
from prometheus_client import CollectorRegistry
from prometheus_distributed_client import setup
from prometheus_distributed_client.redis import Counter, Histogram
from redis import Redis

redis = Redis(host='127.0.0.1', port=int(sys.argv[1]))
setup(redis=redis, redis_prefix='peers', redis_expire=3600)
registry = CollectorRegistry()
jobs = Counter('jobs_total', 'Jobs.', ['queue'], registry=registry)
seconds = Histogram('job_seconds', 'Their time.', ['queue'], registry=registry)
redis.config_resetstat()
if sys.argv[2] == 'increment':
    jobs.labels(queue='mail').inc()
else:
    seconds.labels(queue='mail').observe(0.3)
";

#[track_caller]
fn check(what: &str, expected: u64) {
    let server = Server::start(&Options::default());
    let package = receiver::program("distributed-client");
    // `prometheus_distributed_client/__init__.py` in the folder that Python looks in.
    let folder = package.ancestors().nth(2).expect("it is in a package");
    let port = server.address().port().to_string();
    let python = Command::new("python3")
        .args(["-s", "-B", "-c", SCRIPT, &port, what])
        .env("PYTHONPATH", folder)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&python.stderr);
    assert!(python.status.success(), "{errors}");
    let mut counts = server.command_counts();
    // The script's own, and those of the tests.
    counts.retain(|name, _| !["config|resetstat", "auth", "info"].contains(&&**name));
    assert_eq!(counts.values().sum::<u64>(), expected, "{counts:?}");
}

#[test]
fn one_increment_is_three_commands() {
    check("increment", 3);
}

#[test]
fn one_observation_with_its_own_buckets_is_36_commands() {
    check("observation", 36);
}
