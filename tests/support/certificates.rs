//! Certificates, good ones and bad ones, made once for all the tests of a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

/// Whom a server lets in over TLS.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Clients {
    Anyone,
    /// Those with a certificate of our authority.
    WithCertificate,
}

/// A certificate with its key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Identity {
    /// For `localhost`, 127.0.0.1 and `[::1]`, of our authority, like the next two.
    Server,
    /// It ended in 2001.
    Expired,
    /// For `elsewhere.example`.
    WrongName,
    /// For `localhost` as well, of another authority.
    Stranger,
    /// Of our authority.
    Client,
    /// Of another authority.
    StrangerClient,
}

impl Identity {
    const ALL: [Self; 6] = [
        Self::Server,
        Self::Expired,
        Self::WrongName,
        Self::Stranger,
        Self::Client,
        Self::StrangerClient,
    ];

    fn stem(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Expired => "expired",
            Self::WrongName => "wrong-name",
            Self::Stranger => "stranger",
            Self::Client => "client",
            Self::StrangerClient => "stranger-client",
        }
    }

    fn parameters(self) -> CertificateParams {
        let names: &[&str] = match self {
            Self::Client | Self::StrangerClient => &[],
            Self::WrongName => &["elsewhere.example"],
            Self::Server | Self::Expired | Self::Stranger => &["localhost", "127.0.0.1", "::1"],
        };
        let mut parameters = parameters(self.stem(), names);
        parameters.use_authority_key_identifier_extension = true;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = match self {
            Self::Client | Self::StrangerClient => vec![ExtendedKeyUsagePurpose::ClientAuth],
            _ => vec![ExtendedKeyUsagePurpose::ServerAuth],
        };
        if self == Self::Expired {
            parameters.not_before = date_time_ymd(2000, 1, 1);
            parameters.not_after = date_time_ymd(2001, 1, 1);
        }
        parameters
    }
}

/// PEM files of all identities, in a folder.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    folder: PathBuf,
}

impl Files {
    /// Writes them all.
    pub(crate) fn write(folder: &Path) -> Self {
        for (name, text) in texts() {
            fs::write(folder.join(name), text).expect("the folder is ours");
        }
        let folder = folder.to_owned();
        Self { folder }
    }

    /// The certificate of our authority.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    pub(crate) fn certificate(&self, identity: Identity) -> PathBuf {
        self.folder.join(format!("{}.pem", identity.stem()))
    }

    pub(crate) fn key(&self, identity: Identity) -> PathBuf {
        self.folder.join(format!("{}.key", identity.stem()))
    }
}

/// The files, by name. Whoever trusts our authority trusts those of every test of this run.
fn texts() -> &'static [(String, String)] {
    static TEXTS: OnceLock<Vec<(String, String)>> = OnceLock::new();
    TEXTS.get_or_init(|| make().expect("all parameters are ours"))
}

fn make() -> Result<Vec<(String, String)>, rcgen::Error> {
    let (ours, others) = (authority("our authority")?, authority("other authority")?);
    let mut texts = vec![("authority.pem".to_owned(), ours.pem())];
    for identity in Identity::ALL {
        let issuer = match identity {
            Identity::Stranger | Identity::StrangerClient => &others,
            _ => &ours,
        };
        let key = KeyPair::generate()?;
        let certificate = identity.parameters().signed_by(&key, issuer)?;
        texts.push((format!("{}.pem", identity.stem()), certificate.pem()));
        texts.push((format!("{}.key", identity.stem()), key.serialize_pem()));
    }
    Ok(texts)
}

fn authority(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut parameters = parameters(name, &[]);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)
}

fn parameters(name: &str, alternatives: &[&str]) -> CertificateParams {
    let alternatives: Vec<String> = alternatives.iter().map(ToString::to_string).collect();
    let mut parameters = CertificateParams::new(alternatives).expect("they are names");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::support::receiver::Folder;

    #[test]
    fn each_identity_has_a_certificate_and_a_key() {
        let folder = Folder::create("certificates");
        let files = Files::write(folder.path());
        let mut seen = vec![fs::read_to_string(files.authority()).unwrap()];
        for identity in Identity::ALL {
            let certificate = fs::read_to_string(files.certificate(identity)).unwrap();
            assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----"));
            let key = fs::read_to_string(files.key(identity)).unwrap();
            assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"));
            assert!(!seen.contains(&certificate));
            seen.push(certificate);
        }
    }
}
