//! The setters that every HTTP transport has.

/// The setters of everything that the HTTP transports have in common, on a type with the field
/// `server`.
macro_rules! server_settings {
    ($type:ident) => {
        impl std::fmt::Debug for $type {
            /// The URL form, without credentials.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        /// # How requests are made
        impl $type {
            /// Adds a header to every request.
            #[must_use]
            pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
                let pair = (name.as_ref().to_owned(), value.as_ref().to_owned());
                self.server.headers.push(pair);
                self
            }

            /// Adds a query parameter to the server's URL.
            #[must_use]
            pub fn param(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
                let pair = (name.as_ref().to_owned(), value.as_ref().to_owned());
                self.server.params.push(pair);
                self
            }

            /// Sends user and password (RFC 7617), in place of those in the URL.
            #[must_use]
            pub fn basic_auth(
                mut self,
                user: impl AsRef<str>,
                password: impl Into<$crate::secret::Secret>,
            ) -> Self {
                self.server.credentials = $crate::send::Credentials::Basic {
                    user: user.as_ref().to_owned(),
                    password: password.into(),
                };
                self
            }

            /// Sends a token (RFC 6750): `Authorization: Bearer ..`.
            #[must_use]
            pub fn bearer_token(mut self, token: impl Into<$crate::secret::Secret>) -> Self {
                self.server.credentials = $crate::send::Credentials::Token("Bearer", token.into());
                self
            }

            /// Trusts the authorities in this PEM file, in place of the system's.
            #[must_use]
            pub fn ca_file(mut self, path: impl Into<std::path::PathBuf>) -> Self {
                self.server.ca_file = Some(path.into());
                self
            }

            /// Shows a certificate: PEM files with its chain and its key.
            #[must_use]
            pub fn client_certificate(
                mut self,
                chain: impl Into<std::path::PathBuf>,
                key: impl Into<std::path::PathBuf>,
            ) -> Self {
                self.server.client_certificate = Some((chain.into(), key.into()));
                self
            }

            /// The oldest version of TLS to speak, `"1.2"` by default.
            #[must_use]
            pub fn min_tls_version(
                mut self,
                version: impl $crate::choice::Choice<$crate::tls_version::TlsVersion>,
            ) -> Self {
                self.server.min_tls_version = version.choice();
                self
            }

            /// Takes every server for the right one: for tests alone.
            #[must_use]
            pub fn insecure_skip_verify(mut self, skip: bool) -> Self {
                self.server.insecure_skip_verify = skip;
                self
            }

            /// Compresses bodies: `"none"` by default, `"gzip"`, `"snappy"` (framed) or `"zstd"`,
            /// each by the feature of its name.
            #[must_use]
            pub fn compression(
                mut self,
                compression: impl $crate::choice::Choice<$crate::compress::Compression>,
            ) -> Self {
                self.server.compression = compression.choice();
                self
            }

            /// How long a request may take, redirects and all; 10 s by default.
            #[must_use]
            pub fn timeout(mut self, timeout: impl $crate::seconds::Seconds) -> Self {
                self.server.set_timeout(&timeout);
                self
            }

            /// Lets a request take as long as it does. The final push ends with its
            /// `flush_timeout` all the same.
            #[must_use]
            pub fn no_timeout(mut self) -> Self {
                self.server.timeout = Ok($crate::destination::server::Timeout::Never);
                self
            }

            /// How long a connection may take, encryption and all; 5 s by default.
            #[must_use]
            pub fn connect_timeout(mut self, timeout: impl $crate::seconds::Seconds) -> Self {
                self.server.connect_timeout = timeout.duration();
                self
            }

            /// Bytes of a body at most, before compression; 4 MiB by default. What is larger goes
            /// in several requests; a server that answers 413 gets bodies of half the size.
            #[must_use]
            pub fn max_body(mut self, bytes: usize) -> Self {
                self.server.max_body = bytes;
                self
            }

            /// Whether 301 and 302 are followed as well, with the same method and body; 307 and
            /// 308 are in any case, at most five in a row, never from `https://` to `http://`, and
            /// without credentials to another server.
            #[must_use]
            pub fn follow_redirects(mut self, follow: bool) -> Self {
                self.server.follow_redirects = follow;
                self
            }

            /// Which proxy to go through: `"environment"` (`HTTP_PROXY`, `HTTPS_PROXY`,
            /// `ALL_PROXY`, `NO_PROXY`) by default, `"off"`, or a URL.
            #[must_use]
            pub fn proxy(mut self, proxy: impl AsRef<str>) -> Self {
                self.server.proxy = $crate::destination::server::proxy(proxy.as_ref());
                self
            }

            /// Connects to a Unix socket, whatever the host of the URL is.
            #[must_use]
            pub fn unix_socket(mut self, path: impl Into<std::path::PathBuf>) -> Self {
                self.server.unix_socket = Some(path.into());
                self
            }

            /// Has requests made by this, in place of the built-in client.
            #[must_use]
            pub fn handler(mut self, handler: impl $crate::send::HttpHandler) -> Self {
                self.server.handler = Some(std::sync::Arc::new(handler));
                self
            }
        }
    };
}

pub(in crate::destination) use server_settings;
