//! Settings of encryption; the same whether the feature `tls` is on or off.

use std::path::PathBuf;

use crate::tls_version::TlsVersion;

/// Settings of encryption, as the user gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TlsOptions {
    /// Trusted in place of the system's authorities.
    pub(crate) ca_file: Option<PathBuf>,
    /// Certificate and key of ours.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
    pub(crate) min_version: TlsVersion,
    pub(crate) insecure_skip_verify: bool,
}
