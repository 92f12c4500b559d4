//! Accuracy, age, and threads that meet.

use std::thread;

use proptest::prelude::*;

use super::*;
use crate::clock;

const QUANTILES: [f64; 7] = [0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 1.0];
const SECOND: Duration = Duration::from_secs(1);

fn window(length: Duration, start: Instant) -> Window {
    Window::new(Arc::from(QUANTILES), length, start)
}

fn read(window: &Window, now: Instant) -> Vec<f64> {
    let mut words = Vec::new();
    window.read(now, &mut words);
    words.into_iter().map(f64::from_bits).collect()
}

/// The quantiles as they are: of `n` values in order, that of place `q * (n - 1)`, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small counts"
)]
fn exact(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let last = (values.len() - 1) as f64;
    let place = |quantile: &f64| (quantile * last) as usize;
    QUANTILES.iter().map(|q| values[place(q)]).collect()
}

/// Whether one is the other as well as a sketch can tell.
fn is_near(told: f64, exact: f64) -> bool {
    if exact.abs() <= SMALLEST {
        told.abs() <= SMALLEST
    } else if exact.abs() > GREATEST {
        told == f64::INFINITY.copysign(exact)
    } else {
        // The accuracy itself is computed in floats.
        (told - exact).abs() <= exact.abs() * ACCURACY * (1.0 + 1e-9)
    }
}

#[track_caller]
fn check_near(told: &[f64], exact: &[f64]) {
    let near = told
        .iter()
        .zip(exact)
        .all(|(told, exact)| is_near(*told, *exact));
    assert!(near && told.len() == exact.len(), "{told:?} for {exact:?}");
}

/// Observes from as many shards as there are, in as many parts of the window as there are.
fn observe_spread(window: &Window, values: &[f64], start: Instant, length: Duration) -> Instant {
    let part = length / 5;
    for (index, value) in (0..).zip(values) {
        let now = start + part * (index % 5);
        let ring = &window.shards[index as usize / 5 % SHARDS].0;
        // Others find theirs locked.
        let held: Vec<_> = window
            .shards
            .iter()
            .filter(|shard| !std::ptr::eq(&raw const shard.0, ring))
            .map(|shard| shard.0.at_once().unwrap())
            .collect();
        window.observe(*value, now);
        drop(held);
    }
    start + part * 4
}

