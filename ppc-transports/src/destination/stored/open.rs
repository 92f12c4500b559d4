//! A store from its URL.

use crate::destination::url::Url;
use crate::destination::{open_redis, open_sqlite};
use crate::error::Error;
use crate::store::Store;

/// What is stored at a URL, as a source: `redis://host`, with all that
/// [`Redis`](crate::Redis) takes, or `sqlite:///path`, as [`Sqlite`](crate::Sqlite) takes it; what has
/// no scheme is a path of such a file.
///
/// # Errors
///
/// When the text is no URL, or its scheme, a parameter or a value is wrong; or the feature is off that
/// it needs. That nothing is there is found when it is read.
///
/// # Examples
///
/// ```
/// use ppc_core::Source;
///
/// let store = ppc_transports::open_store("sqlite:///var/lib/billing/no-such.db")?;
/// assert_eq!(store.gather().faults().len(), 1);
/// # Ok::<(), ppc_transports::Error>(())
/// ```
pub fn open_store(url: impl AsRef<str>) -> Result<Store, Error> {
    let text = url.as_ref();
    if !text.contains("://") {
        return open_sqlite(text);
    }
    let url = Url::parse(text)?;
    match &*url.scheme {
        "sqlite" => open_sqlite(text),
        scheme if scheme.starts_with("redis") || scheme.starts_with("valkey") => open_redis(text),
        scheme => Err(url.refuse(format!(
            "unknown scheme `{scheme}`: known are `redis`, `rediss`, `redis+unix` and `sqlite`"
        ))),
    }
}
