//! Tells what of a scrape was left out, each cause once a minute.

use ppc_core::{Snapshot, take_refusals};

use crate::encode::Omitted;
use crate::log::{self, Level};

/// Tells of metrics that could not be registered or have another's name, and of recordings that
/// were ignored.
pub(super) fn tell_problems(snapshot: &Snapshot) {
    for refusal in take_refusals() {
        let message = format_args!("a metric is not served: {refusal}");
        log::tell(Level::Warn, &format!("refused {refusal}"), message);
    }
    for descriptor in snapshot.left_out() {
        let name = descriptor.names().family();
        let message = format_args!("`{name}` is not served: another metric has its name");
        log::tell(Level::Warn, &format!("serve: taken {name}"), message);
    }
    for family in snapshot.families() {
        if let Some(ignored) = family.descriptor().take_ignored() {
            let (metric, count, rule) = (ignored.metric, ignored.count, ignored.rule);
            let message = format_args!("{count} recordings to `{metric}` were ignored: {rule}");
            log::tell(Level::Warn, &format!("ignored {metric}"), message);
        }
        let overflowed = family.descriptor().take_overflowed();
        if overflowed > 0 {
            let metric = family.descriptor().names().family();
            let most = family.descriptor().max_series().unwrap_or_default();
            let message = format_args!(
                "{overflowed} look-ups of `{metric}` got the series for everything beyond its \
                 max_series of {most}"
            );
            log::tell(Level::Warn, &format!("overflowed {metric}"), message);
        }
    }
}

/// Tells what a format had no way to say.
pub(super) fn tell_omitted(omitted: &Omitted) {
    let warn = |cause: &str, count: u64, why: std::fmt::Arguments<'_>| {
        let message = format_args!("{count} samples are not served: {why}");
        log::tell(Level::Warn, &format!("serve: {cause}"), message);
    };
    let counts = [
        (omitted.not_a_number, "not a number"),
        (omitted.infinite, "infinite"),
        (omitted.unlabelled, "nothing without a label"),
    ];
    for (count, what) in counts {
        if count > 0 {
            warn(what, count, format_args!("they are {what}"));
        }
    }
    if let Some((metric, label)) = &omitted.taken {
        let why = format_args!("`{metric}` has the label `{label}`, which is taken");
        warn("label taken", omitted.label_taken, why);
    }
    if let Some(metric) = &omitted.collision {
        let why = format_args!(
            "in this format they are the same series as others, `{metric}` for example, whose \
             name or labels differ in what it cannot say"
        );
        warn("collided", omitted.collided, why);
    }
}
