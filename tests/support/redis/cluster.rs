//! Three masters that share the slots among them.

use std::thread;
use std::time::{Duration, Instant};

use super::observed::{self, WITHIN};
use super::{Options, Reply, Server};
use crate::support::receiver;

const NODES: usize = 3;
const SLOTS: usize = 16_384;
const POLL: Duration = Duration::from_millis(20);

/// A cluster that has no replicas: the slots of a node that is stopped are not served.
#[derive(Debug)]
pub(crate) struct Cluster {
    nodes: Vec<Server>,
}

impl Cluster {
    /// Starts three nodes that keep each change, and waits until they agree.
    ///
    /// # Panics
    ///
    /// When they do not in time.
    #[track_caller]
    pub(crate) fn start(options: &Options) -> Self {
        let nodes: Vec<Server> = (0..NODES).map(|_| node(options)).collect();
        for (nth, node) in nodes.iter().enumerate() {
            let slots = [nth, nth + 1].map(|end| end * SLOTS / NODES);
            let (first, last) = (slots[0].to_string(), (slots[1] - 1).to_string());
            done(node, &["CLUSTER", "ADDSLOTSRANGE", &first, &last]);
            // Nodes with the same epoch would have to settle whose word counts.
            let epoch = (nth + 1).to_string();
            done(node, &["CLUSTER", "SET-CONFIG-EPOCH", &epoch]);
        }
        for node in &nodes[1..] {
            let [ip, port] = words(&nodes[0]);
            let bus = nodes[0].options.cluster_port.expect("it is a node");
            done(node, &["CLUSTER", "MEET", &ip, &port, &bus.to_string()]);
        }
        let cluster = Self { nodes };
        cluster.wait_until_ready();
        cluster
    }

    pub(crate) fn nodes(&self) -> &[Server] {
        &self.nodes
    }

    /// Which node has the slot of a key.
    #[track_caller]
    pub(crate) fn owner(&self, key: &str) -> usize {
        let is_owner = |node: &Server| {
            let reply = node.command(&["EXISTS", key]);
            // `CLUSTERDOWN` where the owner is known to have failed.
            !reply.is_error("MOVED") && !reply.is_error("CLUSTERDOWN")
        };
        let running = self
            .nodes
            .iter()
            .position(|node| node.process.is_running() && is_owner(node));
        running.expect("a node that runs has it")
    }

    /// A key with this beginning that this node has.
    #[track_caller]
    pub(crate) fn key_of(&self, nth: usize, beginning: &str) -> String {
        let mut keys = (0..).map(|n| format!("{beginning}{n}"));
        let key = keys.find(|key| self.owner(key) == nth);
        key.expect("every node has slots")
    }

    /// Moves the slot of a key to another node, with the keys that are in it.
    ///
    /// Who asks the old node is sent to the new one from then on.
    #[track_caller]
    pub(crate) fn move_slot(&self, key: &str, to: usize) {
        let (from, to) = (&self.nodes[self.owner(key)], &self.nodes[to]);
        let slot = from.command(&["CLUSTER", "KEYSLOT", key]).text();
        let [old, new] = [from, to].map(|node| node.command(&["CLUSTER", "MYID"]).text());
        done(to, &["CLUSTER", "SETSLOT", &slot, "IMPORTING", &old]);
        done(from, &["CLUSTER", "SETSLOT", &slot, "MIGRATING", &new]);
        let keys = from.command(&["CLUSTER", "GETKEYSINSLOT", &slot, "1000"]);
        let [ip, port] = words(to);
        let (name, password) = super::WARDEN;
        for key in keys.list() {
            let key = key.text();
            let ways = ["0", "5000", "AUTH2", name, password];
            let migrate = [&["MIGRATE", &*ip, &*port, &*key][..], &ways].concat();
            done(from, &migrate);
        }
        for node in [to, from] {
            done(node, &["CLUSTER", "SETSLOT", &slot, "NODE", &new]);
        }
    }

    /// Ends a node at once; the others notice, and serve on.
    pub(crate) fn stop(&mut self, nth: usize) {
        self.nodes[nth].stop();
    }

    /// Starts it again with what it kept, and waits until all agree.
    ///
    /// # Panics
    ///
    /// When they do not in time.
    #[track_caller]
    pub(crate) fn start_again(&mut self, nth: usize) {
        self.nodes[nth].start_again();
        self.wait_until_ready();
    }

    #[track_caller]
    fn wait_until_ready(&self) {
        let started = Instant::now();
        for node in &self.nodes {
            loop {
                let info = observed::lines(&node.command(&["CLUSTER", "INFO"]));
                let slots = SLOTS.to_string();
                let ready = [
                    ("cluster_state", "ok"),
                    ("cluster_known_nodes", "3"),
                    ("cluster_size", "3"),
                    // Those of nodes that are not seen as failing.
                    ("cluster_slots_ok", &slots),
                ];
                if ready.iter().all(|(name, value)| info[*name] == *value) {
                    break;
                }
                let is_late = started.elapsed() > WITHIN;
                assert!(!is_late, "the nodes do not agree: {info:?}");
                thread::sleep(POLL);
            }
        }
    }
}

#[track_caller]
fn node(options: &Options) -> Server {
    receiver::start("redis", || {
        let [address, bus] = receiver::free_addresses::<2>()?;
        let options = Options {
            durable: true,
            cluster_port: Some(bus.port()),
            ..options.clone()
        };
        Server::try_start(address, &options)
    })
}

#[track_caller]
fn done(node: &Server, command: &[&str]) {
    let reply = node.command(command);
    assert_eq!(reply, Reply::Simple("OK".to_owned()), "{command:?}");
}

fn words(node: &Server) -> [String; 2] {
    let address = node.address();
    [address.ip().to_string(), address.port().to_string()]
}
