//! No TLS: the feature `tls` is off.

use std::path::PathBuf;

use redis::cluster::ClusterClientBuilder;
use redis::{Client, ConnectionInfo, RedisError};

/// Whether it can be had.
pub(crate) const ENABLED: bool = false;

/// What cannot be had here.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Files {
    pub(crate) ca: Option<PathBuf>,
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
}

pub(super) fn client(info: ConnectionInfo, _: Option<&Files>) -> Result<Client, RedisError> {
    Client::open(info)
}

#[expect(clippy::unnecessary_wraps, reason = "the other one reads files")]
pub(super) fn cluster(
    builder: ClusterClientBuilder,
    _: Option<&Files>,
) -> Result<ClusterClientBuilder, RedisError> {
    Ok(builder)
}
