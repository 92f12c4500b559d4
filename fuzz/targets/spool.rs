//! Of one argument for libFuzzer: what it makes of some bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::spool(bytes));
