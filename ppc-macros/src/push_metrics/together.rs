//! Refuses settings that cannot stand together, or not alone.

use crate::diag::Diagnostics;
use crate::http_url;
use crate::literal::Literal;
use crate::words;

use super::model::{Content, Destination, Label, Settings};
use super::settings::{GATEWAYS, Value};

/// Keys of which one makes the other mean nothing.
const EXCLUSIVE: [(&str, &str); 5] = [
    ("delete_on_exit", "delete_on_success"),
    ("bearer_token", "username"),
    ("token", "username"),
    ("bearer_token", "token"),
    ("unix_socket", "proxy"),
];

/// Keys that say who we are.
const CREDENTIALS: [&str; 3] = ["username", "token", "bearer_token"];

pub(super) fn check(settings: &Settings, diagnostics: &mut Diagnostics) {
    check_companions(settings, diagnostics);
    check_pairs(settings, diagnostics);
    check_job(settings, diagnostics);
    check_authorization(settings, diagnostics);
    for (one, other) in EXCLUSIVE {
        if settings.setting(one).is_some()
            && let Some(other_given) = settings.setting(other)
        {
            let message = format!("`{other}` and `{one}` exclude each other");
            diagnostics.on(other_given.key(), message);
        }
    }
}

/// Keys that mean nothing without a destination.
fn check_companions(settings: &Settings, diagnostics: &mut Diagnostics) {
    if settings.job.is_none()
        && let Some(keyed) = &settings.job_metrics
    {
        diagnostics.on(
            &keyed.key,
            "`job_metrics` needs a job: add `job = \"name\"`, or leave `job_metrics` out",
        );
    }
    let is_certain = !settings.destinations.iter().any(Destination::is_misspelt);
    let given = settings.given.iter().filter(|given| !given.is_misspelt());
    for given in given.filter(|_| is_certain) {
        let of = given.setting.of;
        let is_of = |destination: &&Destination| of.contains(&destination.kind.key.name);
        if settings.destinations.iter().any(|one| is_of(&one)) {
            continue;
        }
        let (key, with) = (given.key(), words::list(of));
        let message = if settings.destinations.is_empty() {
            format!("`{key}` belongs to a destination, and there is none: it goes with {with}")
        } else {
            let present = settings.destinations.iter();
            let present: Vec<&str> = present.map(|one| one.kind.key.name).collect();
            let without = words::list(&present);
            format!("`{key}` is no setting of {without}: it goes with {with}")
        };
        diagnostics.on(key, message);
    }
}

/// Keys that come in twos.
fn check_pairs(settings: &Settings, diagnostics: &mut Diagnostics) {
    for given in settings.given.iter().filter(|given| !given.is_misspelt()) {
        let name = given.setting.key.name;
        let missing = match given.setting.value {
            Value::Pair { with, .. } => settings.setting(with).is_none().then_some(with),
            Value::Second { first } => settings.setting(first).is_none().then_some(first),
            _ => None,
        };
        if let Some(missing) = missing {
            let example = given.setting.key.example;
            diagnostics.on(
                given.key(),
                format!("`{name}` needs `{missing}` as well: `{example}`"),
            );
        }
    }
}

/// The header that credentials become.
fn check_authorization(settings: &Settings, diagnostics: &mut Diagnostics) {
    let mut known = CREDENTIALS.iter();
    let Some(key) = known.find(|key| settings.setting(key).is_some()) else {
        return;
    };
    let Some(Content::Pairs(_, headers)) = settings.setting("headers").map(|given| &given.content)
    else {
        return;
    };
    let is_it = |header: &&Label| header.name.eq_ignore_ascii_case("authorization");
    if let Some(header) = headers.iter().find(is_it) {
        let message = format!("header `{}` and `{key}` exclude each other", header.name);
        diagnostics.at(header.name_span, message);
    }
}

/// The job is a label on most destinations, and the first key of the group on gateways.
fn check_job(settings: &Settings, diagnostics: &mut Diagnostics) {
    let is_job = |label: &&Label| label.name == "job";
    if let Some(Content::Pairs(_, labels)) = settings.setting("grouping").map(|g| &g.content)
        && let Some(label) = labels.iter().find(is_job)
    {
        let message = "the group's `job` is that of the key: `job = \"name\"`";
        diagnostics.at(label.name_span, message);
    }
    if settings.job.is_some() {
        if let Some(label) = settings.labels.iter().find(is_job) {
            let message = "label `job` is given twice: the key `job` sets it already";
            diagnostics.at(label.name_span, message);
        }
        return;
    }
    let destinations = settings.destinations.iter();
    for destination in destinations.filter(|one| !one.is_misspelt()) {
        let (kind, keyed) = (destination.kind, &destination.keyed);
        // One that is made elsewhere may have its own, and so may the URL form.
        let is_without = match Literal::of(&keyed.value) {
            Some(Literal::Text(text)) if http_url::is_url_form(&text, kind.scheme) => {
                !text.contains("?job=") && !text.contains("&job=")
            }
            Some(Literal::Text(_)) => true,
            _ => false,
        };
        if GATEWAYS.contains(&kind.key.name) && is_without {
            let message = format!("`{}` needs a job: add `job = \"name\"`", kind.key.name);
            diagnostics.on(&keyed.key, message);
        }
    }
}
