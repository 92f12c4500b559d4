//! Settings of encryption; the same whether the feature `tls` is on or off.

use std::path::PathBuf;

use crate::tls_version::TlsVersion;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TlsFiles {
    /// Certificate chain and key.
    pub(super) identity: Option<(PathBuf, PathBuf)>,
    pub(super) client_cafile: Option<PathBuf>,
    pub(super) client_capath: Option<PathBuf>,
    pub(super) client_auth_required: bool,
    pub(super) min_version: TlsVersion,
}
