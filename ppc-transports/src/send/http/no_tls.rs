//! In place of encryption, where the feature `tls` is off.

use super::connect::Wire;
use crate::error::{Error, ErrorKind};

/// What `https://` is opened with.
pub(super) type Secured = Wire;

/// Settings of encryption: none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TlsOptions {}

/// Settings that were read.
#[derive(Clone, Debug)]
pub(super) struct Tls;

impl TlsOptions {
    /// Refuses a URL that needs the feature.
    pub(super) fn load(&self, is_https: bool) -> Result<Tls, Error> {
        if is_https {
            let feature = "tls";
            return Err(ErrorKind::Feature {
                what: "https://".to_owned(),
                feature,
            }
            .into());
        }
        Ok(Tls)
    }

    /// Whether a certificate of ours is shown.
    pub(super) fn has_identity(&self) -> bool {
        false
    }
}

impl Tls {
    #[expect(clippy::unnecessary_wraps, reason = "as with encryption")]
    pub(super) fn secure(&self, wire: Wire) -> Result<Secured, Error> {
        Ok(wire)
    }
}
