//! Destinations that take lines: any of the formats over any of the transports.
//!
//! A format says how its encoder is made, a transport how its sender is; each has its settings. A
//! type for users is a pair of them, made by `lines!` in a file of its own.

#[cfg(feature = "graphite")]
pub(super) mod graphite;
#[cfg(feature = "influx")]
pub(super) mod influx;
#[cfg(feature = "statsd")]
pub(super) mod statsd;
#[cfg(feature = "tcp")]
pub(super) mod tcp;
#[cfg(feature = "udp")]
pub(super) mod udp;
#[cfg(feature = "unix")]
pub(super) mod unix;

use super::url::{Params, Taken, Url};
use crate::error::{Error, ErrorKind};
use crate::pack::{Cut, Packer};
use crate::push::{MakeEncoder, MakeSender, Parts, Streams};

/// A format of lines, and its settings.
pub(super) trait Format: Clone + Default {
    /// What stands before the `+` of the scheme.
    const NAME: &'static str;
    /// The names of its parameters.
    const PARAMS: &'static [&'static str];

    /// Takes a parameter of the URL form.
    fn set(&mut self, name: &str, value: &str) -> Taken;

    /// Adds the parameters that are other than usual.
    fn add(&self, params: &mut Params);

    /// How single changes are sent.
    fn streams(&self) -> Streams {
        Streams::Values
    }

    /// How its encoder is made, for this place, and where payloads of it may be cut.
    fn make(&self, place: &str) -> Result<(Box<MakeEncoder>, Cut), Error>;
}

/// A way for lines, and its settings.
pub(super) trait Transport: Clone {
    /// What stands behind the `+` of the scheme.
    const NAME: &'static str;
    /// The names of its parameters.
    const PARAMS: &'static [&'static str];

    /// To what the user says, which is no URL.
    fn from_text(text: &str) -> Self;

    /// One that is not to be had, because of an error.
    fn broken(error: Error) -> Self;

    /// To where a URL says, but for its parameters.
    fn from_url(url: &Url) -> Result<Self, Error>;

    /// Takes a parameter of the URL form.
    fn set(&mut self, name: &str, value: &str) -> Taken;

    /// Adds the parameters that are other than usual.
    fn add(&self, params: &mut Params);

    /// What stands behind the `://`.
    fn place(&self) -> String;

    /// How its sender is made, and how many bytes a payload has at most.
    fn make(&self) -> Result<(Box<MakeSender>, usize), Error>;
}

/// Lines of a format over a transport.
#[derive(Clone, Debug)]
pub(super) struct Lines<F, T> {
    pub(super) format: F,
    pub(super) transport: T,
}

impl<F: Format, T: Transport> Lines<F, T> {
    pub(super) fn to(transport: T) -> Self {
        let format = F::default();
        Self { format, transport }
    }

    pub(super) fn known() -> Vec<&'static str> {
        T::PARAMS.iter().chain(F::PARAMS).copied().collect()
    }

    pub(super) fn set(&mut self, name: &str, value: &str) -> Taken {
        match self.transport.set(name, value) {
            Taken::Unknown => self.format.set(name, value),
            taken => taken,
        }
    }

    pub(super) fn url(&self) -> String {
        let mut params = Params::default();
        self.transport.add(&mut params);
        self.format.add(&mut params);
        let place = self.transport.place();
        params.behind(format!("{}+{}://{place}", F::NAME, T::NAME))
    }

    pub(super) fn parts(&self) -> Result<Parts, Error> {
        let (sender, limit) = self.transport.make()?;
        let place = format!("{}://{}", T::NAME, self.transport.place());
        let (encoder, cut) = self.format.make(&place)?;
        Ok(Parts {
            name: self.url(),
            encoder,
            packer: Packer::new(limit).cut(cut),
            body: None,
            sender,
            streams: self.format.streams(),
            at_start: true,
        })
    }
}

/// What the kernel takes at most over IPv4.
const MAX_DATAGRAM_SIZE: usize = 65_507;

/// Bytes in a datagram to a receiver on this machine: what all receivers read, and a page or two
/// less than makes the kernel look for memory.
const LOCAL_DATAGRAM_SIZE: usize = 8192;

/// Refuses a size that no datagram has.
fn check_datagram_size(bytes: usize) -> Result<usize, Error> {
    if (1..=MAX_DATAGRAM_SIZE).contains(&bytes) {
        return Ok(bytes);
    }
    Err(ErrorKind::Number {
        what: "datagram_size",
        found: bytes.to_string(),
        reason: "from 1 to 65507 bytes",
    }
    .into())
}

/// A destination of lines, by its format and transport.
macro_rules! lines {
    ($(#[$doc:meta])* $type:ident: $format:ty, $transport:ty, $schemes:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $type($crate::destination::lines::Lines<$format, $transport>);

        $crate::destination::given::destination!($type);

        pub(super) const KIND: $crate::destination::url::Kind =
            $crate::destination::url::Kind::of::<$type>();

        impl $crate::destination::url::UrlForm for $type {
            const SCHEMES: &'static [&'static str] = $schemes;

            fn known() -> Vec<&'static str> {
                $crate::destination::lines::Lines::<$format, $transport>::known()
            }

            fn from_text(text: &str) -> Self {
                use $crate::destination::lines::{Lines, Transport};
                $crate::destination::url::url_form(text)
                    .unwrap_or_else(|| Self(Lines::to(<$transport>::from_text(text))))
            }

            fn broken(error: $crate::error::Error) -> Self {
                use $crate::destination::lines::{Lines, Transport};
                Self(Lines::to(<$transport>::broken(error)))
            }

            fn from_url(
                url: &$crate::destination::url::Url,
            ) -> Result<Self, $crate::error::Error> {
                use $crate::destination::lines::{Lines, Transport};
                Ok(Self(Lines::to(<$transport>::from_url(url)?)))
            }

            fn set(&mut self, name: &str, value: &str) -> $crate::destination::url::Taken {
                self.0.set(name, value)
            }

            fn url(&self) -> String {
                self.0.url()
            }

            fn identity(&self) -> String {
                // Not the URL, in which paths of other bytes may be the same text.
                format!("{self:?}")
            }

            fn parts(&self, _: Option<&str>) -> Result<$crate::push::Parts, $crate::error::Error> {
                self.0.parts()
            }
        }
    };
}

pub(super) use lines;
