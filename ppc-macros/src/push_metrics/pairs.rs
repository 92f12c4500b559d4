//! Names with values that are written out: labels, headers, parameters.

use crate::diag::Diagnostics;
use crate::kind::Kind;
use crate::literal::Literal;
use crate::names::label_name_fault;

use super::model::Label;
use super::settings::Pairs;

/// Headers that every request has from elsewhere.
const OURS: [&str; 4] = ["host", "content-length", "transfer-encoding", "connection"];

/// Labels of a series or a group: each name can be one, and stands there once.
pub(super) fn labels(labels: &[Label], diagnostics: &mut Diagnostics) {
    for label in labels {
        // The labels are for metrics of every kind, and stand beside `le` and `quantile`.
        let kinds = [Kind::Histogram, Kind::Summary];
        let fault = |kind| label_name_fault(&label.name, kind);
        if let Some(fault) = kinds.into_iter().find_map(fault) {
            let message = format!("`{}` cannot be a label: {fault}", label.name);
            diagnostics.at(label.name_span, message);
        }
    }
    once("label", labels, |a, b| a == b, diagnostics);
}

/// The names and values of a setting.
pub(super) fn check(of: Pairs, pairs: &[Label], diagnostics: &mut Diagnostics) {
    match of {
        Pairs::Grouping => return labels(pairs, diagnostics),
        Pairs::Labels => labels(pairs, diagnostics),
        Pairs::Headers => headers(pairs, diagnostics),
        Pairs::Params => {}
    }
    for pair in pairs {
        if !matches!(Literal::of(&pair.value), None | Some(Literal::Text(_))) {
            let (noun, name) = (of.noun(), &pair.name);
            let message = format!("the value of {noun} `{name}` is text, such as `\"1\"`");
            diagnostics.on(&pair.value, message);
        }
    }
}

fn headers(headers: &[Label], diagnostics: &mut Diagnostics) {
    for header in headers {
        let name = &header.name;
        if OURS.contains(&name.to_ascii_lowercase().as_str()) {
            let message = format!("header `{name}` is set for every request already");
            diagnostics.at(header.name_span, message);
        }
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() {
            diagnostics.at(header.name_span, "the name of a header is empty");
        } else if let Some(strange) = name.chars().find(|&c| !is_token(c)) {
            let message = format!("{strange:?} cannot stand in the name of a header: `{name}`");
            diagnostics.at(header.name_span, message);
        }
        if let Some(Literal::Text(text)) = Literal::of(&header.value)
            && let Some(strange) = text.chars().find(|c| c.is_control() && *c != '\t')
        {
            let message = format!("{strange:?} cannot stand in the value of a header");
            diagnostics.on(&header.value, message);
        }
    }
    once("header", headers, str::eq_ignore_ascii_case, diagnostics);
}

fn once(
    noun: &str,
    pairs: &[Label],
    is_same: impl Fn(&str, &str) -> bool,
    diagnostics: &mut Diagnostics,
) {
    for (index, pair) in pairs.iter().enumerate() {
        let mut before = pairs[..index].iter();
        if before.any(|present| is_same(&present.name, &pair.name)) {
            let message = format!("{noun} `{}` is given twice", pair.name);
            diagnostics.at(pair.name_span, message);
        }
    }
}
