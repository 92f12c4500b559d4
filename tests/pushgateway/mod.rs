//! Against a real Pushgateway.

mod attribute;
mod functions;
mod grouping;
mod groups;
mod matrix;
mod refused;
