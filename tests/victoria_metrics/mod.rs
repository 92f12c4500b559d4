//! Against a real VictoriaMetrics.

mod endings;
mod many_series;
mod matrix;
mod restarts;
mod values;
