//! What the macros expand to, in use; what they refuse is in `tests/ui`.

mod grammar;
mod label_value;
mod lints;
mod measure_async;
mod measure_block;
mod measure_forms;
mod measure_futures;
mod measure_own;
mod measure_returned;
mod measured;
mod metric_forms;
mod metric_labels;
mod metric_settings;
mod push_async;
mod push_faithful;
mod push_forms;
mod push_futures;
mod push_http;
mod push_settings;
mod push_stores;
mod registered;
