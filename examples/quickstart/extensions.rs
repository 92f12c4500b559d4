//! The label `extension`: the most common ones, and `other`, so that series stay few.

use std::collections::BTreeMap;
use std::path::Path;

use ppc::Counter;

use crate::metrics::{FILES, LINES, READ_BYTES};
use crate::tally::Found;

/// How many extensions have a series of their own.
const NAMED: usize = 7;

/// The extensions that are told apart.
pub(crate) struct Extensions {
    /// The most common one first, `other` last.
    kept: Vec<Extension>,
}

/// One of them, with its metrics: handles, which are looked up once and not for every read.
pub(crate) struct Extension {
    pub(crate) index: usize,
    pub(crate) name: String,
    pub(crate) files: Counter,
    pub(crate) bytes: Counter,
    pub(crate) lines: Counter,
}

impl Extensions {
    /// The most common extensions of these files.
    pub(crate) fn of(files: &[Found]) -> Self {
        let mut counts = BTreeMap::<String, usize>::new();
        for name in files.iter().filter_map(|file| extension(&file.path)) {
            *counts.entry(name).or_default() += 1;
        }
        let mut names: Vec<(String, usize)> = counts.into_iter().collect();
        names.sort_by_key(|(_, count)| usize::MAX - count);
        names.truncate(NAMED);
        let names = names.into_iter().map(|(name, _)| name);
        let kept = names.chain(["other".to_owned()]).enumerate();
        Self {
            kept: kept
                .map(|(index, name)| Extension::new(index, name))
                .collect(),
        }
    }

    /// The one that the file counts for.
    pub(crate) fn of_file(&self, file: &Found) -> &Extension {
        let name = extension(&file.path).unwrap_or_default();
        let kept = self.kept.iter().find(|kept| kept.name == name);
        kept.unwrap_or(&self.kept[self.kept.len() - 1])
    }

    /// Their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.kept.iter().map(|extension| extension.name.as_str())
    }
}

impl Extension {
    fn new(index: usize, name: String) -> Self {
        Self {
            index,
            files: FILES.extension(&name).handle(),
            bytes: READ_BYTES.extension(&name).handle(),
            lines: LINES.extension(&name).handle(),
            name,
        }
    }
}

/// A file's extension, where it looks like one, in lower case.
fn extension(path: &Path) -> Option<String> {
    let text = path.extension()?.to_str()?;
    let is_one = text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_one.then(|| text.to_ascii_lowercase())
}
