//! Finds the lines of a source file that a page shows.

use std::ops::RangeInclusive;

use syn::spanned::Spanned;
use syn::{File, Item};

use crate::directive::{Part, Selector};

/// Lines of a file, by their numbers from 1.
pub type Lines = RangeInclusive<usize>;

/// Finds the lines that a selector means, in the order in which they are shown.
///
/// # Errors
///
/// The file has no such lines, or more than one place fits.
pub fn select(path: &str, text: &str, selector: &Selector) -> Result<Vec<Lines>, String> {
    let lines: Vec<_> = text.lines().collect();
    let found = match selector {
        Selector::Whole => Ok(vec![1..=lines.len()]),
        Selector::Between(part) => between(&lines, part).map(|range| vec![range]),
        Selector::Anchor(name) => anchor(&lines, name).map(|range| vec![range]),
        Selector::Head if path.ends_with(".py") => Ok(vec![1..=python_head(&lines)]),
        Selector::Items(names) if path.ends_with(".py") => {
            names.iter().map(|name| python_item(&lines, name)).collect()
        }
        Selector::Head => Ok(vec![1..=head(&lines, &parse(text)?)]),
        Selector::Items(names) => {
            let file = parse(text)?;
            let mut found = Vec::new();
            for name in names {
                found.extend(items(&lines, &file, name)?);
            }
            Ok(found)
        }
    };
    found.map_err(|error| format!("{path}: {error}"))
}

fn parse(text: &str) -> Result<File, String> {
    syn::parse_file(text).map_err(|error| error.to_string())
}

/// From the one line with the first text to the next line with the second.
fn between(lines: &[&str], part: &Part) -> Result<Lines, String> {
    let found = first_between(lines, part)?;
    let again = lines[*found.start()..].iter().position(|line| line.contains(&part.first));
    match again {
        Some(after) => {
            let (line, other) = (found.start(), found.start() + after + 1);
            Err(format!("lines {line} and {other} contain {:?}; take a longer text", part.first))
        }
        None => Ok(found),
    }
}

/// From the first line with the first text to the next line with the second.
pub fn first_between(lines: &[&str], part: &Part) -> Result<Lines, String> {
    let Part { first, last } = part;
    let start = lines.iter().position(|line| line.contains(first));
    let start = start.ok_or_else(|| format!("no line contains {first:?}"))? + 1;
    if first == last {
        return Ok(start..=start);
    }
    let after = lines[start..].iter().position(|line| line.contains(last));
    let after = after.ok_or_else(|| format!("no line after line {start} contains {last:?}"))?;
    Ok(start..=start + 1 + after)
}

fn anchor(lines: &[&str], name: &str) -> Result<Lines, String> {
    let start = lines.iter().position(|line| line.ends_with(&format!("ANCHOR: {name}")));
    let end = lines.iter().position(|line| line.ends_with(&format!("ANCHOR_END: {name}")));
    match (start, end) {
        (Some(start), Some(end)) if start + 1 < end => Ok(start + 2..=end),
        _ => Err(format!("there is no anchor {name:?} with lines in it")),
    }
}

/// The last line of what stands above the items: documentation, `mod` and `use`.
fn head(lines: &[&str], file: &File) -> usize {
    let above = |item: &&Item| match item {
        Item::Use(_) | Item::ExternCrate(_) => true,
        Item::Mod(module) => module.content.is_none(),
        _ => false,
    };
    match file.items.iter().take_while(above).last() {
        Some(item) => item.span().end().line,
        None => lines.iter().take_while(|line| line.starts_with("//!")).count().max(1),
    }
}

/// The items of this name; there are several if they are for different systems.
fn items(lines: &[&str], file: &File, name: &str) -> Result<Vec<Lines>, String> {
    let implementation = name.strip_prefix("impl ").map(|name| name.trim());
    let mut exact = Vec::new();
    let mut similar = Vec::new();
    for item in &file.items {
        let range = with_comment(lines, item.span().start().line..=item.span().end().line);
        match (implementation, item) {
            (Some(wanted), Item::Impl(item)) => {
                let header = impl_header(lines, item.impl_token.span.start().line);
                if header == wanted {
                    exact.push(range);
                } else if header.starts_with(wanted)
                    && !header[wanted.len()..].starts_with(char::is_alphanumeric)
                {
                    similar.push(range);
                }
            }
            (None, item) if item_name(item).as_deref() == Some(name) => exact.push(range),
            _ => {}
        }
    }
    let found = if exact.is_empty() { similar } else { exact };
    if found.is_empty() {
        return Err(format!("there is no top-level item {name:?}"));
    }
    Ok(found)
}

fn item_name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// What stands between `impl` and `{`, without the generics right behind `impl`.
fn impl_header(lines: &[&str], line: usize) -> String {
    let text = lines[line - 1..].join(" ");
    let after = text.split_once("impl").map_or("", |(_, after)| after);
    let header = after.split('{').next().unwrap_or_default().trim();
    let header = match header.strip_prefix('<') {
        Some(generics) => &generics[closing_bracket(generics)..],
        None => header,
    };
    header.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the angle bracket that is open at the start is closed: the place behind it.
fn closing_bracket(text: &str) -> usize {
    let mut depth = 1;
    for (place, character) in text.char_indices() {
        match character {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return place + 1;
        }
    }
    text.len()
}

/// Adds the comment right above an item: it belongs to it.
fn with_comment(lines: &[&str], item: Lines) -> Lines {
    let above = &lines[..item.start() - 1];
    let is_comment = |line: &&&str| line.starts_with("//") && !line.starts_with("//!");
    let comment = above.iter().rev().take_while(is_comment).count();
    item.start() - comment..=*item.end()
}

fn python_head(lines: &[&str]) -> usize {
    let import = |line: &&str| line.starts_with("import ") || line.starts_with("from ");
    let code = |line: &&str| line.starts_with("def ") || line.starts_with("class ");
    let end = lines.iter().position(code).unwrap_or(lines.len());
    lines[..end].iter().rposition(import).map_or(1, |last| last + 1)
}

/// A function, a class or a name at the top level, with its decorators and comments.
fn python_item(lines: &[&str], name: &str) -> Result<Lines, String> {
    let starts = [format!("def {name}("), format!("class {name}"), format!("{name} =")];
    let begins = |line: &&str| starts.iter().any(|start| line.starts_with(start));
    let Some(start) = lines.iter().position(begins) else {
        return Err(format!("there is no top-level {name:?}"));
    };
    let inside = |line: &&&str| line.is_empty() || line.starts_with([' ', ')', ']', '}']);
    let mut end = start + 1 + lines[start + 1..].iter().take_while(inside).count();
    while lines[end - 1].is_empty() {
        end -= 1;
    }
    let above = |line: &&&str| line.starts_with(['@', '#']);
    let above = lines[..start].iter().rev().take_while(above).count();
    Ok(start + 1 - above..=end)
}
