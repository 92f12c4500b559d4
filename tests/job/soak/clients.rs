//! The clients, most of which start and end again and again.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ppc::{Destination, Gauge, Guard, Push, Registry, Snapshot, Source};

use super::sleep;

/// Of those that read all values every so often.
const PERIOD: Duration = Duration::from_millis(500);

/// For the end of a client that is followed by another one.
const SHORT: &str = "2s";

/// For the last clients, which deliver everything that is left.
const LONG: &str = "60s";

/// Where clients push to, and in whose name.
pub(super) struct Clients {
    /// Of the server, over HTTP.
    pub(super) http: String,
    /// And of lines, over TCP.
    pub(super) lines: String,
    pub(super) run: String,
    pub(super) folder: PathBuf,
}

impl Clients {
    /// One that is there from the first moment to the last.
    pub(super) fn steady(&self) -> Guard {
        self.dated("steady", &self.influx())
            .flush_timeout(LONG)
            .start()
    }

    pub(super) fn stream_again_and_again(&self) {
        while again(|| self.stream().flush_timeout(SHORT), 9, 2) {}
    }

    pub(super) fn spool_again_and_again(&self) {
        while again(|| self.spooled().flush_timeout(SHORT), 15, 0) {}
    }

    pub(super) fn pass_again_and_again(&self, n: usize) {
        while again(|| self.passing(n).flush_timeout(SHORT), 3, 1) {}
    }

    /// One more of each: they have the final values, and deliver what is in the spool.
    pub(super) fn last_words(&self) {
        let all = [
            self.stream(),
            self.spooled(),
            self.passing(0),
            self.passing(1),
        ];
        let all = all.map(|push| push.flush_timeout(LONG).start());
        all.into_iter().for_each(Guard::stop);
    }

    /// Tells every change; there may be less room than changes.
    fn stream(&self) -> Push {
        let url = format!("influx+tcp://{}", self.lines);
        self.named("stream", &url).stream(true)
    }

    fn spooled(&self) -> Push {
        let url = format!("openmetrics+http://{}/api/v1/import/prometheus", self.http);
        let push = self.dated("spooled", &url);
        push.spool(self.folder.join("spool"))
    }

    /// With the same spool, for another destination.
    fn passing(&self, n: usize) -> Push {
        let push = self.dated(&format!("passing-{n}"), &self.influx());
        push.spool(self.folder.join("spool"))
    }

    fn influx(&self) -> String {
        format!("influx+http://{}", self.http)
    }

    fn dated(&self, client: &str, url: &str) -> Push {
        let source = Logged::new(&self.folder.join(client));
        self.named(client, url).source(source).period(PERIOD)
    }

    fn named(&self, client: &str, url: &str) -> Push {
        let destination: Destination = url.parse().expect("a URL");
        let push = Push::to(destination).label("run", &*self.run);
        push.label("client", client)
    }
}

/// Has a client for so many seconds, and none for some more; false once all is over.
fn again(push: impl FnOnce() -> Push, there: u64, away: u64) -> bool {
    let guard = push().start();
    sleep(Duration::from_secs(there));
    guard.stop();
    sleep(Duration::from_secs(away))
}

/// The registry of this process, with a line for each gather: its timestamp in milliseconds and the
/// value of a gauge that no other gather has.
struct Logged {
    log: Mutex<File>,
    own: Registry,
    reads: Gauge,
}

impl Logged {
    fn new(path: &std::path::Path) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(path);
        let own = Registry::new();
        Self {
            log: Mutex::new(log.expect("it can be written")),
            reads: Gauge::builder("soak_reads")
                .register(&own)
                .expect("a valid metric"),
            own,
        }
    }
}

impl Source for Logged {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        static READS: AtomicU64 = AtomicU64::new(0);
        let mut log = self.log.lock().expect("nobody panics");
        let (time, value) = (
            snapshot.timestamp().as_millis(),
            READS.fetch_add(1, Ordering::Relaxed),
        );
        self.reads.set(value);
        self.own.gather_into(snapshot);
        ppc::registry().gather_into(snapshot);
        let line = format!("{time} {value}\n");
        log.write_all(line.as_bytes()).expect("it can be written");
    }
}
