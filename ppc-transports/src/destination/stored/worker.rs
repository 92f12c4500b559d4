//! The thread that talks to a store, which may take its time.

use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::task::Waker;

use crate::batch::{Chunk, chunks};
use crate::os;
use crate::slots::Slots;
use crate::store::{Backend, Fault, Verdict};

/// Makes what is written to.
pub(in crate::destination) type MakeBackend = dyn Fn() -> Box<dyn Backend> + Send + Sync;

/// What became of the chunks of a text, each by its place.
pub(super) type Verdicts = Vec<(Range<usize>, Verdict)>;

/// Writes one text after the other. It ends when this is dropped, once it is through.
#[derive(Debug)]
pub(super) struct Worker {
    texts: Sender<Vec<u8>>,
    verdicts: Receiver<Verdicts>,
}

/// Threads that may write at a time: more of them hang.
static WORKERS: Slots = Slots::new(256);

impl Worker {
    /// Starts one, which wakes this waker whenever it is through with a text.
    pub(super) fn start(make: Arc<MakeBackend>, waker: Waker) -> io::Result<Self> {
        let slot = WORKERS.take();
        let slot = slot.ok_or_else(|| io::Error::other("too many writes to stores hang"))?;
        let (texts, told) = mpsc::channel::<Vec<u8>>();
        let (tell, verdicts) = mpsc::channel();
        os::spawn("ppc-store", move || {
            let _slot = slot;
            let mut backend = None;
            for text in told {
                let through = tell.send(write(&make, &mut backend, &text));
                waker.wake_by_ref();
                if through.is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { texts, verdicts })
    }

    /// Has a text written.
    pub(super) fn write(&self, text: Vec<u8>) -> io::Result<()> {
        let gone = |_| io::Error::other("the thread that writes is gone");
        self.texts.send(text).map_err(gone)
    }

    /// What became of the oldest text that was not asked for yet; an error where the thread is gone.
    pub(super) fn verdicts(&self) -> io::Result<Option<Verdicts>> {
        match self.verdicts.try_recv() {
            Ok(verdicts) => Ok(Some(verdicts)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => {
                Err(io::Error::other("the thread that writes is gone"))
            }
        }
    }
}

fn write(make: &Arc<MakeBackend>, backend: &mut Option<Box<dyn Backend>>, text: &[u8]) -> Verdicts {
    let text = str::from_utf8(text).unwrap_or_default();
    let all: Vec<Chunk<'_>> = chunks(text).collect();
    let ranges = all.iter().map(|chunk| chunk.range.clone());
    // What the job depends on does not end for a panic of a library.
    let applied = catch_unwind(AssertUnwindSafe(|| {
        backend.get_or_insert_with(|| make()).apply(&all)
    }));
    let verdicts = applied.unwrap_or_else(|_| {
        *backend = None;
        let fault = Fault::new("panicked", "the client of the store panicked");
        vec![Verdict::Again(fault); all.len()]
    });
    ranges.zip(verdicts).collect()
}
