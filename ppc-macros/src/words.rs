//! "Did you mean": the known word that is nearest to a misspelt one.

use crate::diag::Diagnostics;
use crate::keys::Keyed;
use crate::literal::Literal;

/// Beside what may have been meant, more words than these would only hide it.
const MANY: usize = 20;

/// Says that a word is unknown, what may have been meant, and what is known.
pub(crate) fn unknown(what: &str, found: &str, place: &str, known: &[&str]) -> String {
    let all = format!("(known: {})", list(known));
    match nearest(found, known) {
        Some(word) if known.len() > MANY => {
            format!("unknown {what} `{found}`{place}, did you mean `{word}`?")
        }
        Some(word) => format!("unknown {what} `{found}`{place}, did you mean `{word}`? {all}"),
        None => format!("unknown {what} `{found}`{place} {all}"),
    }
}

/// Refuses a literal that is none of a few words.
pub(crate) fn check(Keyed { key, value }: &Keyed, known: &[&str], diagnostics: &mut Diagnostics) {
    match Literal::of(value) {
        Some(Literal::Text(word)) if !known.contains(&word.as_str()) => {
            let place = format!(" of `{key}`");
            diagnostics.on(value, unknown("value", &word, &place, known));
        }
        Some(Literal::Number(_) | Literal::Bool(_) | Literal::Other) => {
            let known = list(known);
            diagnostics.on(value, format!("`{key}` is one of these words: {known}"));
        }
        Some(Literal::Text(_)) | None => {}
    }
}

/// Words in back quotes, separated by commas.
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// The known word that `found` is likely to be, written wrong or not to its end.
pub(crate) fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let found = found.to_ascii_lowercase();
    let best = known
        .iter()
        .min_by_key(|word| distance(&found, &word.to_ascii_lowercase()))?;
    // A third of the letters may be wrong; more would be guessing.
    let near =
        distance(&found, &best.to_ascii_lowercase()) <= (best.len().max(found.len()) / 3).max(1);
    let begun = || {
        let mut fitting = known
            .iter()
            .filter(|word| word.to_ascii_lowercase().starts_with(&found));
        fitting.next().filter(|_| found.len() >= 2)
    };
    if near { Some(best) } else { begun().copied() }
}

/// How many letters must be added, dropped, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cost = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_typing_mistakes() {
        for (a, b, mistakes) in [
            ("", "", 0),
            ("a", "", 1),
            ("period", "peroid", 1),
            ("job", "jobs", 1),
            ("name", "unit", 4),
        ] {
            assert_eq!(distance(a, b), mistakes, "{a} {b}");
            assert_eq!(distance(b, a), mistakes, "{b} {a}");
        }
    }

    #[test]
    fn the_nearest_word_is_meant_unless_none_is_near() {
        let known = ["influx_udp", "period", "job", "job_metrics", "labels"];
        for (found, meant) in [
            ("peroid", Some("period")),
            ("influxudp", Some("influx_udp")),
            ("influx", Some("influx_udp")),
            ("lables", Some("labels")),
            ("JOB", Some("job")),
            ("per", Some("period")),
            ("x", None),
            ("destination", None),
        ] {
            assert_eq!(nearest(found, &known), meant, "{found}");
        }
    }
}
