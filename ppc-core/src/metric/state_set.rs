//! State sets: which of some states hold.

use super::held::{Held, holding, metric_type};
use crate::cell::{Series, StateSetCell};
use crate::family::Builder;
use crate::kind::Kind;
use crate::label::{LabelValue, Scratch};

metric_type! {
    /// Which of a few named states hold; it starts in the first.
    ///
    /// On the wire each state is a series, 1 where it holds and 0 where not, with a label that
    /// has the metric's own name.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Registry, StateSet};
    ///
    /// let phase = StateSet::builder("phase")
    ///     .states(["starting", "running", "done"])
    ///     .register(&Registry::new())?;
    /// phase.set("running");
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    StateSet(StateSetCell), Kind::StateSet
}

holding! { StateSet:
    /// Makes this the only state that holds. A state that is not declared is ignored and counted
    /// as ignored.
    fn set(&self, state: impl LabelValue) =>
        change(&self.0, &state, Series::set_only);

    /// Makes this state hold beside the others.
    fn enable(&self, state: impl LabelValue) =>
        change(&self.0, &state, |series, index| series.set(index, true));

    /// Makes this state no longer hold.
    fn disable(&self, state: impl LabelValue) =>
        change(&self.0, &state, |series, index| series.set(index, false));
}

impl<L> Builder<StateSet, L> {
    /// The states, at most 64; it starts in the first.
    pub fn states<S: AsRef<str>>(mut self, states: impl IntoIterator<Item = S>) -> Self {
        self.states = states
            .into_iter()
            .map(|state| state.as_ref().to_owned())
            .collect();
        self
    }
}

fn change(
    held: &Held<StateSet>,
    state: &impl LabelValue,
    change: impl FnOnce(&Series<StateSetCell>, usize),
) {
    let mut scratch = Scratch::default();
    let (state, descriptor) = (state.text(&mut scratch), held.descriptor());
    match descriptor.states().position(|known| known == state) {
        Some(index) => change(&held.series(), index),
        None => descriptor.ignore(),
    }
}
