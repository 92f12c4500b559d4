//! Against a real VictoriaMetrics.

mod bridges;
mod endings;
mod lines;
mod many_series;
mod matrix;
mod outages;
mod restarts;
mod streams;
mod values;