/// Random numbers from 0 to 1, the same in every run.
fn uniform() -> impl Iterator<Item = f64> {
    let mut state = 1_u64;
    std::iter::from_fn(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Some(((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64)
    })
}

#[test]
fn quantiles_of_any_distribution_are_within_a_hundredth() {
    let count = if cfg!(miri) { 10 } else { 20_000 };
    let from = |shape: &dyn Fn(f64) -> f64| uniform().take(count).map(shape).collect::<Vec<_>>();
    let mut numbers = uniform();
    let mut normal = || numbers.by_ref().take(12).sum::<f64>() - 6.0;
    let normal: Vec<f64> = (0..count).map(|_| normal()).collect();
    for values in [
        from(&|u| u),
        from(&|u| -u.ln()),                 // exponential
        from(&|u| u.powf(-1.0 / 1.1)),      // Pareto, with a heavy tail
        from(&|u| (u * 40.0 - 20.0).exp()), // over 17 decades
        from(&|u| u * 2000.0 - 1000.0),     // of both signs
        from(&|u| if u < 0.5 { 1.0 } else { 1000.0 }),
        from(&|u| (u * 10.0).floor()), // with zeros
        from(&|_| 0.25),
        normal,
    ] {
        let start = clock::now();
        let window = window(5 * SECOND, start);
        let now = observe_spread(&window, &values, start, 5 * SECOND);
        check_near(&read(&window, now), &exact(&values));
    }
}

#[test]
fn what_a_window_has_never_seen_is_not_a_number() {
    let start = clock::now();
    let window = window(SECOND, start);
    assert!(read(&window, start).iter().all(|value| value.is_nan()));
    window.observe(1.0, start);
    assert_eq!(read(&window, start), [1.0; 7]);
    window.reset();
    assert!(read(&window, start).iter().all(|value| value.is_nan()));
}

#[test]
fn observations_leave_the_window_a_fifth_at_a_time() {
    let start = clock::now();
    let window = window(10 * SECOND, start);
    let at = |seconds| start + seconds * SECOND;
    let most = |seconds| *read(&window, at(seconds)).last().unwrap();
    window.observe(100.0, at(1));
    window.observe(10.0, at(3));
    assert_eq!(most(9), 100.0);
    assert_eq!(most(10), 10.0);
    // One whose clock was read before another's is in the part that is the newest now.
    window.observe(1.0, at(9));
    assert_eq!(most(11), 10.0);
    assert_eq!(most(12), 1.0);
    assert_eq!(most(19), 1.0);
    assert!(most(20).is_nan());
    // After any time, and with any in between.
    window.observe(5.0, at(1_000_000));
    assert_eq!(read(&window, at(1_000_008)), [5.0; 7]);
    assert!(most(1_000_010).is_nan());
}

#[test]
fn windows_of_any_length_have_parts() {
    let start = clock::now();
    let year = Duration::from_hours(24 * 365);
    let eternal = window(Duration::MAX, start);
    for now in [start, start + SECOND, start + 200 * year] {
        eternal.observe(2.0, now);
        assert_eq!(read(&eternal, now), [2.0; 7]);
    }
    let short = window(Duration::from_nanos(1), start);
    short.observe(2.0, start + SECOND);
    assert_eq!(read(&short, start + SECOND), [2.0; 7]);
    assert!(read(&short, start + 2 * SECOND)[0].is_nan());
    // A clock that goes back, or was read before the window was made.
    short.observe(3.0, start);
    assert_eq!(read(&short, start + 2 * SECOND), [3.0; 7]);
}

#[test]
fn no_float_is_too_odd() {
    let kinds = [
        0.0,
        1.0,
        1e-9,
        SMALLEST,
        f64::MIN_POSITIVE,
        5e-324,
        GREATEST,
        BEYOND,
        1e300,
        f64::MAX,
        f64::INFINITY,
    ];
    let kinds: Vec<f64> = kinds.iter().flat_map(|kind| [*kind, -kind]).collect();
    let start = clock::now();
    // Miri has one of them take seconds.
    for one in kinds.iter().take(if cfg!(miri) { 1 } else { kinds.len() }) {
        for other in &kinds[..if cfg!(miri) { 2 } else { kinds.len() }] {
            let window = window(5 * SECOND, start);
            let values = [*one, *other, 1.0, *one];
            let now = observe_spread(&window, &values, start, 5 * SECOND);
            check_near(&read(&window, now), &exact(&values));
        }
    }
    let window = window(5 * SECOND, start);
    let now = observe_spread(&window, &kinds, start, 5 * SECOND);
    check_near(&read(&window, now), &exact(&kinds));
    // It never comes here, and would harm nothing.
    window.observe(f64::NAN, now);
    read(&window, now);
}

#[test]
fn a_sketch_is_no_greater_than_its_bins() {
    let config = Config::new(ACCURACY, MAX_BINS, SMALLEST);
    let mut sketch = DDSketch::new(config);
    for exponent in (-330..=308).step_by(if cfg!(miri) { 50 } else { 1 }) {
        for digit in 1..10 {
            let value: f64 = format!("{digit}e{exponent}").parse().unwrap();
            sketch.add(stand_in(value));
            sketch.add(stand_in(-value));
        }
    }
    let range = ((BEYOND / SMALLEST).ln() / (1.01_f64 / 0.99).ln()).ceil();
    assert!(range < f64::from(MAX_BINS), "{range}");
    assert!(
        sketch.length() <= 2 * MAX_BINS as usize,
        "{}",
        sketch.length()
    );
    // Milliseconds to seconds.
    let mut usual = DDSketch::new(config);
    (1..if cfg!(miri) { 100 } else { 10_000 })
        .for_each(|millis| usual.add(f64::from(millis) / 1e3));
    assert!(usual.length() <= 512, "{}", usual.length());
}

#[test]
fn who_finds_all_shards_locked_leaves_out_one_observation_and_goes_on() {
    let start = clock::now();
    let window = window(SECOND, start);
    window.observe(1.0, start);
    let held: Vec<_> = window
        .shards
        .iter()
        .map(|shard| shard.0.at_once().unwrap())
        .collect();
    window.observe(2.0, start);
    window.observe(3.0, start);
    assert_eq!(window.missed.load(Relaxed), 2);
    drop(held);
    window.observe(4.0, start);
    assert_eq!(window.missed.load(Relaxed), 2);
    assert_eq!(read(&window, start)[0], 1.0);
    assert_eq!(read(&window, start)[6], 4.0);
}

#[test]
fn threads_that_do_not_meet_share_a_shard() {
    let start = clock::now();
    let window = window(SECOND, start);
    for _ in 0..SHARDS {
        thread::scope(|scope| scope.spawn(|| window.observe(1.0, start)).join().unwrap());
    }
    let in_use = || {
        let shards = window.shards.iter();
        shards
            .filter(|shard| shard.0.at_once().unwrap().is_some())
            .count()
    };
    assert_eq!(in_use(), 1);
    // More are taken once two meet.
    let held = window.shards[0].0.at_once().unwrap();
    window.observe(1.0, start);
    drop(held);
    assert_eq!((in_use(), window.spread.load(Relaxed)), (2, 2));
}

#[test]
fn threads_at_once_lose_nothing_but_what_is_counted() {
    const THREADS: usize = 8;
    const EACH: usize = if cfg!(miri) { 50 } else { 50_000 };
    let start = clock::now();
    let window = window(SECOND, start);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let window = &window;
            scope.spawn(move || {
                for n in 0..EACH {
                    window.observe((n * THREADS + thread) as f64, start);
                }
            });
        }
        // A gather locks shards as well, one at a time.
        for _ in 0..20 {
            read(&window, start);
        }
    });
    let seen: usize = window
        .shards
        .iter()
        .filter_map(|shard| shard.0.at_once().unwrap().take())
        .map(|ring| ring.sketches.iter().map(DDSketch::count).sum::<usize>())
        .sum();
    let missed = window.missed.load(Relaxed);
    assert_eq!(seen as u64 + missed, (THREADS * EACH) as u64);
    assert!(missed < (THREADS * EACH) as u64 / 4, "{missed}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: if cfg!(miri) { 1 } else { 256 },
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_values_in_any_order_are_told(
        values in proptest::collection::vec(
            prop_oneof![
                proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL
                    | proptest::num::f64::ZERO | proptest::num::f64::INFINITE,
                -100.0..100.0,
            ],
            1..60,
        ),
    ) {
        let start = clock::now();
        let window = window(5 * SECOND, start);
        let now = observe_spread(&window, &values, start, 5 * SECOND);
        check_near(&read(&window, now), &exact(&values));
    }
}
