//! How the tests ask a server that is behind TLS or a password.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::certificates::{Files, Identity};
use super::http::{self, Response};

/// Who may come in where a server asks for a password; both need care in an address.
pub(crate) const USER: &str = "a job@home";
pub(crate) const PASSWORD: &str = "open sesame:1";

/// The password as servers keep it.
pub(super) const BCRYPT: &str = "$2b$04$d9cMg14Fq/vtzYsbIzhBhOmlRtJQwj8hMAx9r.2ITsy/VfylIiWlK";

/// The way to a server: its address, and what it asks for.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
    authorization: Option<String>,
}

impl Access {
    pub(crate) fn plain(address: SocketAddr) -> Self {
        Self {
            address,
            tls: None,
            authorization: None,
        }
    }

    /// The same over TLS, which trusts our authority alone.
    pub(crate) fn tls(mut self, files: &Files, identity: Option<Identity>) -> Self {
        let config = config(files, identity).expect("the certificates are ours");
        self.tls = Some(Arc::new(config));
        self
    }

    /// The same with a user's password.
    pub(crate) fn password(mut self, user: &str, password: &str) -> Self {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        self.authorization = Some(format!("Basic {credentials}"));
        self
    }

    pub(crate) fn get(&self, target: &str) -> io::Result<Response> {
        self.request("GET", target, &[], b"")
    }

    pub(crate) fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Response> {
        let authorization = self.authorization.as_deref();
        let mut headers = headers.to_vec();
        headers.extend(authorization.map(|value| ("Authorization", value)));
        let stream = http::connect(self.address)?;
        let host = self.address.to_string();
        let Some(config) = &self.tls else {
            return http::over(stream, &host, method, target, &headers, body);
        };
        let stream = wrap(stream, self.address, config)?;
        http::over(stream, &host, method, target, &headers, body)
    }
}

/// TLS over a connection, which trusts our authority alone. The handshake comes with the first byte.
pub(super) fn over_tls(
    stream: TcpStream,
    address: SocketAddr,
    files: &Files,
    identity: Option<Identity>,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let config = config(files, identity).expect("the certificates are ours");
    wrap(stream, address, &Arc::new(config))
}

fn wrap(
    stream: TcpStream,
    address: SocketAddr,
    config: &Arc<ClientConfig>,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let name = ServerName::IpAddress(address.ip().into());
    let connection = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
    Ok(StreamOwned::new(connection, stream))
}

fn config(
    files: &Files,
    identity: Option<Identity>,
) -> Result<ClientConfig, Box<dyn std::error::Error>> {
    let mut trusted = RootCertStore::empty();
    trusted.add(CertificateDer::from_pem_slice(&read(&files.authority())?)?)?;
    // Named, because a program may have more than one provider built in.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted);
    let Some(identity) = identity else {
        return Ok(config.with_no_client_auth());
    };
    let certificate = CertificateDer::from_pem_slice(&read(&files.certificate(identity))?)?;
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key(identity))?)?;
    Ok(config.with_client_auth_cert(vec![certificate], key)?)
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    fs::read(file)
}
