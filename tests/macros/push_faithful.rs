//! An annotated function is the function that it was: what it drops and when, what its future can
//! cross, what can generate it.

use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;

use ppc::{InProgress, Registry, metric, push_metrics};

use crate::support::udp::Recorder;

/// Notes when it is dropped.
struct Noted<'a>(&'static str, &'a RefCell<Vec<&'static str>>);

impl Noted<'_> {
    fn touch(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

#[test]
fn arguments_are_dropped_in_the_order_of_a_plain_function() {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is about what is passed by value"
    )]
    fn plain(a: Noted<'_>, _b: Noted<'_>, c: Noted<'_>) -> usize {
        a.touch() + c.touch()
    }
    #[push_metrics(enabled = false)]
    fn annotated(a: Noted<'_>, _b: Noted<'_>, c: Noted<'_>) -> usize {
        a.touch() + c.touch()
    }
    #[push_metrics(enabled = false)]
    async fn asynchronous(a: Noted<'_>, _b: Noted<'_>, c: Noted<'_>) -> usize {
        a.touch() + c.touch()
    }
    let orders = [RefCell::default(), RefCell::default(), RefCell::default()];
    let noted = |n: usize| ["a", "b", "c"].map(|name| Noted(name, &orders[n]));
    let [a, b, c] = noted(0);
    plain(a, b, c);
    let [a, b, c] = noted(1);
    annotated(a, b, c);
    let [a, b, c] = noted(2);
    futures_executor::block_on(asynchronous(a, b, c));
    assert_eq!(*orders[0].borrow(), ["c", "b", "a"]);
    assert_eq!(orders[1], orders[0]);
    assert_eq!(orders[2], orders[0]);
}

static FAITHFUL: Registry = Registry::new();

metric! {
    /// Under way.
    static BUSY: Gauge { name: "faithful_busy", registry: FAITHFUL }
    /// Dropped.
    static DROPPED: Counter { name: "faithful_dropped", registry: FAITHFUL }
}

/// Read by the functions below, and not moved.
struct Context {
    number: u32,
    _busy: InProgress,
}

impl Drop for Context {
    fn drop(&mut self) {
        DROPPED.inc();
    }
}

impl Context {
    fn new() -> Self {
        Self {
            number: 3,
            _busy: BUSY.track_in_progress(),
        }
    }

    #[push_metrics(influx_udp = address, registry = FAITHFUL)]
    fn consume(self, address: &str) -> u32 {
        self.number
    }
}

#[push_metrics(influx_udp = address, registry = FAITHFUL)]
fn read(address: &str, context: Context) -> u32 {
    context.number
}

#[push_metrics(influx_udp = address, registry = FAITHFUL)]
async fn read_async(address: &str, context: Context) -> u32 {
    context.number
}

#[test]
fn what_dropping_an_argument_records_is_in_the_final_push() {
    let recorder = Recorder::start();
    let address = recorder.address();
    assert_eq!(read(&address, Context::new()), 3);
    recorder.expect(&["faithful_dropped total=1"]);
    assert_eq!(
        futures_executor::block_on(read_async(&address, Context::new())),
        3
    );
    recorder.expect(&["faithful_dropped total=2"]);
    assert_eq!(Context::new().consume(&address), 3);
    recorder.expect(&["faithful_dropped total=3"]);
    let lines = recorder.settled();
    let last = lines.iter().rfind(|line| line.starts_with("faithful busy"));
    assert_eq!(last.unwrap(), "faithful busy=0");
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn a_future_is_send_where_it_was_whatever_it_returns() {
    #[push_metrics(enabled = false)]
    async fn fails() -> Result<(), Box<dyn Error>> {
        std::future::ready(()).await;
        Err("as asked".into())
    }
    #[push_metrics(enabled = false)]
    async fn local() -> Rc<u32> {
        Rc::new(5)
    }
    #[push_metrics(enabled = false)]
    fn plain() -> impl Future<Output = Result<(), Box<dyn Error>>> + Send {
        async { Err("as asked".into()) }
    }
    let error = is_send(async { fails().await.map_err(|error| error.to_string()) });
    assert_eq!(
        futures_executor::block_on(error),
        Err("as asked".to_owned())
    );
    assert_eq!(*futures_executor::block_on(is_send(local())), 5);
    assert!(futures_executor::block_on(is_send(plain())).is_err());
}

#[test]
fn an_error_that_is_not_send_counts_as_one() {
    static JOB: Registry = Registry::new();
    #[push_metrics(influx_udp = address, job = "not-send", registry = JOB)]
    async fn fails(address: &str) -> Result<(), Box<dyn Error>> {
        Err("as asked".into())
    }
    let recorder = Recorder::start();
    assert!(futures_executor::block_on(fails(&recorder.address())).is_err());
    recorder.expect(&["job_runs,outcome=error,job=not-send total=1"]);
}

macro_rules! annotated {
    ($name:ident, $body:block) => {
        #[push_metrics(enabled = false)]
        fn $name() -> u32 $body
    };
}

annotated!(from_a_macro, { 7 });

#[test]
fn a_body_may_come_through_a_macro() {
    assert_eq!(from_a_macro(), 7);
}

mod names {
    ppc::metric! {
        /// Its label's marker has the name of the next one.
        pub(super) static A: Counter { name: "names_a", labels: [b] }
        /// Named like the marker.
        pub(super) static A_NEEDS: Gauge { name: "names_a_needs" }
    }
    /// A value of the marker's own name.
    #[allow(non_upper_case_globals)]
    pub(super) static A_needs_b: u8 = 1;
}

#[test]
fn a_marker_takes_no_name_from_values() {
    names::A.b("x").inc();
    names::A_NEEDS.set(names::A_needs_b);
}

#[test]
fn constants_of_any_name_may_be_in_scope() {
    #[allow(non_upper_case_globals, dead_code)]
    const guard: u8 = 1;
    #[allow(non_upper_case_globals, dead_code)]
    const value: u8 = 2;
    #[push_metrics(enabled = false)]
    fn run() -> u8 {
        guard + value
    }
    assert_eq!(run(), 3);
}
