//! In place of encryption, where the feature `tls` is off.

use std::future::Ready;
use std::io;

use tokio::net::TcpStream;

use super::tls_files::TlsFiles;
use crate::error::{Error, ErrorKind};

/// There is none.
pub(super) enum Tls {}

/// Refuses settings that need the feature.
pub(super) fn load(files: &TlsFiles) -> Result<Option<Tls>, Error> {
    if *files == TlsFiles::default() {
        return Ok(None);
    }
    let (what, feature) = ("tls".to_owned(), "tls");
    Err(ErrorKind::Feature { what, feature }.into())
}

impl Tls {
    pub(super) fn handshake(&self, _: TcpStream) -> Ready<io::Result<TcpStream>> {
        match *self {}
    }
}
