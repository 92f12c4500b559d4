//! Metrics that two sources have.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ppc_core::{Snapshot, Source, unix_time};

use crate::error::{Error, ErrorKind};

/// Refuses sources of which two have a metric of the same name, as far as that can be seen now.
pub(super) fn refuse(sources: &[Arc<dyn Source>]) -> Result<(), Error> {
    if sources.len() < 2 {
        return Ok(());
    }
    let mut snapshot = Snapshot::new();
    snapshot.start(unix_time());
    // Of each family, the source that it came from.
    let mut owners = HashMap::new();
    for (index, source) in sources.iter().enumerate() {
        let before = snapshot.left_out().len();
        // A source that panics does so again when it is served, and is told of then.
        let gathered = catch_unwind(AssertUnwindSafe(|| source.gather_into(&mut snapshot)));
        if gathered.is_err() {
            return Ok(());
        }
        if let Some(descriptor) = snapshot.left_out().nth(before) {
            let name = descriptor.names().family();
            let owner = match owners.get(name) {
                Some(owner) => format!("source {owner}"),
                // Of another name, of which one sample has this one: `a` and `a_sum`.
                None => "another".to_owned(),
            };
            let reason = format!(
                "`{name}` of source {} has the name of a metric of {owner}",
                index + 1
            );
            return Err(ErrorKind::Setting {
                what: "sources".to_owned(),
                reason,
            }
            .into());
        }
        for family in snapshot.families() {
            let name = family.descriptor().names().family().to_owned();
            owners.entry(name).or_insert(index + 1);
        }
    }
    Ok(())
}
