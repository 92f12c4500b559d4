//! Shared stores: what many processes count together, written by all of them and read by anyone.
//!
//! A [`Backend`] applies the chunks of a [`batch`](crate::batch) and shows what is stored; one a
//! file. A [`Store`] reads one, and is a source like any other.

mod backend;
mod migrate;
#[cfg(feature = "redis")]
mod redis;
mod row;
mod source;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(test)]
pub(crate) use self::backend::{Reading, Shelf};
pub(crate) use backend::{Backend, Fault, Verdict};
pub use migrate::Migration;
#[cfg(feature = "redis")]
pub(crate) use redis::{Place, RedisAddress, RedisBackend, TLS_ENABLED, TlsFiles};
pub use source::Store;
#[cfg(feature = "sqlite")]
pub(crate) use sqlite::SqliteBackend;
