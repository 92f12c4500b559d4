//! The stores that this build has switched off.

use crate::destination::url::refused;
use crate::error::Error;
use crate::store::Store;

// No build uses both; none is to be called dead.
const _: [Open; 2] = [open_redis, open_sqlite];

type Open = fn(&str) -> Result<Store, Error>;

pub(in crate::destination) fn open_redis(text: &str) -> Result<Store, Error> {
    Err(refused(
        text,
        "it needs the feature `redis`, which this build has switched off",
    ))
}

pub(in crate::destination) fn open_sqlite(text: &str) -> Result<Store, Error> {
    Err(refused(
        text,
        "it needs the feature `sqlite`, which this build has switched off",
    ))
}
