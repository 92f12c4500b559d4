//! The kinds of metric, as `metric!` spells them.

/// What a metric measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
    Info,
    StateSet,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 6] = [
        Self::Counter,
        Self::Gauge,
        Self::Histogram,
        Self::Summary,
        Self::Info,
        Self::StateSet,
    ];

    /// The names of all kinds, in the order of [`ALL`](Self::ALL).
    pub(crate) const NAMES: [&'static str; 6] = [
        "Counter",
        "Gauge",
        "Histogram",
        "Summary",
        "Info",
        "StateSet",
    ];

    /// The kind of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name of its type.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// How a sentence speaks of it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Counter => "a counter",
            Self::Gauge => "a gauge",
            Self::Histogram => "a histogram",
            Self::Summary => "a summary",
            Self::Info => "an info",
            Self::StateSet => "a state set",
        }
    }

    /// The methods that record, which a label of the same name hides.
    pub(crate) fn recording(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &[
                "inc",
                "inc_by",
                "inc_with_exemplar",
                "inc_by_with_exemplar",
                "count_errors",
            ],
            Self::Gauge => &[
                "set",
                "inc",
                "dec",
                "add",
                "sub",
                "set_to_current_time",
                "track_in_progress",
                "start_timer",
                "time",
                "time_async",
            ],
            Self::Histogram => &[
                "observe",
                "observe_with_exemplar",
                "start_timer",
                "time",
                "time_async",
            ],
            Self::Summary => &["observe", "start_timer", "time", "time_async"],
            Self::Info => &["set"],
            Self::StateSet => &["set", "enable", "disable"],
        }
    }
}
