//! Clients: what uses with the same settings share, from the first that starts to the last that
//! ends, and through the final push after it.

mod serving;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::engine::{Engine, Step};
use super::orders::{Orders, Stop};
use super::served::Served;
use super::settings::Settings;
use super::stream::Watched;
use super::sudden::is_sudden;
use crate::lock::{lock, lock_at_end};
use crate::os::{PerProcess, ThreadId, signals};

/// Who runs a client's engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    /// Nobody: no thread was to be had, or it is the turn of whoever ends the client.
    Nobody,
    /// A task of the user's runtime, until the final push.
    Task,
    /// A thread that is being started, or has not said which one it is.
    Starting,
    /// This thread.
    Thread(ThreadId),
}

pub(crate) struct Client {
    settings: Arc<Settings>,
    /// How long it may be served after its end.
    linger: Duration,
    state: Mutex<State>,
    changed: Condvar,
    /// The engine of a client that is driven by a task, between its steps.
    parked: Mutex<Option<Engine>>,
    /// Keeps the signals watched while the client lives.
    watch: Mutex<Option<signals::Watch>>,
    /// What is recorded for streams, until there is an engine.
    watched: Mutex<Vec<Watched>>,
    /// What shows the metrics to those who come and read, each with how long it does so after the end.
    served: Mutex<Vec<(Duration, Arc<dyn Served>)>>,
}

/// How far the end of a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Ahead,
    /// The final push is over, and a signal is to end the process before others go on.
    Pushed,
    /// Nobody has to wait any longer.
    Over,
}

struct State {
    /// The periods of the uses that run, and of how many each.
    periods: BTreeMap<Duration, usize>,
    orders: Orders,
    driver: Driver,
    /// A use did not end well.
    failed: bool,
    /// A sender has news for the driver.
    woken: bool,
    end: End,
    /// Those who await the end, and the task that drives.
    wakers: Vec<Waker>,
}

/// The clients of this process that have not ended. A forked child has none: it never waits for,
/// closes or sends on what is its parent's.
static CLIENTS: PerProcess<Mutex<Vec<Arc<Client>>>> = PerProcess::new();

/// Joins the client of these settings, made now where there is none: then the second value is
/// true, and the caller sees to a driver.
pub(crate) fn join(settings: Settings, period: Duration) -> (Arc<Client>, bool) {
    let mut clients = lock(CLIENTS.get());
    for client in clients.iter().filter(|client| *client.settings == settings) {
        let mut state = client.state();
        if state.orders.stop.is_none() {
            *state.periods.entry(period).or_default() += 1;
            client.set_period(state);
            return (Arc::clone(client), false);
        }
    }
    let client = Arc::new(Client::new(settings, period));
    clients.push(Arc::clone(&client));
    (client, true)
}

/// The clients that have not ended, for the end of the process; none where the list is held by
/// a thread that does not go on.
pub(crate) fn all() -> Vec<Arc<Client>> {
    let Some(clients) = CLIENTS.peek() else {
        return Vec::new();
    };
    lock_at_end(clients)
        .map(|clients| clients.clone())
        .unwrap_or_default()
}

impl Client {
    fn new(settings: Settings, period: Duration) -> Self {
        let lingers = settings.serving().map(|(_, serving)| serving.linger);
        Self {
            linger: lingers.max().unwrap_or_default(),
            settings: Arc::new(settings),
            state: Mutex::new(State {
                periods: BTreeMap::from([(period, 1)]),
                orders: Orders { period, stop: None },
                driver: Driver::Nobody,
                failed: false,
                woken: false,
                end: End::Ahead,
                wakers: Vec::new(),
            }),
            changed: Condvar::new(),
            parked: Mutex::new(None),
            watch: Mutex::new(None),
            watched: Mutex::default(),
            served: Mutex::default(),
        }
    }

    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// Takes a use away, which ended well or not. Where it was the last, the final push is ordered,
    /// and the result is true.
    pub(crate) fn leave(&self, period: Duration, succeeded: bool) -> bool {
        let clients = lock(CLIENTS.get());
        let mut state = self.state();
        state.failed |= !succeeded;
        if let Entry::Occupied(mut uses) = state.periods.entry(period) {
            *uses.get_mut() -= 1;
            if *uses.get() == 0 {
                uses.remove();
            }
        }
        let last = state.periods.is_empty();
        if last {
            let wakers = self.order_stop(state);
            drop(clients);
            self.tell(wakers);
        } else {
            self.set_period(state);
        }
        last
    }

    /// Orders the final push, whoever still uses the client: the process ends.
    pub(crate) fn stop(&self) {
        let mut state = self.state();
        state.failed = true;
        self.tell(self.order_stop(state));
    }

    fn order_stop(&self, mut state: MutexGuard<'_, State>) -> Vec<Waker> {
        let (ordered, succeeded) = (Instant::now(), !state.failed);
        if state.orders.stop.is_none() {
            for (_, served) in self.served() {
                served.mark_end();
            }
        }
        state.orders.stop.get_or_insert(Stop {
            ordered,
            deadline: ordered + self.settings.flush_timeout,
            succeeded,
        });
        std::mem::take(&mut state.wakers)
    }

    /// Makes the shortest period the one that counts.
    fn set_period(&self, mut state: MutexGuard<'_, State>) {
        let Some((shortest, _)) = state.periods.first_key_value() else {
            return;
        };
        if *shortest != state.orders.period {
            state.orders.period = *shortest;
            let wakers = std::mem::take(&mut state.wakers);
            drop(state);
            self.tell(wakers);
        }
    }

