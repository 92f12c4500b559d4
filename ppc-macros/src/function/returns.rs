//! What a function returns: a value, nothing ever, or a future that is the job.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    AngleBracketedGenericArguments, GenericArgument, Path, PathArguments, ReturnType, Signature,
    Type, TypeParamBound, parse_quote,
};

use crate::paths::hygienic;

/// How the function's work is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The body is the job.
    Sync,
    /// The body is the job and is awaited.
    Async,
    /// The body never ends by returning.
    Never,
    /// The returned future is the job.
    Future(Pinned),
}

/// What a returned future has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pinned {
    /// `impl Future`.
    No,
    /// A pinned box: `Pin<Box<dyn Future>>` and its aliases, or `impl Future + Unpin`.
    Boxed,
}

impl Form {
    pub(crate) fn of(sig: &Signature) -> Self {
        let output = match &sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, output) => Some(strip(output)),
        };
        match output {
            Some(Type::Never(_)) => Self::Never,
            _ if sig.asyncness.is_some() => Self::Async,
            Some(output) => future(output).map_or(Self::Sync, Self::Future),
            None => Self::Sync,
        }
    }
}

/// The type as it can stand in the body: each `impl Trait` is left to inference. A declared type
/// rather than none keeps coercions, such as an early return into `Box<dyn Trait>`.
pub(crate) fn in_body(sig: &Signature) -> TokenStream {
    match &sig.output {
        ReturnType::Default => {
            let span = hygienic(&sig.ident);
            quote_spanned!(span=> ())
        }
        ReturnType::Type(_, output) => erased(output).into_token_stream(),
    }
}

/// Where a wrong return value is reported: at the declared type, else at the name.
pub(crate) fn span(sig: &Signature) -> Span {
    match &sig.output {
        ReturnType::Default => hygienic(&sig.ident),
        ReturnType::Type(_, output) => hygienic(output),
    }
}

/// The declared output of an `impl Future<Output = T>`, where it can be named: the closure that
/// stands for the function cannot declare it, so it may not be inferred yet.
pub(crate) fn opaque_output(sig: &Signature) -> Option<TokenStream> {
    let ReturnType::Type(_, output) = &sig.output else {
        return None;
    };
    let Type::ImplTrait(opaque) = strip(output) else {
        return None;
    };
    let arguments = opaque.bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => match &bound.path.segments.last()?.arguments {
            PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
            _ => None,
        },
        _ => None,
    });
    let mut outputs = arguments.flatten().filter_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(&assoc.ty),
        _ => None,
    });
    outputs
        .next()
        .filter(|ty| erased(ty).into_token_stream().to_string() == ty.to_token_stream().to_string())
        .map(ToTokens::into_token_stream)
}

fn future(output: &Type) -> Option<Pinned> {
    match output {
        Type::ImplTrait(opaque) if has(&opaque.bounds, "Future") => {
            Some(if has(&opaque.bounds, "Unpin") {
                Pinned::Boxed
            } else {
                Pinned::No
            })
        }
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            let boxed = match last.ident.to_string().as_str() {
                "BoxFuture" | "LocalBoxFuture" => true,
                "Pin" => argument(&path.path).is_some_and(is_box_of_future),
                _ => false,
            };
            boxed.then_some(Pinned::Boxed)
        }
        _ => None,
    }
}

fn is_box_of_future(ty: &Type) -> bool {
    let Type::Path(path) = strip(ty) else {
        return false;
    };
    let is_box = path
        .path
        .segments
        .last()
        .is_some_and(|last| last.ident == "Box");
    is_box
        && argument(&path.path).is_some_and(|inner| match strip(inner) {
            Type::TraitObject(object) => has(&object.bounds, "Future"),
            Type::ImplTrait(opaque) => has(&opaque.bounds, "Future"),
            _ => false,
        })
}

/// The first type argument of a path's last segment.
fn argument(path: &Path) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn has<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>, name: &str) -> bool {
    bounds.into_iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == name),
        _ => false,
    })
}

/// The type without parentheses, which macros put around what they pass on.
fn strip(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => strip(&group.elem),
        Type::Paren(paren) => strip(&paren.elem),
        ty => ty,
    }
}

fn erased(ty: &Type) -> Type {
    let mut ty = ty.clone();
    erase(&mut ty);
    ty
}

/// Replaces each `impl Trait` in the type, at any depth.
fn erase(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => *ty = parse_quote!(_),
        Type::Array(array) => erase(&mut array.elem),
        Type::Slice(slice) => erase(&mut slice.elem),
        Type::Group(group) => erase(&mut group.elem),
        Type::Paren(paren) => erase(&mut paren.elem),
        Type::Ptr(pointer) => erase(&mut pointer.elem),
        Type::Reference(reference) => erase(&mut reference.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(erase),
        Type::Path(path) => erase_path(&mut path.path),
        Type::TraitObject(object) => {
            for bound in &mut object.bounds {
                if let TypeParamBound::Trait(bound) = bound {
                    erase_path(&mut bound.path);
                }
            }
        }
        _ => {}
    }
}

fn erase_path(path: &mut Path) {
    for segment in &mut path.segments {
        if let PathArguments::AngleBracketed(AngleBracketedGenericArguments { args, .. }) =
            &mut segment.arguments
        {
            for argument in args {
                match argument {
                    GenericArgument::Type(ty) => erase(ty),
                    GenericArgument::AssocType(assoc) => erase(&mut assoc.ty),
                    _ => {}
                }
            }
        }
    }
}

/// `-> Type`, for a closure that stands for the function.
pub(crate) fn arrow(sig: &Signature) -> TokenStream {
    let ty = in_body(sig);
    quote!(-> #ty)
}
