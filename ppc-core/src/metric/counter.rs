//! Counters: totals that only rise.

use super::held::{holding, metric_type, recording};
use crate::amount::{Amount, Number};
use crate::cell::CounterCell;
use crate::kind::Kind;
use crate::series::Series;

metric_type! {
    /// A total that only rises: jobs run, bytes read, errors seen.
    ///
    /// On the wire its name ends in `_total`, whether it was declared with it or without.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry};
    ///
    /// let jobs = Counter::builder("jobs").help("Jobs run.").register(&Registry::new())?;
    /// jobs.inc();
    /// jobs.inc_by(2);
    /// jobs.inc_by(0.5);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    Counter(CounterCell), Kind::Counter
}

recording! { Counter:
    /// Adds one.
    fn inc(&self) series => series.cell.add(Number::Natural(1));

    /// Adds an amount; one that is negative or NaN is ignored and counted as ignored.
    fn inc_by(&self, amount: impl Amount) series => add(series, amount.number());
}

holding! { Counter:
    /// Runs `f` and adds one when it returns an `Err` or panics; the result is passed on.
    ///
    /// # Errors
    ///
    /// Those of `f`.
    fn count_errors<T, E, F>(&self, f: F) -> Result<T, E> where F: FnOnce() -> Result<T, E> => {
        let counting = CountUnlessOk(self);
        let result = f();
        if result.is_ok() {
            std::mem::forget(counting);
        }
        result
    };
}

#[inline]
fn add(series: &Series<CounterCell>, amount: Number) {
    if amount.as_f64() >= 0.0 {
        series.cell.add(amount);
    } else {
        series.descriptor().ignore();
    }
}

/// Counts an error when it is dropped, which a panic does as well as a plain end.
struct CountUnlessOk<'a>(&'a Counter);

impl Drop for CountUnlessOk<'_> {
    fn drop(&mut self) {
        self.0.inc();
    }
}
