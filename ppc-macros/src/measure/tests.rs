//! What the settings are taken for, and what is generated.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Settings, block, check, measure, parse};
use crate::diag::Diagnostics;

fn messages(tokens: TokenStream) -> Vec<String> {
    let mut diagnostics = Diagnostics::default();
    let settings = Settings::new(parse::settings(tokens, &mut diagnostics), &mut diagnostics);
    check::settings(&settings, &mut diagnostics);
    check::not_skipped(&settings, &mut diagnostics);
    diagnostics.messages()
}

#[test]
fn what_can_be_right_passes() {
    for tokens in [
        quote!(),
        quote!(
            time = A,
            calls = self.b,
            errors = c(d),
            cancelled = &e,
            in_progress = f[0]
        ),
        quote!(time = A.a("b").c(1),),
        quote!(errors = A, errors_if = |value| value.is_none()),
        quote!(errors_if = is_bad, registry = R, crate = a::b),
    ] {
        assert_eq!(messages(tokens), [""; 0]);
    }
}

#[test]
fn each_mistake_is_one_message() {
    for (tokens, message) in [
        (
            quote!(tiem = A),
            "unknown key `tiem` of `#[measure]`, did you mean `time`?",
        ),
        (quote!(time = A, time = B), "`time` is given twice"),
        (
            quote!(calls),
            "`calls` needs a value, such as `calls = REQUESTS`",
        ),
        (quote!(calls = -1), "`calls` takes a counter"),
        (
            quote!(time = "a"),
            "`time` takes a histogram, a summary or a gauge",
        ),
        (quote!(in_progress = || A), "`in_progress` takes a gauge"),
        (
            quote!(time = A, errors_if = f),
            "`errors_if` says what `errors` counts",
        ),
        (quote!(errors_if = 5), "`errors_if` takes a function"),
        (quote!(time = A, registry = R), "`registry` is that of"),
        (quote!(skip), "`skip` leaves a method out"),
        (quote!(crate = "a"), "expected a path to `ppc`"),
    ] {
        let found = messages(tokens);
        assert!(
            matches!(&found[..], [one] if one.starts_with(message)),
            "{found:?}"
        );
    }
}

#[test]
fn blocks_are_known_from_functions() {
    for (item, is_block) in [
        (quote!(impl A { fn a() {} }), true),
        (
            quote!(
                #[a]
                #[b(c)]
                unsafe impl<T> A for B<T> where T: C {}
            ),
            true,
        ),
        (
            quote!(
                fn a() -> impl A {}
            ),
            false,
        ),
        (
            quote!(
                pub unsafe fn a() {}
            ),
            false,
        ),
        (
            quote!(
                struct A;
            ),
            false,
        ),
    ] {
        assert_eq!(block::is_block(&item), is_block, "{item}");
    }
}

/// What is generated, without spaces.
fn expanded(settings: TokenStream, item: &TokenStream) -> String {
    measure(settings, item).to_string().replace(' ', "")
}

#[test]
fn what_is_no_method_stays_as_it_is() {
    let items = quote! {
        #![allow(a)]
        const A: B = B { c: [1; 2] };
        type D = E<{ 1 }>;
        f! { g }
        h!(i);
        default fn j() {}
        pub const fn k() {}
        #[measure(skip)]
        fn l() {}
        #[a::measure(skip)]
        fn m(&self);
    };
    let found = expanded(quote!(), &quote!(impl A { #items }));
    let expected = quote!(impl A { #items }).to_string().replace(' ', "");
    let expected = expected.replace("#[measure(skip)]", "");
    assert_eq!(found, expected);
}

#[test]
fn methods_are_named_after_their_type() {
    for (head, name) in [
        (quote!(impl A), "A::a"),
        (quote!(impl<'a, T: B> B for &'a mut c::D<T>), "D::a"),
        (quote!(impl A for r#type), "type::a"),
        (quote!(impl A for [u8]), "[u8]::a"),
    ] {
        let found = expanded(quote!(), &quote!(#head { fn a() {} }));
        assert!(found.contains(&format!("\"{name}\"")), "{found}");
    }
}

/// A static is recorded by reference; what may be borrowed from an argument is held.
#[test]
fn arguments_are_told_from_items() {
    let function = quote!(
        fn f(&self, a: A, (b, C { d, .. }): E) {}
    );
    for (metric, method) in [
        (quote!(STATIC), "as_metric"),
        (quote!(a::b), "as_metric"),
        (quote!(Self::A), "as_metric"),
        (quote!(a), "handle"),
        (quote!(b), "handle"),
        (quote!(d), "handle"),
        (quote!(self), "handle"),
        (quote!(self.a), "handle"),
        (quote!(STATIC.label(5)), "handle"),
    ] {
        let found = expanded(quote!(time = #metric), &function);
        assert!(found.contains(&format!(").{method}()")), "{found}");
    }
}
