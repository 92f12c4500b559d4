//! Tokens to a function, whose body stays raw: half-typed code still expands.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Signature, Token, Visibility};

/// A function with everything but its body parsed.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// The inner attributes of the body, which stay in the outermost block.
    pub(crate) inner_attrs: TokenStream,
    pub(crate) body: Group,
}

/// An attribute, as messages call it, and what it stands on.
pub(crate) struct Place {
    pub(crate) of: &'static str,
    pub(crate) on: &'static str,
}

/// The function that the attribute stands on.
pub(crate) fn function(item: TokenStream, place: &Place) -> syn::Result<Function> {
    (|input: ParseStream<'_>| parse_function(input, place)).parse2(item)
}

fn parse_function(input: ParseStream<'_>, place: &Place) -> syn::Result<Function> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis: Visibility = input.parse()?;
    expect_function(input, place)?;
    let sig: Signature = input.parse()?;
    if input.peek(Token![;]) {
        let of = place.of;
        return Err(syn::Error::new_spanned(
            &sig.ident,
            format!(
                "`{}` has no body: `{of}` stands on the function that does the work",
                sig.ident
            ),
        ));
    }
    let function = with_body(attrs, vis, sig, input)?;
    if input.is_empty() {
        Ok(function)
    } else {
        let span = function.body.span();
        Err(syn::Error::new(span, "expected the body of a function"))
    }
}

/// The function of this head, whose body comes next.
pub(crate) fn with_body(
    attrs: Vec<Attribute>,
    vis: Visibility,
    sig: Signature,
    input: ParseStream<'_>,
) -> syn::Result<Function> {
    let body = group(input.parse()?)?;
    if body.delimiter() != Delimiter::Brace {
        return Err(syn::Error::new(
            body.span(),
            "expected the body of a function",
        ));
    }
    let (inner_attrs, body) = split_inner_attrs(&body);
    Ok(Function {
        attrs,
        vis,
        sig,
        inner_attrs,
        body,
    })
}

/// The group of a body. One that came through a `macro_rules!` as `$body:block` stands inside a
/// group without delimiters.
fn group(mut token: TokenTree) -> syn::Result<Group> {
    loop {
        let TokenTree::Group(group) = token else {
            let error = "expected the body of a function";
            return Err(syn::Error::new(token.span(), error));
        };
        let mut inside = group.stream().into_iter();
        match (group.delimiter(), inside.next(), inside.next()) {
            (Delimiter::None, Some(only), None) => token = only,
            _ => return Ok(group),
        }
    }
}

/// The words that come next.
fn words(input: ParseStream<'_>) -> impl Iterator<Item = String> {
    let ahead = input.fork();
    std::iter::from_fn(move || match ahead.parse::<TokenTree>() {
        Ok(TokenTree::Ident(word)) => Some(word.to_string()),
        // The ABI of `extern "C" fn`.
        Ok(TokenTree::Literal(_)) => Some("extern".to_owned()),
        _ => None,
    })
}

/// Whether a function comes next, behind its attributes and visibility.
pub(crate) fn is_function(input: ParseStream<'_>) -> bool {
    let qualifiers = ["const", "async", "unsafe", "safe", "extern"];
    words(input)
        .find(|word| !qualifiers.contains(&word.as_str()))
        .is_some_and(|word| word == "fn")
}

/// Says what was found where no function begins.
fn expect_function(input: ParseStream<'_>, place: &Place) -> syn::Result<()> {
    if is_function(input) {
        return Ok(());
    }
    let first = words(input).next();
    let found = match first.as_deref() {
        Some("struct" | "enum" | "union") => "a type",
        Some("impl") => "an impl block",
        Some("trait") => "a trait",
        Some("mod") => "a module",
        Some("static" | "const") => "a value",
        Some("let") => "a statement",
        Some("type") => "an alias",
        Some("use") => "an import",
        _ if input.peek(Token![|]) || matches!(first.as_deref(), Some("move" | "async")) => {
            "a closure or a block"
        }
        _ => "something else",
    };
    let error = format!("`{}` stands on {}, and this is {found}", place.of, place.on);
    let token = input.fork().parse::<TokenTree>();
    Err(token.map_or_else(
        |_| input.error(&error),
        |token| syn::Error::new(token.span(), &error),
    ))
}

/// Takes `#![..]` off the front of a body.
fn split_inner_attrs(body: &Group) -> (TokenStream, Group) {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    let is = |token: &TokenTree, sign| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
    let mut attrs = 0;
    while let [pound, bang, TokenTree::Group(group), ..] = &tokens[attrs..]
        && is(pound, '#')
        && is(bang, '!')
        && group.delimiter() == Delimiter::Bracket
    {
        attrs += 3;
    }
    let mut rest = Group::new(Delimiter::Brace, tokens[attrs..].iter().cloned().collect());
    rest.set_span(body.span());
    (tokens[..attrs].iter().cloned().collect(), rest)
}
