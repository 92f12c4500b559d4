//! One series of a family.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cell::Cell;
use crate::descriptor::Descriptor;
use crate::label::LabelValues;

/// One series: its labels and its cell.
pub struct Series<C> {
    id: u64,
    descriptor: Arc<Descriptor>,
    values: LabelValues,
    pub(crate) cell: C,
}

impl<C: Cell> Series<C> {
    pub(crate) fn new(descriptor: &Arc<Descriptor>, values: LabelValues) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            descriptor: Arc::clone(descriptor),
            values,
            cell: C::new(descriptor),
        }
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
}

impl<C> fmt::Debug for Series<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.descriptor.label_names().zip(self.values.iter());
        f.write_str(self.descriptor.names().family())?;
        f.debug_map().entries(labels).finish()
    }
}

/// What a snapshot needs of a series beside its value, whatever its cell.
pub(crate) trait SeriesLabels: fmt::Debug + Send + Sync {
    fn id(&self) -> u64;
    fn values(&self) -> &LabelValues;
}

impl<C: Cell> SeriesLabels for Series<C> {
    fn id(&self) -> u64 {
        self.id
    }

    fn values(&self) -> &LabelValues {
        &self.values
    }
}
