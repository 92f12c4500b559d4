//! Certificates and keys in PEM files, for those who connect and those who are connected to.

use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::{Error, ErrorKind};

/// All certificates of a file, at least one.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(file).map_err(|error| bad_file(file, &error))?;
    let certificates: Result<Vec<_>, _> = read.collect();
    let certificates = certificates.map_err(|error| bad_file(file, &error))?;
    if certificates.is_empty() {
        return Err(bad_file(file, &"there is no certificate in it"));
    }
    Ok(certificates)
}

/// The key of a file.
pub(crate) fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_file(file).map_err(|error| bad_file(file, &error))
}

/// What is wrong with a file.
pub(crate) fn bad_file(file: &Path, error: &dyn std::fmt::Display) -> Error {
    ErrorKind::Tls(format!("{}: {error}", file.display())).into()
}
