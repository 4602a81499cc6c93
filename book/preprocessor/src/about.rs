//! What a program says of itself, in its source.

use syn::{Expr, ExprLit, Item, Lit, Meta};

/// The first paragraph above the struct that derives `Parser`.
pub fn about(source: &str) -> Option<String> {
    let file = syn::parse_file(source).ok()?;
    let attributes = file.items.into_iter().find_map(|item| match item {
        Item::Struct(item) if derives_parser(&item.attrs) => Some(item.attrs),
        _ => None,
    })?;
    let lines = attributes.iter().filter_map(doc_line);
    let paragraph: Vec<_> = lines.take_while(|line| !line.trim().is_empty()).collect();
    let about: Vec<_> = paragraph.iter().map(|line| line.trim()).collect();
    (!about.is_empty()).then(|| about.join(" "))
}

fn derives_parser(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("derive") && list.tokens.to_string() == "Parser",
        _ => false,
    })
}

fn doc_line(attribute: &syn::Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
