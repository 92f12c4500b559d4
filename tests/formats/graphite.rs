//! Graphite's plaintext lines.

use ppc::Timestamps;
use ppc_transports::{Encoder, Graphite};
use proptest::prelude::*;

use super::model::{self, counts};
use super::{check_golden, checks};
use crate::support::fixture;

#[test]
fn golden() {
    for (timestamps, name) in [
        (Timestamps::Client, "client"),
        (Timestamps::Server, "server"),
    ] {
        let mut out = Vec::new();
        let labels = fixture::client_labels();
        let omitted = Graphite::new(timestamps).encode(&fixture::snapshot(), &labels, &mut out);
        check_golden(&format!("graphite/{name}.txt"), &out);
        assert_eq!(counts(&omitted), [1, 0, 0, 0]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f14_whatever_goes_in_is_read_back(case in model::case()) {
        checks::graphite(&case);
    }
}
