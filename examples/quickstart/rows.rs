//! What arrived as rows of the screen, and the choice of those that fit on it.

use std::cmp::Reverse;
use std::iter;

use crate::format::{number, plural};
use crate::line::Series;
use crate::receiver::{History, Received};

/// All that could be shown, in the order of jobs and names.
pub(crate) struct Rows(Vec<Row>);

/// A series, or the buckets of a histogram together.
pub(crate) struct Row {
    pub(crate) series: Series,
    pub(crate) value: String,
    /// Its history, or how observations are distributed over the buckets.
    pub(crate) graph: Vec<f64>,
    pub(crate) has_just_changed: bool,
    changes: u64,
}

impl Rows {
    pub(crate) fn of(received: &Received) -> Self {
        let mut histories: Vec<(&Series, &History)> = received.series.iter().collect();
        histories.sort_by_cached_key(|(series, _)| series.by_job());
        let groups = histories.chunk_by(|a, b| {
            a.0.bound().is_some() && b.0.bound().is_some() && a.0.without("le") == b.0.without("le")
        });
        Self(groups.map(Row::of).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many jobs there are.
    pub(crate) fn jobs(&self) -> usize {
        self.0
            .chunk_by(|a, b| a.series.job() == b.series.job())
            .count()
    }

    /// So many of those that change most often, in the order of all.
    pub(crate) fn busiest(&self, count: usize) -> Vec<&Row> {
        let mut busiest: Vec<(usize, &Row)> = self.0.iter().enumerate().collect();
        busiest.sort_by_key(|(_, row)| Reverse(row.changes));
        busiest.truncate(count);
        busiest.sort_unstable_by_key(|(index, _)| *index);
        busiest.into_iter().map(|(_, row)| row).collect()
    }
}

impl Row {
    fn of(group: &[(&Series, &History)]) -> Self {
        match group {
            [(series, history)] => Self {
                series: (*series).clone(),
                value: number(history.last().unwrap_or_default()),
                graph: history.values.iter().copied().collect(),
                has_just_changed: history.has_just_changed(),
                changes: history.changes,
            },
            buckets => Self::of_buckets(buckets),
        }
    }

    fn of_buckets(buckets: &[(&Series, &History)]) -> Self {
        let histories = || buckets.iter().map(|(_, history)| history);
        let counts = || histories().map(|history| history.last().unwrap_or_default());
        // Each bucket counts what is in those below it as well.
        let below = iter::once(0.0).chain(counts());
        let mut series = buckets[0].0.clone();
        series.labels.insert("le".to_owned(), "*".to_owned());
        Self {
            series,
            value: plural(buckets.len() as u64, "bucket"),
            graph: counts()
                .zip(below)
                .map(|(count, below)| count - below)
                .collect(),
            has_just_changed: histories().any(|history| history.has_just_changed()),
            changes: histories()
                .map(|history| history.changes)
                .max()
                .unwrap_or(0),
        }
    }
}
