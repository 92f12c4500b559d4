//! Encryption by rustls with ring, with files that are read again when they change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::server::{ServerConfig, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::tls_files::TlsFiles;
use crate::error::{Error, ErrorKind};
use crate::lock::lock;
use crate::log::{self, Level};
use crate::pem;
use crate::tls_version::TlsVersion;

/// Files are looked at no more often than this.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Tls {
    files: TlsFiles,
    identity: (PathBuf, PathBuf),
    loaded: Mutex<Loaded>,
}

struct Loaded {
    config: Arc<ServerConfig>,
    looked_at: Instant,
    /// Of every file, also where the last reading failed: that is tried again when one changes.
    stamps: Vec<Stamp>,
}

/// What changes with the content of a file.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    file: PathBuf,
    /// Nothing where it cannot be looked at.
    state: Option<(SystemTime, u64)>,
}

/// Reads the files that the settings name, where they name any.
pub(super) fn load(files: &TlsFiles) -> Result<Option<Tls>, Error> {
    let refuse = |reason: &str| Err(ErrorKind::Tls(reason.to_owned()).into());
    let has_authorities = files.client_cafile.is_some() || files.client_capath.is_some();
    if files.client_auth_required && !has_authorities {
        return refuse("client_auth_required wants client_cafile or client_capath");
    }
    let Some(identity) = files.identity.clone() else {
        if *files == TlsFiles::default() {
            return Ok(None);
        }
        return refuse("a certificate and a key of the server are missing");
    };
    // Before the reading: what changes meanwhile is read again.
    let stamps = stamps(files, &identity);
    let config = Arc::new(config(files, &identity)?);
    let loaded = Loaded {
        config,
        looked_at: Instant::now(),
        stamps,
    };
    let (files, loaded) = (files.clone(), Mutex::new(loaded));
    Ok(Some(Tls {
        files,
        identity,
        loaded,
    }))
}

impl Tls {
    pub(super) async fn handshake(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        TlsAcceptor::from(self.current()).accept(stream).await
    }

    /// The settings of the files as they are now; those of before where they are broken.
    fn current(&self) -> Arc<ServerConfig> {
        let mut loaded = lock(&self.loaded);
        if loaded.looked_at.elapsed() >= LOOK_EVERY {
            loaded.looked_at = Instant::now();
            let stamps = stamps(&self.files, &self.identity);
            if stamps != loaded.stamps {
                loaded.stamps = stamps;
                match config(&self.files, &self.identity) {
                    Ok(config) => loaded.config = Arc::new(config),
                    Err(error) => {
                        let message = format_args!("the certificates of before stay: {error}");
                        log::tell(Level::Warn, "serve: certificates", message);
                    }
                }
            }
        }
        Arc::clone(&loaded.config)
    }
}

fn stamps(files: &TlsFiles, identity: &(PathBuf, PathBuf)) -> Vec<Stamp> {
    let mut named = vec![identity.0.clone(), identity.1.clone()];
    named.extend(files.client_cafile.clone());
    if let Some(folder) = &files.client_capath {
        named.extend(files_in(folder).unwrap_or_default());
    }
    let stamp = |file: PathBuf| {
        let data = fs::metadata(&file).ok();
        let state = data.and_then(|data| Some((data.modified().ok()?, data.len())));
        Stamp { file, state }
    };
    named.into_iter().map(stamp).collect()
}

fn config(
    files: &TlsFiles,
    (certificate, key): &(PathBuf, PathBuf),
) -> Result<ServerConfig, Error> {
    let refuse = |error: &dyn std::fmt::Display| ErrorKind::Tls(error.to_string());
    let versions = match files.min_version {
        TlsVersion::V1_2 => &[&TLS12, &TLS13][..],
        TlsVersion::V1_3 => &[&TLS13],
    };
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(|error| refuse(&error))?;
    let builder = match authorities(files)? {
        None => builder.with_no_client_auth(),
        Some(authorities) => {
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), provider);
            let verifier = if files.client_auth_required {
                verifier
            } else {
                verifier.allow_unauthenticated()
            };
            builder.with_client_cert_verifier(verifier.build().map_err(|error| refuse(&error))?)
        }
    };
    let chain = pem::certificates(certificate)?;
    let secret = pem::private_key(key)?;
    let mut config = builder
        .with_single_cert(chain, secret)
        .map_err(|error| pem::bad_file(certificate, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Whose certificates clients may show; nothing where none is asked for.
fn authorities(files: &TlsFiles) -> Result<Option<RootCertStore>, Error> {
    let mut named: Vec<PathBuf> = files.client_cafile.iter().cloned().collect();
    if let Some(folder) = &files.client_capath {
        let found = files_in(folder).map_err(|error| pem::bad_file(folder, &error))?;
        if found.is_empty() {
            return Err(pem::bad_file(folder, &"there is no file in it"));
        }
        named.extend(found);
    }
    if named.is_empty() {
        return Ok(None);
    }
    let mut authorities = RootCertStore::empty();
    for file in named {
        for certificate in pem::certificates(&file)? {
            let added = authorities.add(certificate);
            added.map_err(|error| pem::bad_file(&file, &error))?;
        }
    }
    Ok(Some(authorities))
}

/// The files in a folder, sorted; hidden ones are none of ours.
fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A link to a file is one.
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !is_hidden && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
