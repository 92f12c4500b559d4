//! Quotes the function with its work measured; every decision is made before.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, FnArg};

use crate::function::parse::Function;
use crate::function::returns::{self, Form, Pinned};
use crate::function::wrap;
use crate::keys::Keyed;
use crate::literal;
use crate::paths::{hygienic, located};

use super::model::Settings;

/// The function's name, as the label says it.
pub(super) fn name(function: &Function) -> String {
    function.sig.ident.unraw().to_string()
}

/// The function, measured under this name.
pub(super) fn expand(settings: &Settings, function: &Function, name: &str) -> TokenStream {
    let krate = &settings.krate;
    let private = quote!(#krate::__private);
    let measured = Measured {
        settings,
        function,
        private: &private,
    };
    let record = if settings.is_by_default() {
        measured.own_metrics(name)
    } else {
        measured.given_metrics()
    };
    let work = match Form::of(&function.sig) {
        Form::Sync => measured.sync(&record),
        Form::Async => measured.asynchronous(&record),
        Form::Never => measured.never(&record),
        Form::Future(pinned) => measured.future(pinned, &record),
    };
    wrap::with_body(function, &work)
}

/// What the quotes are made of.
struct Measured<'a> {
    settings: &'a Settings,
    function: &'a Function,
    /// The hidden surface that everything here names.
    private: &'a TokenStream,
}

