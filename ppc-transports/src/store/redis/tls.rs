//! TLS to a server, by rustls.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use redis::cluster::{ClusterClientBuilder, TlsMode};
use redis::{Client, ClientTlsConfig, ConnectionInfo, RedisError, TlsCertificates};
use rustls::crypto::{CryptoProvider, ring};

/// Whether it can be had.
pub(crate) const ENABLED: bool = true;

/// The files of certificates and keys, read again for each connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Files {
    /// Whose certificates are trusted; those that the system trusts, where it is not said.
    pub(crate) ca: Option<PathBuf>,
    /// The certificate that the client shows, and its key.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
}

impl Files {
    fn read(&self) -> Result<TlsCertificates, RedisError> {
        let identity = |(certificate, key): &(PathBuf, PathBuf)| {
            Ok::<_, io::Error>(ClientTlsConfig {
                client_cert: read(certificate)?,
                client_key: read(key)?,
            })
        };
        Ok(TlsCertificates {
            client_tls: self.identity.as_ref().map(identity).transpose()?,
            root_cert: self.ca.as_deref().map(read).transpose()?,
        })
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// The client takes the provider of the process, and panics where there is none and more than one
/// could be.
fn provide() {
    if CryptoProvider::get_default().is_none() {
        let _ = ring::default_provider().install_default();
    }
}

pub(super) fn client(info: ConnectionInfo, files: Option<&Files>) -> Result<Client, RedisError> {
    let Some(files) = files else {
        return Client::open(info);
    };
    provide();
    Client::build_with_tls(info, files.read()?)
}

pub(super) fn cluster(
    builder: ClusterClientBuilder,
    files: Option<&Files>,
) -> Result<ClusterClientBuilder, RedisError> {
    let Some(files) = files else {
        return Ok(builder);
    };
    provide();
    Ok(builder.tls(TlsMode::Secure).certs(files.read()?))
}
