//! A text file for the textfile collector of `node_exporter`.

use std::path::{Path, PathBuf};

use ppc_core::{LabelSet, Source};

use super::AsDestination;
use super::given::destination;
use super::url::{Kind, Params, Taken, Url, UrlForm, encode_path, refused, url_form};
use crate::encode::{Encoder, Exposition, Format, Timestamps};
use crate::error::{Error, ErrorKind};
use crate::pack::{Body, Packer};
use crate::push::{Parts, Streams};
use crate::send::{FileSender, write_file};

/// A text file in the Prometheus text format, for the textfile collector of `node_exporter`, which
/// reads the files of a folder whose names end in `.prom`.
///
/// The whole file is written beside it under another name, synced, and renamed, so that no reader
/// ever sees a part of it. There is no push at the start, unless it is asked for, as it would wipe
/// what the last run has left.
///
/// A setting that is wrong is reported when pushing starts.
///
/// # Examples
///
/// ```
/// use ppc_transports::{Push, Textfile};
///
/// let push = Push::to(Textfile::new("/var/lib/node_exporter/textfile/billing.prom"));
/// # let _ = push;
/// ```
#[derive(Clone, Debug)]
pub struct Textfile {
    path: Result<PathBuf, Error>,
    start: bool,
}

destination!(Textfile);

pub(super) const KIND: Kind = Kind::of::<Textfile>();

impl Textfile {
    /// To the file at this path.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let text = path.to_str().and_then(url_form);
        text.unwrap_or_else(|| Self {
            path: Ok(path.to_owned()),
            start: false,
        })
    }

    /// Whether there is a push at the start; there is none by default.
    #[must_use]
    pub fn start(mut self, push: bool) -> Self {
        self.start = push;
        self
    }
}

/// Writes everything that the source shows now to a file in the Prometheus text format, as
/// [`Textfile`] does it: beside its place, synced and renamed. Blocks for as long as that takes.
///
/// # Errors
///
/// When the file cannot be written; what stood there stays.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry};
/// use ppc_transports::write_to_textfile;
///
/// let registry = Registry::new();
/// Counter::builder("jobs").help("Jobs run.").register(&registry)?.inc();
///
/// let path = std::env::temp_dir().join(format!("jobs-{}.prom", std::process::id()));
/// write_to_textfile(&path, &registry)?;
/// let text = std::fs::read_to_string(&path)?;
/// assert_eq!(text, "# HELP jobs_total Jobs run.\n# TYPE jobs_total counter\njobs_total 1\n");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_to_textfile(
    path: impl AsRef<Path>,
    source: &(impl Source + ?Sized),
) -> Result<(), Error> {
    let path = path.as_ref();
    let mut lines = Vec::new();
    let mut text = Exposition::new(Format::Text, Timestamps::Server);
    text.encode(&source.gather(), &LabelSet::new(), &mut lines);
    write_file(path, &lines).map_err(|error| {
        let text = format!("{}: {error}", path.display());
        let (reason, status) = ("unwritten", None);
        ErrorKind::Push {
            reason,
            status,
            text,
        }
        .into()
    })
}

impl AsDestination<Textfile> for Path {
    fn as_destination(&self) -> Textfile {
        Textfile::new(self)
    }
}

impl AsDestination<Textfile> for PathBuf {
    fn as_destination(&self) -> Textfile {
        Textfile::new(self)
    }
}

impl UrlForm for Textfile {
    const SCHEMES: &'static [&'static str] = &["textfile"];

    fn known() -> Vec<&'static str> {
        vec!["start"]
    }

    fn from_text(text: &str) -> Self {
        Self::new(text)
    }

    fn broken(error: Error) -> Self {
        let path = Err(error);
        Self { path, start: false }
    }

    fn from_url(url: &Url) -> Result<Self, Error> {
        Ok(Self {
            path: Ok(url.path_alone("a file", "folder/name.prom")?),
            start: false,
        })
    }

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "start" => Taken::switch(value, |on| self.start = on),
            _ => Taken::Unknown,
        }
    }

    fn url(&self) -> String {
        let mut params = Params::default();
        params.switch("start", self.start);
        let path = self.path.as_ref().map(|path| encode_path(path));
        params.behind(format!("textfile://{}", path.unwrap_or_default()))
    }

    fn identity(&self) -> String {
        format!("{self:?}")
    }

    fn parts(&self, _: Option<&str>) -> Result<Parts, Error> {
        let path = self.path.clone()?;
        if path.file_name().is_none() {
            let text = path.display().to_string();
            return Err(refused(&text, "the name of a file is missing"));
        }
        // Relative paths are those of now, wherever the job goes.
        let path = std::path::absolute(&path).map_err(|error| ErrorKind::Setting {
            what: format!("path {}", path.display()),
            reason: error.to_string(),
        })?;
        Ok(Parts {
            name: self.url(),
            encoder: Box::new(|_| Box::new(Exposition::new(Format::Text, Timestamps::Server))),
            packer: Packer::new(usize::MAX),
            body: Some(Body::default()),
            sender: Box::new(move |waker| Box::new(FileSender::new(path.clone(), waker))),
            streams: Streams::Never,
            at_start: self.start,
        })
    }
}
