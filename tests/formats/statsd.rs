//! StatsD in all its dialects.

use ppc::{Dialect, Types};
use ppc_transports::{Encoder, Statsd};
use proptest::prelude::*;

use super::checks::{DIALECTS, gauges};
use super::model::{self, counts};
use super::{check_golden, checks};
use crate::support::fixture;
use crate::support::statsd_lines::{Reader, read};

#[test]
fn k07_golden() {
    for (dialect, _, name) in DIALECTS {
        let mut out = Vec::new();
        let mut statsd = Statsd::new(dialect, Types::Gauges);
        let labels = fixture::client_labels();
        let omitted = statsd.encode(&fixture::snapshot(), &labels, &mut out);
        check_golden(&format!("statsd/{name}.txt"), &out);
        let unlabelled = if dialect == Dialect::Plain { 10 } else { 0 };
        assert_eq!(counts(&omitted), [1, 2, 0, unlabelled]);
    }
}

#[test]
fn golden_native() {
    let mut out = Vec::new();
    let mut statsd = Statsd::new(Dialect::DogStatsd, Types::Native);
    statsd.encode(&fixture::snapshot(), &fixture::client_labels(), &mut out);
    check_golden("statsd/native.txt", &out);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f14_whatever_goes_in_is_read_back(case in model::case(), limit in 1_usize..400) {
        checks::statsd(&case, limit);
    }
}

#[test]
fn f16_a_negative_gauge_is_zero_first_then_the_value() {
    let lines = "g:0|g|#a:b\ng:-5|g|#a:b\n";
    let found = gauges(Reader::DogStatsd, lines);
    assert_eq!(found[r#"g{a="b"}"#], -5.0);
    assert!(read(Reader::DogStatsd, "g:-5|g|#a:b").unwrap().is_relative);
}
