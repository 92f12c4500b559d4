//! A shared store in a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::AsDestination;
use super::given::destination;
use super::stored::{Stored, store_settings};
use super::url::{Kind, Params, Taken, Url, UrlForm, encode_path, refused, url_form};
use crate::error::{Error, ErrorKind};
use crate::push::Parts;
use crate::store::{SqliteBackend, Store};

/// A database file of SQLite, in which all processes of a machine count together.
///
/// Each push writes what came on top of the last one, in one transaction: counters, histograms and
/// summaries add up over all processes, gauges by the rule that they are declared with
/// ([`Builder::merge`](ppc_core::Builder::merge)), of infos and state sets the latest is kept. A push
/// that may have been written is written again under the same number, and counts once. Whoever reads
/// it needs no declarations: see [`open`](Self::open).
///
/// The file is made where there is none, in write-ahead mode: it has to be on a disk of this machine,
/// and its folder has to be one in which this process may make files. What the crash of a process
/// leaves is whole; a crash of the machine may take the last second with it.
///
/// Removing a series removes it in the store, with what others have counted. With
/// [`stream`](crate::Push::stream), what changed is written within some ten milliseconds.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry, Source};
/// use ppc_transports::{Push, Sqlite};
///
/// let path = std::env::temp_dir().join(format!("ppc-doc-{}.db", std::process::id()));
/// # let remove = || for end in ["", "-wal", "-shm"] {
/// #     let _ = std::fs::remove_file(format!("{}{end}", path.display()));
/// # };
/// let registry = Registry::new();
/// let jobs = Counter::builder("jobs").register(&registry)?;
/// Push::to(Sqlite::new(&path)).registry(&registry).run(|| jobs.inc());
///
/// let store = Sqlite::new(&path).open()?;
/// assert_eq!(store.gather().series_count(), 1);
/// # remove();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sqlite {
    path: Result<PathBuf, Error>,
    stored: Stored,
}

destination!(Sqlite);
store_settings!(Sqlite);

/// What is stored there.
pub(super) fn open(text: &str) -> Result<Store, Error> {
    Sqlite::from_text(text).open()
}

pub(super) const KIND: Kind = Kind::of::<Sqlite>();

impl Sqlite {
    /// To the database at this path.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let text = path.to_str().and_then(url_form);
        text.unwrap_or_else(|| Self {
            path: Ok(path.to_owned()),
            stored: Stored::default(),
        })
    }

    /// What is stored there, as a source: to be served, pushed on, or written as text.
    ///
    /// # Errors
    ///
    /// When a setting is wrong. That there is no such file is found when it is read.
    pub fn open(&self) -> Result<Store, Error> {
        let (path, prefix) = (self.path()?, self.stored.prefix()?);
        let backend = SqliteBackend::new(&path, prefix, true);
        self.stored.open(self.url(), Box::new(backend))
    }

    /// The path as it is now, wherever the job goes.
    fn path(&self) -> Result<PathBuf, Error> {
        let path = self.path.clone()?;
        if path.file_name().is_none() {
            let text = path.display().to_string();
            return Err(refused(&text, "the name of a file is missing"));
        }
        let absolute = std::path::absolute(&path).map_err(|error| ErrorKind::Setting {
            what: format!("path {}", path.display()),
            reason: error.to_string(),
        })?;
        Ok(absolute)
    }
}

impl AsDestination<Sqlite> for Path {
    fn as_destination(&self) -> Sqlite {
        Sqlite::new(self)
    }
}

impl AsDestination<Sqlite> for PathBuf {
    fn as_destination(&self) -> Sqlite {
        Sqlite::new(self)
    }
}

impl UrlForm for Sqlite {
    const SCHEMES: &'static [&'static str] = &["sqlite"];

    fn known() -> Vec<&'static str> {
        Stored::KNOWN.to_vec()
    }

    fn from_text(text: &str) -> Self {
        Self::new(text)
    }

    fn broken(error: Error) -> Self {
        Self {
            path: Err(error),
            stored: Stored::default(),
        }
    }

    fn from_url(url: &Url) -> Result<Self, Error> {
        Ok(Self {
            path: Ok(url.path_alone("a file", "folder/metrics.db")?),
            stored: Stored::default(),
        })
    }

    fn set(&mut self, name: &str, value: &str) -> Taken {
        self.stored.set(name, value)
    }

    fn url(&self) -> String {
        let mut params = Params::default();
        self.stored.add(&mut params);
        let path = self.path.as_ref().map(|path| encode_path(path));
        params.behind(format!("sqlite://{}", path.unwrap_or_default()))
    }

    fn identity(&self) -> String {
        format!("{self:?}")
    }

    fn parts(&self, _: Option<&str>) -> Result<Parts, Error> {
        let (path, prefix) = (self.path()?, self.stored.prefix()?.to_owned());
        let place = format!("sqlite {}", path.display());
        let make = move || Box::new(SqliteBackend::new(&path, &prefix, false)) as _;
        self.stored.parts(self.url(), &place, Arc::new(make))
    }
}
