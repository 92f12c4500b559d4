//! Which version of TLS is spoken at least, by us as a client or a server.

use crate::choice::choices;

choices! {
    TlsVersion: "1.2" => TlsVersion::V1_2, "1.3" => TlsVersion::V1_3;
}

/// The oldest version of TLS that is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    V1_2,
    /// TLS 1.3.
    V1_3,
}
