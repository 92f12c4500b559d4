//! The rules that hold for whatever stands in the environment.

use super::Environment;
use crate::byte_size::ByteSize as _;

/// Reads the text as each variable: what is wrong is told with a place in it, and what was
/// understood is understood again as it would be written.
pub(crate) fn fuzz_environment(text: &str) {
    let of =
        |name: &str, text: &str| Environment::of(|asked| (asked == name).then(|| text.to_owned()));
    let read = |name: &str| {
        let read = of(name, text);
        for fault in &read.faults {
            let told = fault.to_string();
            let position = told
                .split_once("at character ")
                .expect("it has a position")
                .1;
            let position = position
                .split_once(':')
                .and_then(|(number, _)| number.parse().ok());
            let mut places = 1..=text.chars().count() + 1;
            assert!(
                places.any(|place| Some(place) == position),
                "{name}={text:?}: {fault}"
            );
        }
        read
    };
    let labels = read("PPC_LABELS");
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
    let written: Vec<String> = labels
        .labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", quoted(value)))
        .collect();
    let again = of("PPC_LABELS", &written.join(","));
    assert!(again.faults.is_empty(), "{written:?}: {:?}", again.faults);
    assert!(again.labels.iter().eq(labels.labels.iter()), "{written:?}");

    let push = read("PPC_PUSH");
    let words = text.split_whitespace().count();
    match &push.destinations {
        None => assert!(push.off || words == 0, "{text:?}"),
        Some(all) => assert_eq!(all.len() + push.faults.len(), words, "{text:?}"),
    }

    let period = read("PPC_PERIOD");
    assert!(period.period.is_none_or(|period| !period.is_zero()));
    let timeout = read("PPC_FLUSH_TIMEOUT");
    // One of the two, unless there is nothing to read; zero is a timeout alone.
    let is_blank = text.trim().is_empty();
    assert_ne!(
        timeout.flush_timeout.is_some(),
        is_blank || !timeout.faults.is_empty()
    );
    assert!(period.period.is_none() || period.period == timeout.flush_timeout);

    let buffer = read("PPC_BUFFER").buffer;
    if let Some(bytes) = buffer {
        assert_eq!(bytes.to_string().byte_size().ok(), Some(bytes));
    }
}