    /// Wakes the driver, and whoever awaits the end; under no lock, as wakers are a user's code.
    fn tell(&self, wakers: Vec<Waker>) {
        self.changed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn orders(&self) -> Orders {
        self.state().orders
    }

    pub(crate) fn driver(&self) -> Driver {
        self.state().driver
    }

    pub(crate) fn set_driver(&self, driver: Driver) {
        self.state().driver = driver;
    }

    /// Makes the caller the one who sees to a driver, where there is none for the final push. Only
    /// one of those who end the client at the same time gets a yes, so that it is made once.
    pub(crate) fn take_charge(&self) -> bool {
        let mut state = self.state();
        let is_free = matches!(state.driver, Driver::Nobody | Driver::Task);
        if is_free {
            state.driver = Driver::Starting;
        }
        is_free
    }

    /// Has every recording from now on told to the streams that there will be.
    pub(crate) fn watch_changes(&self) {
        *lock(&self.watched) = self.settings.watch_for_all();
    }

    /// The engine of the client, which wakes by this.
    pub(crate) fn engine(self: &Arc<Self>, orders: &Orders) -> Engine {
        let (settings, waker) = (Arc::clone(&self.settings), Arc::clone(self).into());
        let watched = std::mem::take(&mut *lock(&self.watched));
        Engine::new(settings, watched, orders.period, Instant::now(), &waker)
    }

    pub(crate) fn watch(&self, watch: Option<signals::Watch>) {
        *lock(&self.watch) = watch;
    }

    /// Waits until `until`, or until the orders are others than `known`, or a sender has news.
    pub(crate) fn wait_for_orders(&self, known: &Orders, until: Option<Instant>) {
        let mut state = self.state();
        if std::mem::take(&mut state.woken) || state.orders != *known {
            return;
        }
        match until {
            Some(until) => {
                let pause = until.saturating_duration_since(Instant::now());
                drop(self.changed.wait_timeout(state, pause));
            }
            None => drop(self.changed.wait(state)),
        }
    }

    /// Asks to be woken when the orders are others than `known`, or a sender has news; false where
    /// that is so already.
    pub(crate) fn wake_at_orders(&self, known: &Orders, waker: &Waker) -> bool {
        let mut state = self.state();
        let same = !std::mem::take(&mut state.woken) && state.orders == *known;
        if same {
            add_waker(&mut state.wakers, waker);
        }
        same
    }

    /// Waits for the end of the final push, a little beyond its deadline at most. Where it is not
    /// over by then, because a user's code holds the driver, nobody else waits for it either.
    pub(crate) fn wait_until_done(&self) {
        self.wait_until(|state| state.end == End::Over);
    }

    /// The same for who ends the process by a signal, and goes first.
    pub(crate) fn wait_until_pushed(&self) {
        self.wait_until(|state| state.end != End::Ahead);
    }

    fn wait_until(&self, is_over: impl Fn(&State) -> bool) {
        let mut state = self.state();
        let Some(stop) = state.orders.stop else {
            return;
        };
        let deadline = stop.deadline.max(stop.ordered + self.linger) + GRACE;
        while !is_over(&state) {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else {
                return self.release(state);
            };
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// True once the final push is over, or nobody waits for it any longer; otherwise asks to be
    /// woken then.
    pub(crate) fn is_done_or_wake(&self, waker: &Waker) -> bool {
        let mut state = self.state();
        let is_over = state.end == End::Over;
        if !is_over {
            add_waker(&mut state.wakers, waker);
        }
        is_over
    }

    /// The final push is over: nothing of the client stays behind.
    pub(crate) fn finish(self: &Arc<Self>) {
        let gone = {
            let mut clients = lock(CLIENTS.get());
            let index = clients.iter().position(|other| Arc::ptr_eq(other, self));
            index.map(|index| clients.swap_remove(index))
        };
        drop(gone);
        *lock(&self.watch) = None;
        if is_sudden() {
            // The signal, or the panic, takes effect before whoever waits goes on, and ends the process by itself.
            self.state().end = End::Pushed;
            self.changed.notify_all();
            thread::sleep(SIGNAL);
        }
        self.release(self.state());
    }

    /// Nobody has to wait any longer.
    fn release(&self, mut state: MutexGuard<'_, State>) {
        state.end = End::Over;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.tell(wakers);
    }

    /// Puts an engine aside for the task that drives.
    pub(crate) fn park(&self, engine: Engine) {
        *lock(&self.parked) = Some(engine);
    }

    /// Takes the engine over from the task, where it has one and is not in the middle of a step
    /// that never ends: one that called `exit`, say.
    pub(crate) fn unpark(&self) -> Option<Engine> {
        lock_at_end(&self.parked)?.take()
    }

    /// One step of the engine that was put aside; nothing once it was taken over.
    pub(crate) fn step_parked(&self, orders: &Orders) -> Option<Step> {
        Some(lock(&self.parked).as_mut()?.step(Instant::now(), orders))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Wakes the driver: a sender has news.
impl Wake for Client {
    fn wake(self: Arc<Self>) {
        let mut state = self.state();
        state.woken = true;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.tell(wakers);
    }
}

/// How long a signal has to take effect.
const SIGNAL: Duration = Duration::from_secs(1);

/// What a waiter gives the driver beyond the deadline, to be told that it has given up.
const GRACE: Duration = Duration::from_millis(100);

fn add_waker(wakers: &mut Vec<Waker>, waker: &Waker) {
    if !wakers.iter().any(|present| present.will_wake(waker)) {
        wakers.push(waker.clone());
    }
}
