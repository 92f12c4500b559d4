//! `#[derive(LabelValue)]`.

use ppc::{FixedLabelValue, LabelValue, Registry, Scratch, metric};

use super::registered::{registered, series};

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

#[derive(Clone, Copy, LabelValue)]
enum Ended {
    #[label(skip)]
    NotYet,
    Ok,
    #[label(skip)]
    Code(#[allow(dead_code)] u16),
    Failed,
    #[label(skip)]
    Signal {
        #[allow(dead_code)]
        number: i32,
    },
}

const SKIPPED: [Ended; 3] = [Ended::NotYet, Ended::Code(7), Ended::Signal { number: 9 }];

#[test]
fn a_skipped_variant_has_no_text_and_is_no_value() {
    assert_eq!(Ended::VALUES, ["ok", "failed"]);
    assert_eq!((text(&Ended::Ok), Ended::Ok.index()), ("ok".into(), 0));
    assert_eq!(Ended::Failed.index(), 1);
    for skipped in SKIPPED {
        assert_eq!(text(&skipped), "");
        assert_eq!(skipped.index(), Ended::VALUES.len());
    }
}

static REGISTRY: Registry = Registry::new();

metric! {
    static JOBS: Counter { labels: [ended: Ended], eager, registry: REGISTRY }
    static ENDED: StateSet { states: Ended, registry: REGISTRY }
    static DEFAULTED: Counter { labels: [ended: Ended = Ended::NotYet], registry: REGISTRY }
}

#[test]
fn a_skipped_variant_is_not_eager_and_no_state() {
    ppc::register(&[&JOBS, &ENDED]);
    assert_eq!(series(&REGISTRY, "jobs"), ["ended=failed", "ended=ok"]);
    for skipped in SKIPPED {
        JOBS.ended(skipped).inc();
    }
    JOBS.ended(Ended::Ok).inc();
    assert_eq!(
        series(&REGISTRY, "jobs"),
        ["ended=", "ended=failed", "ended=ok"]
    );
    DEFAULTED.inc();
    assert_eq!(series(&REGISTRY, "defaulted"), ["ended="]);
    ENDED.set(Ended::Failed);
    let states = registered(&REGISTRY, "ended").map(|family| family.states);
    assert_eq!(states.unwrap_or_default(), ["ok", "failed"]);
}

/// What an index over all values is made of.
#[test]
fn fixed_sets_say_how_many_values_they_have() {
    assert_eq!(<Outcome as LabelValue>::FIXED, Outcome::VALUES.len());
    assert_eq!(<&Ended as LabelValue>::FIXED, Ended::VALUES.len() + 1);
    assert_eq!(<Box<bool> as LabelValue>::FIXED, 2);
    assert_eq!(<String as LabelValue>::FIXED, 0);
    assert_eq!(<&Ended as LabelValue>::fixed_index(&&Ended::Failed), 1);
    assert_eq!(Box::new(Ended::NotYet).fixed_index(), 2);
    assert_eq!(Outcome::Type.fixed_index(), 4);
    assert_eq!([false, true].map(|flag| flag.fixed_index()), [0, 1]);
}
