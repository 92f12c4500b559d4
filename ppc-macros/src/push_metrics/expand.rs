//! Quotes the function with its work wrapped; every decision is made before.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::function::parse::Function;
use crate::function::returns::{self, Form, Pinned};
use crate::function::wrap::{outcome, prefixed, typed_return, with_arguments, with_body};
use crate::keys::Keyed;
use crate::paths::hygienic;

use super::calls::{Destinations, borrowed, setter};
use super::model::Settings;

pub(super) fn expand(settings: &Settings, function: &Function) -> TokenStream {
    let private = private(settings);
    let push = push(settings, &private);
    let work = match Form::of(&function.sig) {
        Form::Sync => sync(function, &private, &push),
        Form::Async => asynchronous(function, &private, &push),
        Form::Never => never(function, &private, &push),
        Form::Future(pinned) => future(function, pinned, &private, &push),
    };
    with_body(function, &work)
}

/// The hidden surface that everything here names.
fn private(settings: &Settings) -> TokenStream {
    let krate = &settings.krate;
    quote!(#krate::__private)
}

/// `Push::new()` with what is set; all that is the user's is taken by reference.
fn push(settings: &Settings, private: &TokenStream) -> TokenStream {
    let by_reference = |keyed: &Option<Keyed>| {
        keyed.as_ref().map(|Keyed { key, value }| {
            let (setter, value) = (setter(key), borrowed(value));
            quote!(.#setter(#value))
        })
    };
    let switch = |keyed: &Option<Keyed>| {
        keyed.as_ref().map(|Keyed { key, value }| {
            let setter = setter(key);
            quote!(.#setter(#value))
        })
    };
    let destinations = Destinations::of(settings, private);
    let (shared, destinations) = (&destinations.shared, &destinations.calls);
    let (period, flush_timeout) = (
        by_reference(&settings.period),
        by_reference(&settings.flush_timeout),
    );
    let keeping = settings.keeping.iter().map(|Keyed { key, value }| {
        let (setter, value) = (setter(key), borrowed(value));
        quote!(.#setter(#value))
    });
    let (job, registry) = (
        by_reference(&settings.job),
        by_reference(&settings.registry),
    );
    let (stream, linger, full) = (
        switch(&settings.stream),
        // Where something is served, it is that which lingers.
        by_reference(&settings.linger).filter(|_| !settings.serves()),
        by_reference(&settings.full),
    );
    let (job_metrics, enabled) = (switch(&settings.job_metrics), switch(&settings.enabled));
    let (signals, task) = (switch(&settings.signals), switch(&settings.task));
    let labels = settings.labels.iter().map(|label| {
        let (name, value) = (&label.name, borrowed(&label.value));
        quote!(.label(#name, #value))
    });
    let push = quote! {
        #private::Push::new()
            #(#destinations)* #period #stream #linger #full #flush_timeout #(#keeping)* #job #job_metrics
            #(#labels)* #registry #signals #enabled #task
    };
    if shared.is_empty() {
        push
    } else {
        quote!({ #(#shared)* #push })
    }
}

/// The body as a closure: `return` and `?` end the closure and not the wrapping.
fn sync(function: &Function, private: &TokenStream, push: &TokenStream) -> TokenStream {
    let span = hygienic(&function.sig.ident);
    let arrow = returns::arrow(&function.sig);
    let body = with_arguments(function);
    let outcome = outcome(function, private, &quote!(&ppc_value));
    quote_spanned! {span=>
        let ppc_guard = #private::enter(#push);
        let ppc_value = #private::call(move || #arrow #body);
        ppc_guard.finish(#outcome);
        ppc_value
    }
}

fn asynchronous(function: &Function, private: &TokenStream, push: &TokenStream) -> TokenStream {
    let span = hygienic(&function.sig.ident);
    let typed = typed_return(function);
    let body = prefixed(&typed, &with_arguments(function));
    let run = run(function, private);
    quote_spanned! {span=>
        let ppc_guard = #private::enter_async(#push);
        let ppc_job = async move #body;
        #run
    }
}

/// Awaits `ppc_job` and the final push behind it, in the way that suits the value: see `end_of`.
fn run(function: &Function, private: &TokenStream) -> TokenStream {
    let span = hygienic(&function.sig.ident);
    let outcome = outcome(function, private, &quote!(ppc_value));
    let declared = returns::opaque_output(&function.sig);
    let end_of = declared.map_or_else(
        || quote_spanned!(span=> #private::end_of(&ppc_job)),
        |ty| quote_spanned!(span=> #private::end_of_output::<#ty>()),
    );
    quote_spanned! {span=>
        let ppc_end = {
            use #private::{EndOfAny as _, EndOfSend as _};
            (&&#end_of).end()
        };
        ppc_end.run(ppc_guard, ppc_job, |ppc_value: &_| #outcome).await
    }
}

/// Nothing returns, so nothing is left to be done behind the body: unwinding, or the drop of the
/// future, ends the guard. No closure, because `!` can be the type of few things.
fn never(function: &Function, private: &TokenStream, push: &TokenStream) -> TokenStream {
    let span = hygienic(&function.sig.ident);
    let enter = if function.sig.asyncness.is_some() {
        quote!(enter_async)
    } else {
        quote!(enter)
    };
    let body = function.body.stream();
    quote_spanned! {span=>
        let _ppc_guard = #private::#enter(#push);
        #body
    }
}

/// The settings are evaluated at the call; the job begins with the first poll.
fn future(
    function: &Function,
    pinned: Pinned,
    private: &TokenStream,
    push: &TokenStream,
) -> TokenStream {
    let span = hygienic(&function.sig.ident);
    let arrow = returns::arrow(&function.sig);
    let body = &function.body;
    let run = run(function, private);
    let job = quote_spanned! {span=>
        async move {
            let ppc_guard = #private::enter_async(ppc_push);
            #run
        }
    };
    let job = match pinned {
        Pinned::No => job,
        Pinned::Boxed => quote_spanned!(span=> ::std::boxed::Box::pin(#job)),
    };
    quote_spanned! {span=>
        let ppc_push = #push;
        let ppc_job = #private::call(move || #arrow #body);
        #job
    }
}
