//! What the settings and the signature of a function are taken for, and what is generated.

mod destinations;
mod serve;
mod stream;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Signature, parse_quote};

use super::model::Settings;
use super::{check, parse};
use crate::diag::Diagnostics;
use crate::features::Features;
use crate::function::returns::{Form, Pinned, in_body};

fn messages(tokens: TokenStream, features: Features) -> Vec<String> {
    let mut diagnostics = Diagnostics::default();
    let table = parse::settings(tokens, &mut diagnostics);
    let model = Settings::new(table, &mut diagnostics);
    check::settings(&model, features, &mut diagnostics);
    diagnostics.messages()
}

#[test]
fn what_can_be_right_passes() {
    for tokens in [
        quote!(),
        quote!(
            influx_udp = "[::1]:8089",
            period = "1m30s",
            flush_timeout = 0,
            job = "j",
            job_metrics = false
        ),
        quote!(
            influx_udp = address(),
            timestamps = "server",
            names = names(),
            signals,
            task = on(),
        ),
        quote!(
            labels(a = 1, "b" = f::<A, B>(), r#type = |a, b| a),
            registry = R,
            enabled = !cfg!(test)
        ),
        quote!(crate = crate::metrics::ppc),
        quote!(
            graphite_tcp = "h:1",
            buffer = 0,
            buffer_age = 0,
            spool = folder(),
            spool_size = "1GB",
            spool_period = "500ms"
        ),
        quote!(spool = "/var/spool/ppc", buffer = bytes()),
    ] {
        assert_eq!(messages(tokens, Features::FULL), [""; 0]);
    }
}

#[test]
fn what_is_kept_is_checked() {
    for (tokens, expected) in [
        (quote!(buffer = "16 Mega"), "text such as `\"16MiB\"`"),
        (quote!(buffer = -1), "takes a number of bytes"),
        (quote!(buffer_age = "soon"), "\"soon\""),
        (quote!(spool = true), "takes text"),
        (quote!(spool = ""), "path of a folder"),
        (quote!(spool_size = 1), "needs a spool"),
        (quote!(spool = "/s", spool_period = 0), "cannot be 0"),
        (
            quote!(spool = "/s", statsd_udp = "h:1"),
            "keeps nothing here",
        ),
    ] {
        let found = messages(tokens, Features::FULL);
        assert!(found.len() == 1 && found[0].contains(expected), "{found:?}");
    }
    let found = messages(quote!(spool = "/s"), Features::NONE);
    assert!(found[0].contains("the feature `spool`"), "{found:?}");
}

#[test]
fn a_switched_off_feature_is_named_at_its_key() {
    let found = messages(quote!(influx_udp = "a:1", task, signals), Features::NONE);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found
            .iter()
            .any(|fault| fault.contains("`influx` and `udp`")),
        "{found:?}"
    );
}

#[test]
fn each_of_several_mistakes_is_reported() {
    let found = messages(
        quote!(
            peroid = 5,
            period = 0,
            job = "",
            influx_udp = "host",
            labels(__a = 1, b),
            job = "x",
            signals(on)
        ),
        Features::FULL,
    );
    for part in [
        "did you mean `period`",
        "cannot be 0",
        "is empty",
        "\"host:8089\"",
        "reserved",
        "value of label `b`",
        "`job` is given twice",
        "stands alone",
    ] {
        assert!(
            found.iter().any(|message| message.contains(part)),
            "{part}: {found:#?}"
        );
    }
    assert_eq!(found.len(), 8, "{found:#?}");
}

#[test]
fn half_typed_settings_are_mistakes_and_not_panics() {
    for tokens in [
        quote!(per),
        quote!(period =),
        quote!(period = , job = "a"),
        quote!(= 5),
        quote!("a"),
        quote!(labels(a =)),
        quote!(job = "a" "b"),
    ] {
        let found = messages(tokens.clone(), Features::FULL);
        assert_eq!(found.len(), 1, "{tokens}: {found:?}");
    }
}

