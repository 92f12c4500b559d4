//! The stores that this build has switched off.

use crate::destination::url::refused;
use crate::error::Error;
use crate::store::Store;

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
