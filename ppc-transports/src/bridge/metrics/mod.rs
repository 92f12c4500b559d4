//! What libraries record through the facade `metrics`.

mod cells;
mod install;
mod near;
mod recorder;

pub use install::{MetricsRecorderBuilder, install_metrics_recorder};
pub use recorder::MetricsRecorder;
