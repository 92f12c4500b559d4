//! How the tests name a series, wherever they read it.

use std::collections::BTreeMap;

/// Labels by name.
pub(crate) type Labels = BTreeMap<String, String>;

/// `name{label="value",...}`, labels sorted, or the bare name.
pub(crate) fn key(name: &str, labels: &Labels) -> String {
    let labels: Vec<String> = labels
        .iter()
        .map(|(name, value)| {
            let value = value
                .replace('\\', r"\\")
                .replace('"', r#"\""#)
                .replace('\n', r"\n");
            format!(r#"{name}="{value}""#)
        })
        .collect();
    if labels.is_empty() {
        name.to_owned()
    } else {
        format!("{name}{{{}}}", labels.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sorted_and_escaped() {
        let labels = [("z", "1"), ("a", "\"\\\n")];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(key("up", &labels.into()), r#"up{a="\"\\\n",z="1"}"#);
        assert_eq!(key("up", &Labels::new()), "up");
    }
}
