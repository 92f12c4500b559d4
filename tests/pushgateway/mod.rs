//! Against a real Pushgateway.

mod functions;
mod grouping;
mod groups;
mod matrix;
mod refused;
