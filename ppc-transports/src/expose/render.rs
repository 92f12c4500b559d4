//! From a source to the bytes of a body.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use bytes::Bytes;
use ppc_core::{LabelSet, Snapshot, Source, unix_time};

use super::names;
use super::negotiate::Negotiated;
use crate::compress::Compression;
use crate::encode::{Encoder, Exposition};
use crate::lock::lock;
use crate::log::{self, Level};
use crate::stats::tell_problems;
use crate::teller::Teller;

/// Gathers a source and writes it in the Prometheus text format 0.0.4.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry};
/// use ppc_transports::generate_latest;
///
/// let registry = Registry::new();
/// Counter::builder("jobs").help("Jobs run.").register(&registry)?.inc();
/// assert_eq!(
///     generate_latest(&registry),
///     b"# HELP jobs_total Jobs run.\n# TYPE jobs_total counter\njobs_total 1\n"
/// );
/// # Ok::<(), ppc_core::Error>(())
/// ```
pub fn generate_latest(source: &(impl Source + ?Sized)) -> Vec<u8> {
    Negotiated::default().generate(source)
}

impl Negotiated {
    /// Gathers a source and writes a whole body, OpenMetrics' last line included.
    ///
    /// So scrapes are answered in any framework; where that is built on `tower` or hyper,
    /// [`MetricsService`](super::MetricsService) does more.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry};
    /// use ppc_transports::negotiate;
    ///
    /// let registry = Registry::new();
    /// Counter::builder("jobs").register(&registry)?.inc();
    /// let negotiated = negotiate("application/openmetrics-text;version=1.0.0");
    /// assert_eq!(negotiated.generate(&registry), b"# TYPE jobs counter\njobs_total 1\n# EOF\n");
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    pub fn generate(self, source: &(impl Source + ?Sized)) -> Vec<u8> {
        let (mut snapshot, mut lines) = (Snapshot::new(), Vec::new());
        let mut encoder = self.encoder();
        write(
            source,
            &LabelSet::new(),
            &mut encoder,
            &mut snapshot,
            &mut lines,
        );
        lines.extend_from_slice(self.format().trailer().as_bytes());
        lines
    }
}

/// What is asked for; equal ones can be answered alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) negotiated: Negotiated,
    pub(super) compression: Compression,
    /// Of samples, sorted; all where nothing is said.
    pub(super) names: Option<Box<[String]>>,
}

/// Why there is no body: the source panicked, or compressing failed, which was told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Broken;

/// Makes bodies, of memory that is used again.
pub(super) struct Renderer {
    source: Box<dyn Source>,
    labels: LabelSet,
    /// Not in use, the latest last; nobody waits for one.
    idle: Mutex<Vec<Workspace>>,
}

/// Workspaces that are kept: as many as requests of different formats come at once, as a rule.
const KEPT: usize = 2;

#[derive(Default)]
struct Workspace {
    snapshot: Snapshot,
    /// What wrote last, which keeps what lines begin with.
    encoder: Option<(Negotiated, Exposition)>,
    /// Lines that do not become a body themselves.
    lines: Vec<u8>,
    /// Shared with the answers that it went into; its memory is ours again when they are sent.
    body: Bytes,
}

impl Renderer {
    pub(super) fn new(source: Box<dyn Source>, labels: LabelSet) -> Self {
        Self {
            source,
            labels,
            idle: Mutex::default(),
        }
    }

    /// Gathers and writes. A panic of the source ends here: it is the user's code, and no reason
    /// to serve nobody from then on.
    pub(super) fn render(&self, wanted: &Wanted) -> Result<Bytes, Broken> {
        let mut workspace = self.workspace(wanted.negotiated);
        let rendered = catch_unwind(AssertUnwindSafe(|| {
            workspace.render(&*self.source, &self.labels, wanted)?;
            Ok((workspace.body.clone(), workspace))
        }));
        let rendered =
            rendered.unwrap_or_else(|_| Err("the source of the metrics panicked".into()));
        let (body, workspace) = rendered.map_err(|error: Box<dyn std::error::Error>| {
            let message = format_args!("a scrape was answered with an error: {error}");
            log::tell(Level::Warn, "serve: broken", message);
            Broken
        })?;
        let mut idle = lock(&self.idle);
        if idle.len() < KEPT {
            idle.push(workspace);
        }
        Ok(body)
    }

