//! The raw limit: the crate `redis` alone, a command for each number.

use redis::{Connection, Pipeline, cmd};

use super::redis::Redis;
use super::worker::{OBSERVED, Recorder, What};
use crate::Result;
use crate::labels::Triple;

const KEY: &str = "plain";

/// Sends commands, so many at a time.
pub(super) struct Plain {
    what: What,
    connection: Connection,
    pipeline: Pipeline,
    depth: usize,
}

impl Plain {
    pub(super) fn start(url: &str, what: What, depth: usize) -> Result<Self> {
        Ok(Self {
            what,
            connection: redis::Client::open(url)?.get_connection()?,
            pipeline: Pipeline::with_capacity(depth),
            depth,
        })
    }

    fn send(&mut self) -> Result<()> {
        if self.pipeline.is_empty() {
            return Ok(());
        }
        self.pipeline.query::<()>(&mut self.connection)?;
        self.pipeline.clear();
        Ok(())
    }
}

impl Recorder for Plain {
    fn round(&mut self, series: &[Triple]) -> Result<()> {
        for [account, host, event] in series {
            let labels = format!("{account}\t{host}\t{event}");
            let field = match self.what {
                What::Increments => format!("events\t{labels}"),
                What::Observations => {
                    let sum = format!("sum\t{labels}");
                    let mut add = cmd("HINCRBYFLOAT");
                    add.arg(KEY).arg(sum).arg(OBSERVED);
                    self.pipeline.add_command(add).ignore();
                    format!("bucket\t0.5\t{labels}")
                }
            };
            let mut add = cmd("HINCRBYFLOAT");
            add.arg(KEY).arg(field).arg(1);
            self.pipeline.add_command(add).ignore();
            if self.pipeline.len() >= self.depth {
                self.send()?;
            }
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<()> {
        self.send()
    }
}

/// How many there are.
pub(super) fn total(redis: &Redis, what: What) -> Result<f64> {
    let all: Vec<(String, f64)> = cmd("HGETALL").arg(KEY).query(&mut redis.connect()?)?;
    let beginning = match what {
        What::Increments => "events\t",
        What::Observations => "bucket\t",
    };
    let counts = all.iter().filter(|(field, _)| field.starts_with(beginning));
    Ok(counts.map(|(_, count)| count).sum())
}