impl Measured<'_> {
    /// The series of this function in the program's two families, in a static of its own.
    fn own_metrics(&self, name: &str) -> TokenStream {
        let (span, private) = (hygienic(&self.function.sig.ident), self.private);
        let registry = match self.settings.registry.as_ref().map(|given| &given.value) {
            None => quote!(::core::option::Option::None),
            Some(registry) => {
                let registry = literal::reference(registry);
                quote!(::core::option::Option::Some(|| #registry))
            }
        };
        quote_spanned! {span=>
            {
                static PPC_FUNCTION: #private::Function =
                    #private::Function::new(::core::module_path!(), #name, #registry);
                PPC_FUNCTION.handles()
            }
        }
    }

    /// The metrics that are given, found before the body takes the arguments.
    fn given_metrics(&self) -> TokenStream {
        let (span, private, settings) = (
            hygienic(&self.function.sig.ident),
            self.private,
            self.settings,
        );
        let part = |keyed: &Option<Keyed>, role: &str| {
            keyed.as_ref().map_or_else(
                || quote_spanned!(span=> #private::Nothing),
                |keyed| self.held(&keyed.value, role),
            )
        };
        let (time, calls, errors, cancelled, in_progress) = (
            part(&settings.time, "MeasuresTime"),
            part(&settings.calls, "CountsCalls"),
            part(&settings.errors, "CountsCalls"),
            part(&settings.cancelled, "CountsCalls"),
            part(&settings.in_progress, "TracksCalls"),
        );
        quote_spanned! {span=>
            {
                use #private::MaybeMetric as _;
                #private::Parts {
                    time: #time,
                    calls: #calls,
                    errors: #errors,
                    cancelled: #cancelled,
                    in_progress: #in_progress,
                }
            }
        }
    }

    /// A metric for the length of a call: one that is named is there anyway, and any other may be
    /// borrowed from an argument, which the body takes.
    fn held(&self, value: &Expr, role: &str) -> TokenStream {
        let (span, private) = (hygienic(value), located(self.private.clone(), value));
        let role = syn::Ident::new(role, span);
        let value = literal::bare(value);
        let method = if self.is_item(value) {
            syn::Ident::new("as_metric", span)
        } else {
            syn::Ident::new("handle", span)
        };
        quote_spanned!(span=> #private::#role::held((#value).#method()))
    }

    /// Whether the expression is the path of an item: nothing else has one in a function, but its
    /// arguments.
    fn is_item(&self, value: &Expr) -> bool {
        let Expr::Path(path) = value else {
            return false;
        };
        let Some(name) = path.path.get_ident() else {
            return true;
        };
        let arguments = self.function.sig.inputs.iter();
        let patterns = arguments.map(|argument| match argument {
            FnArg::Receiver(receiver) => receiver.self_token.to_token_stream(),
            FnArg::Typed(argument) => argument.pat.to_token_stream(),
        });
        !patterns.into_iter().any(|pattern| contains(pattern, name))
    }

    /// The body as a closure: `return` and `?` end the closure and not the wrapping.
    fn sync(&self, record: &TokenStream) -> TokenStream {
        let (span, private) = (hygienic(&self.function.sig.ident), self.private);
        let arrow = returns::arrow(&self.function.sig);
        let body = wrap::with_arguments(self.function);
        let outcome = self.outcome();
        quote_spanned! {span=>
            let ppc_call = #private::Call::start(#record);
            let ppc_value = #private::call(move || #arrow #body);
            ppc_call.finish(#outcome);
            ppc_value
        }
    }

    fn asynchronous(&self, record: &TokenStream) -> TokenStream {
        let span = hygienic(&self.function.sig.ident);
        let typed = wrap::typed_return(self.function);
        let body = wrap::prefixed(&typed, &wrap::with_arguments(self.function));
        self.polled(record, None, &quote_spanned!(span=> async move #body))
    }

    /// The metrics are found at the call; it begins with the first poll.
    fn future(&self, pinned: Pinned, record: &TokenStream) -> TokenStream {
        let (span, private) = (hygienic(&self.function.sig.ident), self.private);
        let arrow = returns::arrow(&self.function.sig);
        let body = &self.function.body;
        // Where the closure's future does not say it yet, the type of its value is that declared.
        let declared = returns::opaque_output(&self.function.sig);
        let polled = self.polled(
            &quote_spanned!(span=> ppc_record),
            declared.as_ref(),
            &quote_spanned!(span=> ppc_future),
        );
        let job = quote_spanned!(span=> async move { #polled });
        let job = match pinned {
            Pinned::No => job,
            Pinned::Boxed => quote_spanned!(span=> ::std::boxed::Box::pin(#job)),
        };
        quote_spanned! {span=>
            let ppc_record = #record;
            let ppc_future = #private::call(move || #arrow #body);
            #job
        }
    }

    /// Polls the body in place, so that it takes no more room than it did. It is gone, with all
    /// that it holds, when the call ends.
    fn polled(
        &self,
        record: &TokenStream,
        declared: Option<&TokenStream>,
        body: &TokenStream,
    ) -> TokenStream {
        let (span, private) = (hygienic(&self.function.sig.ident), self.private);
        let outcome = self.outcome();
        let ty = declared.map(|ty| quote_spanned!(span=> : #ty));
        quote_spanned! {span=>
            let mut ppc_call = #private::Call::start_async(#record);
            let ppc_value = {
                let ppc_body = ::core::pin::pin!(#body);
                let ppc_value #ty = ppc_call.poll(ppc_body).await;
                ppc_value
            };
            ppc_call.finish(#outcome);
            ppc_value
        }
    }

    /// Nothing returns, so nothing is left to be done behind the body: unwinding, or the drop of
    /// the future, ends the call. No closure, because `!` can be the type of few things.
    fn never(&self, record: &TokenStream) -> TokenStream {
        let (span, private) = (hygienic(&self.function.sig.ident), self.private);
        let start = if self.function.sig.asyncness.is_some() {
            quote!(start_never)
        } else {
            quote!(start)
        };
        let body = self.function.body.stream();
        quote_spanned! {span=>
            let _ppc_call = #private::Call::#start(#record);
            #body
        }
    }

    /// How the call ended, by its value.
    fn outcome(&self) -> TokenStream {
        let (span, private) = (hygienic(&self.function.sig.ident), self.private);
        match &self.settings.errors_if {
            None => wrap::outcome(self.function, private, &quote!(&ppc_value)),
            Some(Keyed { value, .. }) => {
                let of = quote_spanned!(span=> &ppc_value);
                let (span, private) = (hygienic(value), located(private.clone(), value));
                quote_spanned!(span=> #private::outcome_if(#of, #value))
            }
        }
    }
}

fn contains(tokens: TokenStream, name: &syn::Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => contains(group.stream(), name),
        _ => false,
    })
}
