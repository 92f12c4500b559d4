//! The thread on which all requests of the process run, with a small runtime of its own: a job may
//! have none, block its own, or end it.

use std::io;
use std::sync::{Arc, Mutex, Weak, mpsc};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::lock::lock;
use crate::os::{self, PerProcess};

/// How long the thread may take to come up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The thread, for as long as somebody has it.
#[derive(Debug)]
pub(super) struct Thread {
    runtime: Handle,
    /// Its end is the thread's.
    _alive: oneshot::Sender<()>,
}

impl Thread {
    /// The thread of this process, started where there is none.
    pub(super) fn get() -> io::Result<Arc<Self>> {
        static THREAD: PerProcess<Mutex<Weak<Thread>>> = PerProcess::new();
        let mut thread = lock(THREAD.get());
        if let Some(thread) = thread.upgrade() {
            return Ok(thread);
        }
        let started = Arc::new(Self::start()?);
        *thread = Arc::downgrade(&started);
        Ok(started)
    }

    fn start() -> io::Result<Self> {
        let (alive, ended) = oneshot::channel();
        let (ready, runtime) = mpsc::sync_channel(1);
        os::spawn("ppc-http", move || {
            let runtime = Builder::new_current_thread().enable_all().build();
            match runtime {
                Err(error) => drop(ready.send(Err(error))),
                Ok(runtime) => {
                    let _ = ready.send(Ok(runtime.handle().clone()));
                    let _ = runtime.block_on(ended);
                    runtime.shutdown_background();
                }
            }
        })?;
        let runtime = runtime
            .recv_timeout(PATIENCE)
            .map_err(|_| io::Error::other("the thread for HTTP did not come up"))??;
        Ok(Self {
            runtime,
            _alive: alive,
        })
    }

    /// Runs a request.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> (oneshot::Receiver<T>, AbortHandle) {
        let (told, result) = oneshot::channel();
        let task = self.runtime.spawn(async move {
            let _ = told.send(work.await);
        });
        (result, task.abort_handle())
    }
}
