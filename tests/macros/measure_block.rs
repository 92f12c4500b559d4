//! `#[measure]` on impl blocks: every method in them, but those that say `skip`.

use async_trait::async_trait;
use futures_executor::block_on;
use ppc::{Registry, measure, push_metrics};

use super::measured::{CALLS, TIME, ended, recorded, value_in};
use super::registered::series;

static REGISTRY: Registry = Registry::new();

/// Calls of a function in this module that ended so.
fn calls(function: &str, outcome: &str) -> f64 {
    let labels = [
        ("function", function),
        ("module", module_path!()),
        ("outcome", outcome),
    ];
    value_in(&REGISTRY, "function_calls", &labels)
}

#[derive(Debug, Default)]
struct Parser<T> {
    parsed: Vec<T>,
}

#[measure(registry = REGISTRY)]
#[allow(dead_code)]
impl<T: std::str::FromStr + Copy> Parser<T> {
    const BASE: u32 = {
        struct Base;
        let _ = Base;
        10
    };

    /// With docs.
    pub(super) fn parse(&mut self, text: &str) -> Result<T, T::Err> {
        let parsed = text.parse()?;
        self.parsed.push(parsed);
        Ok(parsed)
    }

    async fn parse_later(&mut self, text: String) -> Result<T, T::Err> {
        self.parse(&text)
    }

    #[measure(skip)]
    fn skipped(&self) -> usize {
        self.parsed.len()
    }

    const fn constant() -> u32 {
        Self::BASE
    }

    #[measure(calls = CALLS.f("overridden"), time = TIME.f("overridden"))]
    fn overridden(&self) {}

    #[measure(registry = OTHER)]
    fn elsewhere(&self) {}

    #[push_metrics(enabled = false)]
    fn r#type(self) -> Vec<T> {
        self.parsed
    }
}

static OTHER: Registry = Registry::new();

#[test]
fn an_inherent_impl_measures_its_methods() {
    let mut parser = Parser::<u8>::default();
    assert_eq!(parser.parse("5"), Ok(5));
    assert!(parser.parse("x").is_err());
    assert_eq!(block_on(parser.parse_later("6".to_owned())), Ok(6));
    drop(parser.parse_later("6".to_owned()));
    parser.overridden();
    parser.elsewhere();
    assert_eq!((parser.skipped(), Parser::<u8>::constant()), (2, 10));
    assert_eq!(parser.r#type(), [5, 6]);
    assert_eq!(
        (
            calls("Parser::parse", "ok"),
            calls("Parser::parse", "error")
        ),
        (2.0, 1.0)
    );
    assert_eq!(calls("Parser::parse_later", "ok"), 1.0);
    assert_eq!(calls("Parser::type", "ok"), 1.0);
    assert_eq!(recorded("overridden"), ended(1, 0, 0));
    let known = series(&REGISTRY, "function_calls").join("\n");
    for left_out in ["skipped", "constant", "overridden", "elsewhere"] {
        assert!(!known.contains(left_out), "{known}");
    }
    assert_eq!(series(&OTHER, "function_calls").len(), 4);
}

trait Fetch {
    type Output;

    fn fetch(&self, url: &str) -> Result<Self::Output, String>;

    fn both(&self) -> usize {
        ["a", ""]
            .iter()
            .filter_map(|url| self.fetch(url).ok())
            .count()
    }
}

struct Client<'a>(&'a str);

#[measure(registry = REGISTRY)]
impl Fetch for &'_ Client<'_> {
    type Output = String;

    fn fetch(&self, url: &str) -> Result<Self::Output, String> {
        if url.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(format!("{}{url}", self.0))
    }
}

#[test]
fn the_impl_of_a_trait_measures_its_methods() {
    assert_eq!((&Client("http://")).both(), 1);
    assert_eq!(
        (
            calls("Client::fetch", "ok"),
            calls("Client::fetch", "error")
        ),
        (1.0, 1.0)
    );
}

#[async_trait]
trait Work {
    async fn work(&self, fails: bool) -> Result<(), String>;
}

struct Above;
struct Below;

#[async_trait]
#[measure(registry = REGISTRY)]
impl Work for Above {
    async fn work(&self, fails: bool) -> Result<(), String> {
        std::future::ready(()).await;
        if fails { Err(String::new()) } else { Ok(()) }
    }
}

#[measure(registry = REGISTRY)]
#[async_trait]
impl Work for Below {
    async fn work(&self, fails: bool) -> Result<(), String> {
        std::future::ready(()).await;
        if fails { Err(String::new()) } else { Ok(()) }
    }
}

#[test]
fn async_trait_may_stand_above_and_below() {
    for work in [&Above as &dyn Work, &Below] {
        assert!(block_on(work.work(false)).is_ok());
        assert!(block_on(work.work(true)).is_err());
    }
    for function in ["Above::work", "Below::work"] {
        assert_eq!(
            (calls(function, "ok"), calls(function, "error")),
            (1.0, 1.0)
        );
    }
}

struct Counted;

/// What the block says is said for each of its methods.
#[measure(calls = CALLS.f("block"), time = TIME.f("block"))]
impl Counted {
    fn one() {}

    fn two(self) {
        Self::one();
    }
}

#[test]
fn the_metrics_of_a_block_are_those_of_each_method() {
    Counted.two();
    assert_eq!(recorded("block"), ended(2, 0, 0));
}

macro_rules! made {
    ($ty:ident, $name:ident, $body:block) => {
        #[derive(Debug)]
        struct $ty;

        #[measure(registry = REGISTRY)]
        impl $ty {
            fn $name(&self) -> u32 $body
        }
    };
}

made! { Made, made, { 5 } }

macro_rules! passed_on {
    ($($item:item)*) => {
        $(#[measure(registry = REGISTRY)] $item)*
    };
}

passed_on! {
    impl Made {
        fn passed_on(&self) -> u32 {
            passed_on()
        }
    }

    fn passed_on() -> u32 {
        6
    }
}

#[test]
fn a_block_may_come_from_a_macro() {
    assert_eq!((Made.made(), Made.passed_on()), (5, 6));
    assert_eq!(calls("Made::passed_on", "ok"), 1.0);
    assert_eq!(calls("passed_on", "ok"), 1.0);
    assert_eq!(calls("Made::made", "ok"), 1.0);
}
