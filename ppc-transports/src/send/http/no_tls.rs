//! In place of encryption, where the feature `tls` is off.

use super::connect::Wire;
use super::tls_options::TlsOptions;
use crate::error::{Error, ErrorKind};

/// What `https://` is opened with.
pub(super) type Secured = Wire;

/// Settings that were read.
#[derive(Clone, Debug)]
pub(super) struct Tls;

/// Refuses a URL that needs the feature.
pub(super) fn load(_: &TlsOptions, is_https: bool) -> Result<Tls, Error> {
    if is_https {
        let (what, feature) = ("https://".to_owned(), "tls");
        return Err(ErrorKind::Feature { what, feature }.into());
    }
    Ok(Tls)
}

impl Tls {
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "as with encryption"
    )]
    pub(super) fn secure(&self, wire: Wire) -> Result<Secured, Error> {
        Ok(wire)
    }
}
