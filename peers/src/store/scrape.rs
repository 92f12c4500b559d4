//! A hundred thousand stored series: written by one process, and served by another one that knows
//! nothing of them. And how long a server does nothing else meanwhile.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Counter, Destination, Histogram, Push, Registry, expose, store};
use redis::{Value, cmd};

use super::pings::Pings;
use super::redis::{Redis, cluster};
use super::worker::Worker;
use crate::Result;
use crate::effort::Effort;
use crate::labels::{Triple, triples};
use crate::table::Table;

/// Families of counters, and how many series each has.
const COUNTERS: [usize; 2] = [16, 5_800];

/// The same of histograms, with the default buckets: 14, and that of `+Inf`.
const HISTOGRAMS: [usize; 2] = [4, 1_800];

/// Lines of a series of a histogram: its buckets, sum and count.
const LINES: usize = 17;

const LABELS: [&str; 3] = ["account", "host", "event_type"];

/// The slow log lists what takes longer, in microseconds.
const SLOW: u64 = 1_000;

/// A store of one measurement; it ends with this.
enum Place {
    Redis(Vec<Redis>),
    Sqlite(PathBuf),
}

/// How a store begins.
type Start = fn() -> Result<Place>;

const PLACES: [(&str, Start); 3] = [
    ("Redis", || Ok(Place::Redis(vec![Redis::start()?]))),
    ("Redis Cluster of 3", || Ok(Place::Redis(cluster()?))),
    ("SQLite", || {
        let folder = std::env::temp_dir().join(format!("ppc-peers-{}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Place::Sqlite(folder))
    }),
];

impl Place {
    fn url(&self) -> String {
        match self {
            Self::Redis(nodes) => nodes[0].url(),
            Self::Sqlite(folder) => format!("sqlite://{}/metrics.db", folder.display()),
        }
    }

    fn nodes(&self) -> &[Redis] {
        match self {
            Self::Redis(nodes) => nodes,
            Self::Sqlite(_) => &[],
        }
    }

    fn watch(&self) -> Result<()> {
        for node in self.nodes() {
            let mut set = cmd("CONFIG");
            set.arg("SET").arg("slowlog-log-slower-than").arg(SLOW);
            set.arg("slowlog-max-len").arg(100_000);
            node.ask::<()>(&set)?;
            node.ask::<()>(cmd("SLOWLOG").arg("RESET"))?;
            node.reset_counts()?;
        }
        Ok(())
    }

    /// What the commands of this name took in ms, of the slowest node: half of them, 99 % and the
    /// longest; another one that took longer is named.
    fn times(&self, of: &str) -> Result<String> {
        let mut times = [0.0_f64; 3];
        for node in self.nodes() {
            if node.calls("keys")? > 0.0 {
                return Err("somebody asked for all keys".into());
            }
            let [half, most] = node.times(of)?;
            let slow: Vec<Vec<Value>> = node.ask(cmd("SLOWLOG").arg("GET").arg(-1))?;
            let mut longest = most;
            for entry in slow {
                // Number, time, microseconds, words. What a script calls is a part of the script.
                let (Some(took), Some(words)) = (entry.get(2), entry.get(3)) else {
                    continue;
                };
                let took: f64 = redis::from_redis_value_ref(took)?;
                let words: Vec<String> = redis::from_redis_value_ref(words)?;
                let name = words.first().map_or("", |word| word);
                if took > longest && took > 2.0 * SLOW as f64 && !name.eq_ignore_ascii_case(of) {
                    eprintln!("{name}: {took} us");
                }
                longest = longest.max(took);
            }
            for (worst, time) in times.iter_mut().zip([half, most, longest]) {
                *worst = worst.max(time / 1e3);
            }
        }
        Ok(match self {
            Self::Sqlite(_) => "-".to_owned(),
            Self::Redis(_) => times.map(|time| format!("{time:.2}")).join(" / "),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Sqlite(folder) = self {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// What one store was found to do.
struct Found {
    /// Seconds: of the first write, and of one more of all series.
    written: [f64; 2],
    /// Of each scrape, in turn.
    scraped: Vec<f64>,
    /// Bytes: of the process that writes, and of the one that serves.
    peaks: [u64; 2],
    body: usize,
    longest: [String; 2],
    /// The longest that a `PING` took: of nothing to do, of writing and of reading.
    pings: [Duration; 3],
}

/// Seconds, memory and the longest commands.
pub(crate) fn run(effort: &Effort) -> Vec<Table> {
    let [counters, histograms] = [COUNTERS, HISTOGRAMS].map(|[families, each]| families * each);
    let title = format!(
        "{} stored series, {histograms} of them histograms with 14 buckets",
        counters + histograms
    );
    let columns = [
        "first write s",
        "all again s",
        "writer MB",
        "first scrape s",
        "scrape s",
        "reader MB",
        "body MB",
        "evalsha ms",
        "hscan ms",
        "PING ms",
    ];
    let mut table = Table::new(title, &columns);
    for (name, start) in PLACES {
        match start().and_then(|place| measure(&place, effort.scrapes)) {
            Ok(found) => table.row(name, found.cells()),
            Err(error) => eprintln!("{name}: {error}"),
        }
    }
    vec![table.note(
        "One process writes and ends; another one, which only reads, serves what is stored over \
         HTTP. Memory is the most that each of the two had. A scrape but the first is the median. \
         Of the commands that write and read: what half of them took at the most, 99 % of them, and \
         the longest. PING is \
         the longest that one took, of one client that asks all the time: while nothing else is \
         done, while it is written, and while it is read.",
    )]
}

impl Found {
    fn cells(mut self) -> [String; 10] {
        let first = self.scraped.remove(0);
        self.scraped.sort_by(f64::total_cmp);
        let middle = self.scraped.get(self.scraped.len() / 2).copied();
        let seconds = |seconds: f64| format!("{seconds:.2}");
        let megabytes = |bytes: u64| format!("{:.0}", bytes as f64 / 1e6);
        let [writing, reading] = self.longest;
        let pings = self
            .pings
            .map(|ping| format!("{:.1}", ping.as_secs_f64() * 1e3));
        [
            seconds(self.written[0]),
            seconds(self.written[1]),
            megabytes(self.peaks[0]),
            seconds(first),
            middle.map_or("-".to_owned(), seconds),
            megabytes(self.peaks[1]),
            megabytes(self.body as u64),
            writing,
            reading,
            pings.join(" / "),
        ]
    }
}

fn measure(place: &Place, times: usize) -> Result<Found> {
    place.watch()?;
    let url = place.url();
    let mut writer = Worker::start(&format!("write {url}"))?;
    writer.line()?; // it has recorded
    let mut written = [0.0; 2];
    let pings = Pings::start(place.nodes())?;
    thread::sleep(Duration::from_secs(1));
    let idle = pings.stop();
    let pings = Pings::start(place.nodes())?;
    for took in &mut written {
        writer.say("go")?;
        *took = writer.line()?.parse()?;
    }
    let while_written = pings.stop();
    let writing = place.times("evalsha")?;
    place.watch()?;
    let mut reader = Worker::start(&format!("serve {url}"))?;
    let address = reader.line()?;
    let pings = Pings::start(place.nodes())?;
    let (mut scraped, mut body) = (Vec::new(), Vec::new());
    for _ in 0..=times {
        let start = Instant::now();
        body = get(&address)?;
        scraped.push(start.elapsed().as_secs_f64());
    }
    let while_read = pings.stop();
    let lines = body.split(|byte| *byte == b'\n');
    let samples = lines.filter(|line| line.first().is_some_and(|first| *first != b'#'));
    let (found, expected) = (
        samples.count(),
        COUNTERS[0] * COUNTERS[1] + HISTOGRAMS[0] * HISTOGRAMS[1] * LINES,
    );
    if found != expected {
        return Err(format!("{found} samples are served, and not {expected}").into());
    }
    Ok(Found {
        written,
        scraped,
        peaks: [writer.peak()?, reader.peak()?],
        body: body.len(),
        longest: [writing, place.times("hscan")?],
        pings: [idle, while_written, while_read],
    })
}

/// The body that is served.
fn get(address: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), None);
    while reader.read_line(&mut line)? > 2 {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = Some(value.trim().parse::<usize>()?);
        }
        line.clear();
    }
    let mut body = vec![0; length.ok_or("it has a length")?];
    reader.read_exact(&mut body)?;
    Ok(body)
}

/// Does what it is told: `write URL` or `serve URL`.
pub(super) fn work(words: &[&str]) -> Result<()> {
    match words {
        ["write", url] => write(url),
        ["serve", url] => serve(url),
        _ => Err(format!("nobody can do {words:?}").into()),
    }
}

fn write(url: &str) -> Result<()> {
    let (registry, series) = (Registry::new(), triples(COUNTERS[1]));
    let count = families(&registry)?;
    count(&series)?;
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        let destination: Destination = url.parse()?;
        let push = Push::to(destination).registry(&registry);
        let push = push.environment(false).job_metrics(false);
        push.client_metrics(false).period("1h").start().stop();
        println!("{}", start.elapsed().as_secs_f64());
        count(&series)?;
    }
    Ok(())
}

/// What counts one in every series.
fn families(registry: &Registry) -> Result<impl Fn(&[Triple]) -> Result<()>> {
    let (mut counters, mut histograms) = (Vec::new(), Vec::new());
    for n in 0..COUNTERS[0] {
        let counter = Counter::builder(&format!("events_{n}")).help("Events handled.");
        counters.push(counter.label_names(LABELS).register(registry)?);
    }
    for n in 0..HISTOGRAMS[0] {
        let histogram = Histogram::builder(&format!("latency_{n}_seconds")).help("Their time.");
        histograms.push(histogram.label_names(LABELS).register(registry)?);
    }
    Ok(move |series: &[Triple]| {
        for (n, [account, host, event]) in series.iter().enumerate() {
            for counter in &counters {
                counter.labels((account, host, event))?.inc();
            }
            for histogram in histograms.iter().filter(|_| n < HISTOGRAMS[1]) {
                let value = (n % 100) as f64 / 10.0;
                histogram.labels((account, host, event))?.observe(value);
            }
        }
        Ok(())
    })
}

fn serve(url: &str) -> Result<()> {
    let handle = expose::start_http_server("127.0.0.1:0", store::open(url)?)?;
    println!("{}", handle.local_addr());
    // Whoever measures keeps it open.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
