//! Everything at once, compared with a model behind one lock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::{Counter, Family, Histogram, Registry, Value};

const THREADS: u64 = 6;
const STEPS: u64 = if cfg!(miri) { 50 } else { 30_000 };
const LABELS: u64 = 40;

/// What each label set should say: a counter's total, a histogram's count and sum.
#[derive(Default)]
struct Model(Mutex<HashMap<String, f64>>);

impl Model {
    fn add(&self, name: String, amount: f64) {
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *totals.entry(name).or_default() += amount;
    }
}

struct World {
    counters: Family<Counter>,
    histograms: Family<Histogram>,
    /// Removed again and again; what it says is anybody's guess, but nothing breaks.
    churn: Family<Counter>,
    model: Model,
}

impl World {
    /// One of many things to do, chosen by a number without a pattern.
    fn step(&self, held: &mut HashMap<u64, Counter>, random: u64) {
        let label = random >> 8 & 0xFFFF;
        let n = label % LABELS;
        let amount = [1.0, 2.0, 0.5, 4.0][(random >> 32) as usize % 4];
        match random % 8 {
            0..=2 => {
                self.counters.labels((n,)).unwrap().inc_by(amount);
                self.model.add(format!("c {n}"), amount);
            }
            3 => {
                let handle = held
                    .entry(n)
                    .or_insert_with(|| self.counters.labels((n,)).unwrap());
                handle.inc();
                self.model.add(format!("c {n}"), 1.0);
            }
            4 => {
                held.remove(&n);
            }
            5 => {
                self.histograms.labels((n,)).unwrap().observe(amount);
                self.model.add(format!("count {n}"), 1.0);
                self.model.add(format!("sum {n}"), amount);
            }
            6 => self.churn.labels((label % 500,)).unwrap().inc(),
            _ => drop(self.churn.remove((label % 500,)).unwrap()),
        }
    }
}

fn next(random: u64) -> u64 {
    random
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407)
        .rotate_left(23)
}

fn totals(registry: &Registry) -> HashMap<String, f64> {
    let mut totals = HashMap::new();
    for family in registry.gather().families() {
        let name = family.descriptor().names().family();
        for series in family.series().filter(|_| name != "churn") {
            let label = series.labels().next().unwrap().1;
            match series.value() {
                Value::Counter(total) => {
                    totals.insert(format!("c {label}"), total);
                }
                Value::Histogram(histogram) => {
                    let last = histogram.buckets().last().unwrap().1;
                    assert_eq!(last, histogram.count());
                    totals.insert(format!("count {label}"), histogram.count() as f64);
                    totals.insert(format!("sum {label}"), histogram.sum());
                }
                other => panic!("{other:?}"),
            }
        }
    }
    totals
}

#[test]
fn all_that_is_recorded_is_what_a_model_says() {
    let registry = Registry::new();
    let world = World {
        counters: Counter::builder("c")
            .label_names(["n"])
            .register(&registry)
            .unwrap(),
        histograms: Histogram::builder("h")
            .label_names(["n"])
            .buckets([0.75, 1.5, 3.0])
            .register(&registry)
            .unwrap(),
        churn: Counter::builder("churn")
            .label_names(["n"])
            .register(&registry)
            .unwrap(),
        model: Model::default(),
    };
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let gatherer = scope.spawn(|| {
            let mut last: HashMap<String, f64> = HashMap::new();
            while !stop.load(Ordering::Relaxed) {
                let now = totals(&registry);
                for (name, before) in &last {
                    assert!(now[name] >= *before, "{name} fell from {before}");
                }
                last = now;
            }
        });
        // Twice, so that some threads end while others begin.
        for half in 0..2 {
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let world = &world;
                    scope.spawn(move || {
                        let (mut held, mut random) = (HashMap::new(), thread * 2 + half + 1);
                        for _ in 0..STEPS {
                            random = next(random);
                            world.step(&mut held, random);
                        }
                    })
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
        }
        stop.store(true, Ordering::Relaxed);
        gatherer.join().unwrap();
    });
    let model = world.model.0.into_inner().unwrap();
    assert_eq!(totals(&registry), model);
}
