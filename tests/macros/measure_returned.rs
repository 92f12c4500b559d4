//! `#[measure]` on functions that return a future, which is the call.

use std::future::ready;
use std::pin::Pin;

use futures_executor::block_on;
use ppc::measure;

use super::measured::{BUSY, CALLS, CANCELLED, ERRORS, TIME, ended, recorded};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The futures of plain functions: measured from their first poll on.
mod returned {
    use super::*;

    #[measure(
        time = TIME.f("opaque_future"), calls = CALLS.f("opaque_future"), errors = ERRORS.f("opaque_future"),
        cancelled = CANCELLED.f("opaque_future"), in_progress = BUSY.f("opaque_future"),
    )]
    pub(super) fn opaque(text: &str) -> impl Future<Output = Result<u32, String>> + Send {
        let text = text.to_owned();
        async move { text.parse().map_err(|_| text) }
    }

    #[measure(
        time = TIME.f("pinned"), calls = CALLS.f("pinned"), errors = ERRORS.f("pinned"),
        cancelled = CANCELLED.f("pinned"), in_progress = BUSY.f("pinned"),
    )]
    pub(super) fn pinned<'a>(
        text: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>> {
        Box::pin(async { text.parse().map_err(|_| text.to_owned()) })
    }

    #[measure(
        time = TIME.f("aliased"), calls = CALLS.f("aliased"), errors = ERRORS.f("aliased"),
        cancelled = CANCELLED.f("aliased"), in_progress = BUSY.f("aliased"),
    )]
    pub(super) fn aliased(text: &str) -> BoxFuture<'_, Result<u32, String>> {
        Box::pin(async { text.parse().map_err(|_| text.to_owned()) })
    }

    #[measure(
        time = TIME.f("inferred"), calls = CALLS.f("inferred"), errors = ERRORS.f("inferred"),
        cancelled = CANCELLED.f("inferred"), in_progress = BUSY.f("inferred"),
    )]
    pub(super) fn inferred(text: &str) -> impl Future<Output = Result<u32, String>> {
        let result = text.parse().map_err(|_| text.into());
        async { result }
    }
}

#[test]
fn a_returned_future_is_the_call() {
    #[track_caller]
    fn check<'a, F: Future<Output = Result<u32, String>>>(
        f: &str,
        function: impl Fn(&'a str) -> F,
    ) {
        drop(function("5"));
        let made = function("5");
        assert_eq!(recorded(f), ended(0, 0, 0), "{f}");
        assert_eq!(block_on(made), Ok(5));
        assert_eq!(recorded(f), ended(1, 0, 0), "{f}");
        assert_eq!(block_on(function("x")), Err("x".to_owned()));
        assert_eq!(recorded(f), ended(2, 1, 0), "{f}");
    }
    check("opaque_future", returned::opaque);
    check("pinned", returned::pinned);
    check("aliased", returned::aliased);
    check("inferred", returned::inferred);
}

#[test]
fn a_returned_future_borrows_nothing_more() {
    #[measure(calls = CALLS.f(name), time = TIME.f(name))]
    fn lasting(name: &str) -> impl Future<Output = ()> + use<> {
        ready(())
    }
    #[measure(calls = CALLS.f("lasting"), time = TIME.f("lasting"))]
    async fn own(text: String) -> String {
        text
    }
    fn is_static<F: Future + Send + 'static>(future: F) -> F {
        future
    }
    let future = {
        let name = "lasting".to_owned();
        is_static(lasting(&name))
    };
    block_on(future);
    assert_eq!(block_on(is_static(own("a".to_owned()))), "a");
    assert_eq!(recorded("lasting"), ended(2, 0, 0));
}
