//! An exposition in a file, read anew at every gather.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ppc_core::{Mirror, Snapshot, Source};

use super::{Rules, rules_of, tell};
use crate::encode::Format;
use crate::lock::lock;

/// A file with an exposition as a [`Source`]; it is read anew whenever it is gathered.
///
/// What is read, and how, is said at [`Text`](crate::Text). Where there is no file, or it cannot be
/// read, nothing of it is shown that time, and [`Snapshot::faults`] says why; when it can be read
/// again its series go on. Whoever writes it should write another file and rename that, as all
/// exporters do.
///
/// # Examples
///
/// ```
/// use ppc_core::Source;
/// use ppc_transports::TextFile;
///
/// let path = std::env::temp_dir().join(format!("ppc-text-{}.prom", std::process::id()));
/// std::fs::write(&path, "backup_seconds 12.5\n")?;
/// let file = TextFile::new(&path);
/// assert_eq!(file.gather().series_count(), 1);
///
/// std::fs::remove_file(&path)?;
/// let snapshot = file.gather();
/// assert_eq!((snapshot.series_count(), snapshot.faults().len()), (0, 1));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a source shows nothing until it is gathered"]
pub struct TextFile {
    path: PathBuf,
    format: Option<Format>,
    max_size: u64,
    mirror: Mutex<Mirror>,
}

const MAX_SIZE: u64 = 64 << 20;

impl TextFile {
    /// The file of this path, which need not be there yet.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            format: None,
            max_size: MAX_SIZE,
            mirror: Mutex::default(),
        }
    }

    /// The format of the file; by default one that ends in `# EOF` is OpenMetrics.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// How many bytes it may have; 64 MiB by default.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = bytes;
        self
    }

    fn read(&self) -> Result<String, Box<dyn std::error::Error>> {
        // A pipe would be waited for before it could be looked at.
        let is_file = std::fs::metadata(&self.path)?.is_file();
        if !is_file {
            return Err("it is no file".into());
        }
        let mut text = Vec::new();
        let file = File::open(&self.path)?;
        file.take(self.max_size.saturating_add(1))
            .read_to_end(&mut text)?;
        if text.len() as u64 > self.max_size {
            return Err(format!("it has more than {} bytes", self.max_size).into());
        }
        Ok(String::from_utf8(text)?)
    }

    fn tell(&self, mirror: &mut Mirror) -> Result<(), Box<dyn std::error::Error>> {
        let text = self.read()?;
        let rules = self.format.map_or_else(|| Rules::detect(&text), rules_of);
        Ok(tell(&text, rules, mirror)?)
    }

    fn fault(&self, fault: impl fmt::Display) -> String {
        format!("{}: {fault}", self.path.display())
    }
}

impl Source for TextFile {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let mut mirror = lock(&self.mirror);
        match self.tell(&mut mirror) {
            Ok(()) => mirror.gather_into(snapshot),
            // The mirror stays as it was: totals go on where they were.
            Err(error) => mirror.gather_fault(self.fault(error), snapshot),
        }
    }
}
