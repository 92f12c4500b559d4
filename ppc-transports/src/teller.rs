//! What the pushes to a destination, and what is served, have to say: in the log, and in the clients' own metrics.

use crate::encode::Omitted;
use crate::log::{self, Level};
use crate::stats::stats;

/// Tells of one destination, or of what is served.
#[derive(Debug)]
pub(crate) struct Teller {
    name: String,
    /// What the log says it is about.
    subject: String,
}

impl Teller {
    /// Of a destination, by its name.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            subject: format!("push to {name}"),
        }
    }

    /// Of what is served.
    pub(crate) fn serving() -> Self {
        Self {
            name: "serve".to_owned(),
            subject: "serving".to_owned(),
        }
    }

    /// A push is over.
    pub(crate) fn pushed(&self, outcome: &str, seconds: f64, bytes: u64) {
        stats().pushed(&self.name, outcome, seconds, bytes);
    }

    /// Samples do not arrive, or may not.
    pub(crate) fn dropped(&self, reason: &str, samples: u64, why: &str) {
        stats().dropped(reason, samples);
        self.warn(reason, why);
    }

    /// So many datagrams of a final push went faster than is good for them.
    pub(crate) fn hurried(&self, payloads: u64) {
        if payloads == 0 {
            return;
        }
        stats().hurried(&self.name, payloads);
        let text = "datagrams of the final push went faster than the receiver is known to read, \
                    to be within flush_timeout, and may be lost; a longer flush_timeout helps, or \
                    a transport that acknowledges (TCP, HTTP)";
        self.warn("hurried", &format!("{payloads} {text}"));
    }

    /// Warns of something, once a minute a cause.
    pub(crate) fn warn(&self, cause: &str, text: &str) {
        let Self { name, subject } = self;
        log::tell(
            Level::Warn,
            &format!("{name} {cause}"),
            format_args!("{subject}: {text}"),
        );
    }

    /// Counts and tells what a format had no way to say.
    pub(crate) fn omitted(&self, omitted: &Omitted) {
        for (count, reason, text) in [
            (omitted.not_a_number, "not_a_number", "are not a number"),
            (
                omitted.infinite,
                "infinite",
                "are infinite, which the format cannot say",
            ),
            (
                omitted.unlabelled,
                "no_labels",
                "say by a label what they are of, and the format has no labels",
            ),
            (
                omitted.outdated,
                "outdated",
                "could not be delivered for too long, or went before they could",
            ),
        ] {
            if count > 0 {
                let text = format!("{count} samples are left out: they {text}");
                self.dropped(reason, count, &text);
            }
        }
        if let Some((metric, label)) = &omitted.taken {
            let count = omitted.label_taken;
            let what = match &**label {
                "__name__" => "is a metric that the place has itself".to_owned(),
                label => format!("has the label `{label}`, which the place gives to all"),
            };
            let text = format!("{count} samples are left out: `{metric}` {what}");
            self.dropped("label_taken", count, &text);
        }
        if let Some(metric) = &omitted.collision {
            let count = omitted.collided;
            let text = format!(
                "{count} samples are left out: in this format they are the same series as others, \
                 `{metric}` for example, whose labels or name differ in what cannot be said"
            );
            self.dropped("collided", count, &text);
        }
    }
}
