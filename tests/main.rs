//! The one integration-test binary: a module a capability.

mod architecture;
mod failure;
mod formats;
mod repeated;
mod support;
mod victoria_metrics;
