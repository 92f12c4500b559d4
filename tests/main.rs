//! The one integration-test binary: a module a capability.

mod architecture;
mod failure;
mod formats;
mod lifecycle;
mod macros;
mod repeated;
mod support;
mod ui;
mod victoria_metrics;
