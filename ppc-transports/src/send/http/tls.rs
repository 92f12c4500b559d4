//! Encryption by rustls with ring, whatever provider the application has installed, or none.

use std::sync::{Arc, OnceLock};

use hyper_rustls::{DefaultServerNameResolver, HttpsConnector};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::connect::Wire;
use super::tls_options::TlsOptions;
use crate::error::{Error, ErrorKind};
use crate::os::PerProcess;
use crate::pem;
use crate::tls_version::TlsVersion;

/// What `https://` is opened with.
pub(super) type Secured = HttpsConnector<Wire>;

/// Settings that were read.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    options: TlsOptions,
    authorities: Option<Arc<RootCertStore>>,
    identity: Option<(Vec<CertificateDer<'static>>, Arc<PrivateKeyDer<'static>>)>,
}

/// Reads the files that the settings name.
pub(super) fn load(options: &TlsOptions, is_https: bool) -> Result<Tls, Error> {
    let mut tls = Tls {
        options: options.clone(),
        authorities: None,
        identity: None,
    };
    // A redirect may lead to encryption as well.
    if !is_https && *options == TlsOptions::default() {
        return Ok(tls);
    }
    if let Some(file) = &options.ca_file {
        let mut authorities = RootCertStore::empty();
        for certificate in pem::certificates(file)? {
            let added = authorities.add(certificate);
            added.map_err(|error| pem::bad_file(file, &error))?;
        }
        tls.authorities = Some(Arc::new(authorities));
    }
    if let Some((certificate, key)) = &options.identity {
        let chain = pem::certificates(certificate)?;
        let secret = pem::private_key(key)?;
        tls.identity = Some((chain, Arc::new(secret)));
    }
    // What does not fit together is found now, and not at the first request.
    tls.config(Arc::new(RootCertStore::empty()))?;
    Ok(tls)
}

impl Tls {
    /// Encrypts the connections to `https://`. The system's authorities are read here, where no
    /// others are named.
    pub(super) fn secure(&self, wire: Wire) -> Result<Secured, Error> {
        let config = self.config(self.authorities.clone().unwrap_or_else(authorities))?;
        let names = Arc::new(DefaultServerNameResolver::default());
        Ok(HttpsConnector::new(wire, config, false, names))
    }

    fn config(&self, authorities: Arc<RootCertStore>) -> Result<ClientConfig, Error> {
        let versions = match self.options.min_version {
            TlsVersion::V1_2 => &[&TLS12, &TLS13][..],
            TlsVersion::V1_3 => &[&TLS13],
        };
        let refuse = |error: rustls::Error| ErrorKind::Tls(error.to_string());
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .map_err(refuse)?;
        let builder = if self.options.insecure_skip_verify {
            let anybody = Arc::new(Anybody(provider()));
            builder
                .dangerous()
                .with_custom_certificate_verifier(anybody)
        } else {
            builder.with_root_certificates(authorities)
        };
        Ok(match &self.identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => builder
                .with_client_auth_cert(chain.clone(), key.clone_key())
                .map_err(refuse)?,
        })
    }
}

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(ring::default_provider())))
}

/// The system's authorities; where it has none, those of Mozilla.
fn authorities() -> Arc<RootCertStore> {
    // Reading them takes a while, and a child may be forked meanwhile.
    static AUTHORITIES: PerProcess<OnceLock<Arc<RootCertStore>>> = PerProcess::new();
    let read = || {
        let mut authorities = RootCertStore::empty();
        authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if authorities.is_empty() {
            authorities.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Arc::new(authorities)
    };
    Arc::clone(AUTHORITIES.get().get_or_init(read))
}

/// Takes every server for the right one.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
