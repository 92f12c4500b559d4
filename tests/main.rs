//! The one integration-test binary: a module a capability.

mod architecture;
mod support;
mod victoria_metrics;
