//! The driver on a task of the user's tokio runtime. The final push is not its business: the
//! runtime may be gone by then.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::client::{Client, Driver};
use super::engine::Step;
use super::thread;
use crate::error::{Error, ErrorKind};

/// Starts a task that drives the client until its final push is ordered.
pub(crate) fn start(client: &Arc<Client>) -> Result<(), Error> {
    let Ok(runtime) = Handle::try_current() else {
        return Err(ErrorKind::NoRuntime.into());
    };
    let orders = client.orders();
    client.park(client.engine(&orders));
    client.set_driver(Driver::Task);
    runtime.spawn(run(Arc::clone(client)));
    Ok(())
}

/// Hands the client over to a thread when the task ends before the client does: its runtime was
/// shut down, or has no timers.
struct HandOver(Arc<Client>);

impl Drop for HandOver {
    fn drop(&mut self) {
        let client = &self.0;
        // Whoever ordered the final push has seen to it.
        if client.orders().stop.is_none() && client.take_charge() {
            let _ = thread::start(client);
        }
    }
}

async fn run(client: Arc<Client>) {
    let _hand_over = HandOver(Arc::clone(&client));
    loop {
        let orders = client.orders();
        if orders.stop.is_some() {
            return;
        }
        let Some(Step::Wait(until)) = client.step_parked(&orders) else {
            return;
        };
        // Without a time to wake, orders alone do; a day bounds what a timer has to hold.
        let day = Duration::from_hours(24);
        let pause = until.map_or(day, |until| until.saturating_duration_since(Instant::now()));
        let mut sleep = pin!(tokio::time::sleep(pause.min(day)));
        poll_fn(|context| {
            if !client.wake_at_orders(&orders, context.waker()) {
                return Poll::Ready(());
            }
            sleep.as_mut().poll(context)
        })
        .await;
    }
}
