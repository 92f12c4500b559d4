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

/// The function that the attribute `of` stands on.
pub(crate) fn function(item: TokenStream, of: &str) -> syn::Result<Function> {
    (|input: ParseStream<'_>| parse_function(input, of)).parse2(item)
}

fn parse_function(input: ParseStream<'_>, of: &str) -> syn::Result<Function> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis: Visibility = input.parse()?;
    expect_function(input, of)?;
    let sig: Signature = input.parse()?;
    if input.peek(Token![;]) {
        return Err(syn::Error::new_spanned(
            &sig.ident,
            format!(
                "`{}` has no body: `{of}` stands on the function that does the work",
                sig.ident
            ),
        ));
    }
    let body = group(input.parse()?)?;
    if body.delimiter() != Delimiter::Brace || !input.is_empty() {
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

/// Says what was found where no function begins.
fn expect_function(input: ParseStream<'_>, of: &str) -> syn::Result<()> {
    let ahead = input.fork();
    let words = std::iter::from_fn(|| match ahead.parse::<TokenTree>() {
        Ok(TokenTree::Ident(word)) => Some(word.to_string()),
        // The ABI of `extern "C" fn`.
        Ok(TokenTree::Literal(_)) => Some("extern".to_owned()),
        _ => None,
    });
    let mut words = words.peekable();
    let first = words.peek().cloned();
    let qualifiers = ["const", "async", "unsafe", "safe", "extern"];
    if words
        .find(|word| !qualifiers.contains(&word.as_str()))
        .is_some_and(|word| word == "fn")
    {
        return Ok(());
    }
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
    let error = format!("`{of}` stands on a function, and this is {found}");
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