#[test]
fn forms_are_told_apart_by_the_signature() {
    use Pinned::{Boxed, No};
    let cases: [(Signature, Form); 17] = [
        (parse_quote!(fn f()), Form::Sync),
        (parse_quote!(fn f() -> Result<(), E>), Form::Sync),
        (parse_quote!(fn f() -> !), Form::Never),
        (parse_quote!(async fn f() -> !), Form::Never),
        (parse_quote!(async fn f() -> u8), Form::Async),
        (
            parse_quote!(async fn f() -> BoxFuture<'static, ()>),
            Form::Async,
        ),
        (
            parse_quote!(fn f() -> impl Future<Output = ()>),
            Form::Future(No),
        ),
        (
            parse_quote!(fn f() -> impl ::core::future::Future<Output = ()> + Send + 'a),
            Form::Future(No),
        ),
        (
            parse_quote!(fn f() -> (impl Future<Output = ()> + Unpin)),
            Form::Future(Boxed),
        ),
        (
            parse_quote!(fn f() -> Pin<Box<dyn Future<Output = ()> + Send>>),
            Form::Future(Boxed),
        ),
        (
            parse_quote!(fn f() -> std::pin::Pin<std::boxed::Box<dyn Send + Future<Output = ()>>>),
            Form::Future(Boxed),
        ),
        (
            parse_quote!(fn f() -> BoxFuture<'a, u8>),
            Form::Future(Boxed),
        ),
        (
            parse_quote!(fn f() -> futures::future::LocalBoxFuture<'a, u8>),
            Form::Future(Boxed),
        ),
        (
            parse_quote!(fn f() -> Pin<Box<dyn Stream<Item = u8>>>),
            Form::Sync,
        ),
        (parse_quote!(fn f() -> Pin<Box<T>>), Form::Sync),
        (parse_quote!(fn f() -> impl Iterator<Item = u8>), Form::Sync),
        (
            parse_quote!(fn f() -> Box<dyn Future<Output = ()>>),
            Form::Sync,
        ),
    ];
    for (sig, form) in &cases {
        assert_eq!(Form::of(sig), *form, "{}", sig.to_token_stream());
    }
}

#[test]
fn opaque_types_are_left_to_inference_and_all_else_stays() {
    let cases: [(Signature, TokenStream); 6] = [
        (parse_quote!(fn f()), quote!(())),
        (parse_quote!(fn f() -> impl Iterator<Item = u8>), quote!(_)),
        (
            parse_quote!(fn f() -> Result<impl A, Vec<impl B + 'a>>),
            quote!(Result<_, Vec<_> >),
        ),
        (
            parse_quote!(fn f() -> (&'a [impl A], [impl B; 3])),
            quote!((&'a [_], [_; 3])),
        ),
        (
            parse_quote!(fn f() -> Box<dyn Iterator<Item = impl A> + '_>),
            quote!(Box<dyn Iterator<Item = _> + '_>),
        ),
        (parse_quote!(fn f() -> &mut T), quote!(&mut T)),
    ];
    for (sig, ty) in &cases {
        // Through text, because it matters not how `>>` is split.
        let spaceless = |tokens: &TokenStream| tokens.to_string().replace(' ', "");
        assert_eq!(spaceless(&in_body(sig)), spaceless(ty));
    }
}

#[test]
fn a_renamed_facade_is_all_that_is_named() {
    for function in [
        quote!(
            fn f() -> Result<(), E> {
                g()
            }
        ),
        quote!(
            async fn f() -> u8 {
                5
            }
        ),
        quote!(
            fn f() -> ! {
                g()
            }
        ),
        quote!(
            fn f() -> impl Future<Output = ()> {
                g()
            }
        ),
        quote!(
            fn f() -> BoxFuture<'static, ()> {
                g()
            }
        ),
    ] {
        let settings = quote!(crate = other::metrics, job = "j", labels(a = 1));
        let expanded = super::push_metrics(settings, &function).to_string();
        assert!(
            expanded.contains("other :: metrics :: __private"),
            "{expanded}"
        );
        assert!(!expanded.contains("ppc ::"), "{expanded}");
    }
}

#[test]
fn an_item_with_a_mistake_stays_as_it_was() {
    let function = quote!(#[doc = "d"] pub async unsafe fn f(a: u8) -> u8 { a . });
    let expanded = super::push_metrics(quote!(perod = 5), &function).to_string();
    assert!(expanded.contains("compile_error"), "{expanded}");
    assert!(expanded.ends_with(&function.to_string()), "{expanded}");
}

#[test]
fn inner_attributes_stay_first() {
    let function = quote!(
        fn f() {
            #![allow(unused)]
            g()
        }
    );
    let expanded = super::push_metrics(quote!(), &function).to_string();
    assert!(
        expanded.starts_with("fn f () { # ! [allow (unused)]"),
        "{expanded}"
    );
}
