//! `#[derive(LabelValue)]`.

use ppc::{FixedLabelValue, LabelValue, Scratch};

fn text(value: &impl LabelValue) -> String {
    value.text(&mut Scratch::default()).to_owned()
}

#[derive(Clone, Copy, LabelValue)]
enum Outcome {
    Ok,
    NotFound,
    HTTPError,
    #[label(rename = "time-out!")]
    Timeout,
    r#Type,
}

#[test]
fn variants_are_written_in_snake_case_unless_renamed() {
    let texts = ["ok", "not_found", "http_error", "time-out!", "type"];
    assert_eq!(Outcome::VALUES, texts);
    let values = [
        Outcome::Ok,
        Outcome::NotFound,
        Outcome::HTTPError,
        Outcome::Timeout,
        Outcome::Type,
    ];
    for (index, (value, expected)) in values.into_iter().zip(texts).enumerate() {
        assert_eq!(text(&value), expected);
        assert_eq!(value.index(), index);
    }
}

macro_rules! cases {
    ($($case:literal => $text:literal),*) => {$(
        {
            #[derive(Clone, Copy, LabelValue)]
            #[label(rename_all = $case)]
            enum Value {
                NotFound,
                #[label(rename = "As Is")]
                Renamed,
            }
            assert_eq!(Value::VALUES, [$text, "As Is"], $case);
            assert_eq!(text(&Value::NotFound), $text);
            assert_eq!(Value::Renamed.index(), 1);
        }
    )*};
}

#[test]
fn all_variants_can_be_written_in_another_case() {
    cases! {
        "snake_case" => "not_found", "kebab-case" => "not-found", "lowercase" => "notfound",
        "UPPERCASE" => "NOTFOUND", "camelCase" => "notFound", "PascalCase" => "NotFound",
        "SCREAMING_SNAKE_CASE" => "NOT_FOUND"
    }
}

mod renamed {
    pub(super) use ppc as metrics;
}

#[derive(Clone, Copy, LabelValue)]
#[label(crate = renamed::metrics)]
enum Renamed {
    A,
}

#[derive(Clone, Copy, LabelValue)]
enum Generic<const N: usize> {
    #[label(rename = "a")]
    A,
}

#[test]
fn a_renamed_facade_and_generics_work() {
    assert_eq!(text(&Renamed::A), "a");
    assert_eq!(text(&Generic::<3>::A), "a");
}

/// Names of the prelude that a user has taken for other things.
#[test]
fn the_users_names_are_not_met() {
    #[allow(non_camel_case_types, dead_code)]
    struct str;
    #[allow(non_camel_case_types, dead_code)]
    struct usize;
    #[derive(Clone, Copy, LabelValue)]
    enum Value {
        A,
    }
    assert_eq!(text(&Value::A), "a");
    assert_eq!(Value::A.index(), 0);
}
