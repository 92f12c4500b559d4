//! Requests that wait at the same moment share one answer.

use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use super::render::{Broken, Renderer, Wanted};
use crate::lock::lock;

/// Makes a body for all requests that want the same and came before it was begun.
///
/// **Invariant:** nobody gets values that were gathered before they asked. Who comes while a body
/// is made is in the next batch.
pub(super) struct Shared {
    renderer: Arc<Renderer>,
    /// How many bodies are made at once: a source that hangs must not fill the machine with threads.
    turns: Arc<Semaphore>,
    /// Batches that were not begun. One whose requests were all given up is nobody's.
    next: Mutex<Vec<Weak<Batch>>>,
}

/// As many as keep what they need from one time to the next.
const TURNS: usize = 2;

struct Batch {
    wanted: Wanted,
    body: OnceCell<Result<Bytes, Broken>>,
}

impl Shared {
    pub(super) fn new(renderer: Renderer) -> Self {
        Self {
            renderer: Arc::new(renderer),
            turns: Arc::new(Semaphore::new(TURNS)),
            next: Mutex::default(),
        }
    }

    pub(super) async fn body(&self, wanted: Wanted) -> Result<Bytes, Broken> {
        let batch = self.join(wanted);
        // Every other request that is there already gets to its batch before this one is begun:
        // a runtime looks at its sockets before it comes back here.
        tokio::task::yield_now().await;
        let render = async || {
            let turn = Arc::clone(&self.turns).acquire_owned().await;
            self.begin(&batch);
            self.render(batch.wanted.clone(), turn.ok()).await
        };
        batch.body.get_or_init(render).await.clone()
    }

    /// On a thread that may block, where the runtime has any: a source is a user's code, and whoever else
    /// is served does not wait for it.
    async fn render(
        &self,
        wanted: Wanted,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Result<Bytes, Broken> {
        let Ok(runtime) = Handle::try_current() else {
            return self.renderer.render(&wanted);
        };
        let renderer = Arc::clone(&self.renderer);
        let body = runtime.spawn_blocking(move || {
            let _turn = turn;
            renderer.render(&wanted)
        });
        body.await.unwrap_or(Err(Broken))
    }

    fn join(&self, wanted: Wanted) -> Arc<Batch> {
        let mut next = lock(&self.next);
        let mut found = None;
        next.retain(|batch| {
            let batch = batch.upgrade();
            let is_there = batch.is_some();
            found = found
                .take()
                .or(batch.filter(|batch| batch.wanted == wanted));
            is_there
        });
        found.unwrap_or_else(|| {
            let body = OnceCell::new();
            let batch = Arc::new(Batch { wanted, body });
            next.push(Arc::downgrade(&batch));
            batch
        })
    }

    /// Nobody joins any more.
    fn begin(&self, batch: &Arc<Batch>) {
        lock(&self.next).retain(|other| !std::ptr::eq(other.as_ptr(), &raw const **batch));
    }
}
