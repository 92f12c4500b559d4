//! Infos: facts as labels.

use super::held::{holding, metric_type};
use crate::cell::InfoCell;
use crate::descriptor::Descriptor;
use crate::kind::Kind;
use crate::label::{LabelValue, Scratch};
use crate::name::label_name_fault;

metric_type! {
    /// Facts that do not change while the job runs: a version, a commit, a region.
    ///
    /// On the wire it is a series of value 1 whose labels are the facts, and its name ends in
    /// `_info`. It appears once it is set.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Info, Registry};
    ///
    /// let build = Info::builder("build").register(&Registry::new())?;
    /// build.set([("version", "1.2.3"), ("commit", "c0ffee")]);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    Info(InfoCell), Kind::Info
}

holding! { Info:
    /// Replaces the facts. A name that is invalid, given twice, or a label of the metric is
    /// ignored and counted as ignored.
    fn set(&self, facts: impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>) => {
        self.0.series().set(pairs(self.0.descriptor(), facts).into());
    };
}

type Pairs = Vec<(Box<str>, Box<str>)>;

fn pairs(
    descriptor: &Descriptor,
    facts: impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>,
) -> Pairs {
    let mut pairs = Pairs::new();
    for (name, value) in facts {
        let name = name.as_ref();
        let taken = descriptor.label_names().any(|label| label == name)
            || pairs.iter().any(|(present, _)| **present == *name);
        if taken || label_name_fault(name, Kind::Info).is_some() {
            descriptor.ignore();
        } else {
            pairs.push((name.into(), value.text(&mut Scratch::default()).into()));
        }
    }
    pairs
}
