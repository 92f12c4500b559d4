//! What is compared, a file a group.

mod compare;
mod drain;
mod facade;
mod gather;
mod look_up;
mod memory;
mod record;
mod stream;
mod threads;

use crate::Result;
use crate::effort::Effort;
use crate::serve;
use crate::store;
use crate::table::Table;

/// What a gather is.
const SNAPSHOTS: &str = "A gather makes what is then exported. `prometheus-client`, `metrics`, \
                         `measured` and `fastmetrics` have no snapshot: theirs is the text.";

/// One comparison of all libraries.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Effort) -> Vec<Table>,
}

impl Case {
    const fn new(name: &'static str, about: &'static str, run: fn(&Effort) -> Vec<Table>) -> Self {
        Self { name, about, run }
    }

    pub(crate) fn parse(name: &str) -> Result<&'static Self> {
        let found = ALL.iter().find(|case| case.name == name);
        found.ok_or_else(|| format!("there is no case `{name}`; see `--help`").into())
    }
}

pub(crate) static ALL: [Case; 22] = [
    Case::new("counter", "inc, 1 thread", record::counter),
    Case::new("counter-2", "inc, 2 threads, one series", record::counter_2),
    Case::new("held", "inc of a held series with labels", record::held),
    Case::new("gauge", "set", record::gauge),
    Case::new("histogram", "observe, 12 buckets", record::histogram),
    Case::new("histogram-2", "the same, 2 threads", record::histogram_2),
    Case::new("enums", "look-up by 3 labels of fixed sets", look_up::enums),
    Case::new("texts", "look-up by 3 texts, 1,000 series", look_up::texts),
    Case::new("texts-2", "the same, 2 threads", look_up::texts_2),
    Case::new(
        "texts-insert",
        "the same while series are inserted",
        look_up::texts_insert,
    ),
    Case::new(
        "texts-100k",
        "the same, 100,000 series",
        look_up::texts_100k,
    ),
    Case::new("memory", "heap bytes a series", memory::run),
    Case::new("gather", "gather while 2 threads look up", gather::run),
    Case::new(
        "threads",
        "gather and inc while 64 threads live",
        threads::run,
    ),
    Case::new(
        "threads-heap",
        "heap bytes of 10,000 short threads and 64 live ones",
        threads::heap,
    ),
    Case::new(
        "stream",
        "recording while every change is sent",
        stream::run,
    ),
    Case::new("drain", "every change sent, end to end", drain::run),
    Case::new("stream-heap", "heap bytes of a stream", memory::stream),
    Case::new("facade", "recording through `metrics`", facade::run),
    Case::new(
        "serve",
        "scrapes over HTTP while 2 threads record",
        serve::run,
    ),
    Case::new(
        "store",
        "recording in a Redis that processes share",
        store::run,
    ),
    Case::new(
        "store-scrape",
        "scrapes of 100,000 stored series over HTTP",
        store::scrape,
    ),
];