    /// One that has written this format, or else a new one, where there is room: two scrapers of
    /// different formats do not take from each other what is kept for them.
    fn workspace(&self, negotiated: Negotiated) -> Workspace {
        let mut idle = lock(&self.idle);
        let wrote = |workspace: &Workspace| {
            let encoder = workspace.encoder.as_ref();
            encoder.is_some_and(|(format, _)| *format == negotiated)
        };
        match idle.iter().position(wrote) {
            Some(found) => idle.remove(found),
            None if idle.len() == KEPT => idle.remove(0),
            None => Workspace::default(),
        }
    }
}

impl Workspace {
    fn render(
        &mut self,
        source: &dyn Source,
        labels: &LabelSet,
        wanted: &Wanted,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let is_plain = wanted.compression == Compression::None;
        let mut body = memory_of(mem::take(&mut self.body));
        let mut lines = if is_plain {
            mem::take(&mut body)
        } else {
            mem::take(&mut self.lines)
        };
        lines.clear();
        let kept = self.encoder.take();
        let kept = kept.filter(|(negotiated, _)| *negotiated == wanted.negotiated);
        let (_, encoder) = self.encoder.insert(kept.unwrap_or_else(|| {
            let encoder = wanted.negotiated.encoder().keep_lines(true);
            (wanted.negotiated, encoder)
        }));
        write(source, labels, encoder, &mut self.snapshot, &mut lines);
        if let Some(names) = &wanted.names {
            let mut kept = Vec::new();
            names::keep(&lines, names, &mut kept);
            lines = kept;
        }
        lines.extend_from_slice(wanted.negotiated.format().trailer().as_bytes());
        if is_plain {
            body = lines;
        } else {
            wanted.compression.compress([&lines, b"", b""], &mut body)?;
            self.lines = lines;
        }
        self.body = body.into();
        Ok(())
    }
}

/// The memory of a body that nobody sends any more; else as much again, as the next will be as long.
fn memory_of(body: Bytes) -> Vec<u8> {
    match body.try_into_mut() {
        Ok(mut body) => {
            body.clear();
            body.into()
        }
        Err(body) => Vec::with_capacity(body.len() + body.len() / 16),
    }
}

fn write(
    source: &(impl Source + ?Sized),
    labels: &LabelSet,
    encoder: &mut Exposition,
    snapshot: &mut Snapshot,
    lines: &mut Vec<u8>,
) {
    snapshot.start(unix_time());
    source.gather_into(snapshot);
    tell_problems(snapshot);
    Teller::serving().omitted(&encoder.encode(snapshot, labels, lines));
}

#[cfg(test)]
mod tests {
    use ppc_core::{Counter, Registry};

    use super::*;
    use crate::expose::negotiate;

    #[test]
    fn every_format_keeps_its_workspace() {
        let registry = Registry::new();
        let jobs = Counter::builder("jobs").register(&registry).unwrap();
        let renderer = Renderer::new(Box::new(registry), LabelSet::new());
        let render = |accept: &str| {
            jobs.inc();
            let wanted = Wanted {
                negotiated: negotiate(accept),
                compression: Compression::None,
                names: None,
            };
            let body = renderer.render(&wanted).unwrap();
            let formats = lock(&renderer.idle);
            let formats = formats.iter().flat_map(|workspace| &workspace.encoder);
            let formats: Vec<_> = formats.map(|(format, _)| *format).collect();
            (String::from_utf8(body.to_vec()).unwrap(), formats)
        };
        let (text, open) = ("text/plain", "application/openmetrics-text");
        let of = |accepts: &[&str]| accepts.iter().map(|accept| negotiate(accept)).collect();
        let text_body = |value| format!("# TYPE jobs_total counter\njobs_total {value}\n");
        let open_body = |value| format!("# TYPE jobs counter\njobs_total {value}\n# EOF\n");
        assert_eq!(render(text), (text_body(1), of(&[text])));
        assert_eq!(render(open), (open_body(2), of(&[text, open])));
        assert_eq!(render(text), (text_body(3), of(&[open, text])));
        assert_eq!(render(open), (open_body(4), of(&[text, open])));
        // A third takes the place of the one that was not in use for longest.
        let latest = "text/plain;version=1.0.0";
        assert_eq!(render(latest), (text_body(5), of(&[open, latest])));
    }
}
