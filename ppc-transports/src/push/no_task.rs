//! The feature `tokio` is off: there is no task to drive a client.

use std::sync::Arc;

use super::client::Client;
use crate::error::{Error, ErrorKind};

/// Never succeeds.
pub(crate) fn start(_: &Arc<Client>) -> Result<(), Error> {
    Err(ErrorKind::NoRuntime.into())
}
