//! What a thread owns: words that it alone writes and anyone reads.
//!
//! A block is a table of chunks of 256 words, each made when it is first needed. A number names
//! a word in every block: the high byte the chunk, the low byte the place in it, so neither
//! needs a check of bounds. The thread reaches its block through one thread-local that starts at
//! [`EMPTY`], a block without chunks; a chunk that is not there is the one branch that tells a
//! new thread, a series without words of the thread's own, and one that is streamed.
//!
//! Blocks and chunks are never freed. A thread that ends leaves its block, values and all, to
//! the next one that needs a block, so there are as many as threads were ever alive at once. After
//! a fork the blocks of all other threads are nobody's in the child: what is in them is the
//! parent's, and whoever needs a block empties one.

#![expect(unsafe_code, reason = "pointers to what is never freed")]

use std::cell::Cell;
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicPtr, AtomicU16, AtomicU32, AtomicU64};

use super::process::NO_GENERATION;
use super::{barrier, process};

/// Words of a chunk, and chunks of a block: as many as a byte counts.
pub(super) const CHUNK: usize = 256;

/// The high byte of numbers that name no word: a chunk that is never made.
pub(super) const NOWHERE: u8 = 255;

/// Whether threads own blocks. Where thread-locals are slow or missing, no series gets a number,
/// and all record with atomics.
const OWNED: bool = !cfg!(any(ppc_portable, target_family = "wasm"));

/// The same, asked where it is decided.
pub(super) fn is_owned() -> bool {
    OWNED && !is_switched_off()
}

#[cfg(not(test))]
const fn is_switched_off() -> bool {
    false
}

/// The tests can be run either way without another build.
#[cfg(test)]
fn is_switched_off() -> bool {
    static ANSWER: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *ANSWER.get_or_init(|| std::env::var_os("PPC_PORTABLE").is_some())
}

/// Alone in its cache lines, as a block is.
#[repr(align(128))]
pub(super) struct Chunk([AtomicU64; CHUNK]);

impl Deref for Chunk {
    type Target = [AtomicU64; CHUNK];

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// See the module.
#[repr(align(128))] // two cache lines: neighbours are fetched in pairs
pub(crate) struct Block {
    chunks: [AtomicPtr<Chunk>; CHUNK],
    /// Odd while the owner looks something up; see [`section`](super::section).
    pub(super) section: AtomicU64,
    owner: AtomicU32,
    /// The process that it is of: a forked child has its parent's blocks, not its threads.
    generation: AtomicU32,
    /// Tells threads apart, those of a parent process too; so it is another one after a fork.
    id: AtomicU16,
    next: AtomicPtr<Block>,
}

/// Who has a block.
const OWNED_BY_A_THREAD: u32 = 0;
/// Left by its thread, with what that recorded.
const LEFT: u32 = 1;

/// The block of a thread that has none. Its section counter is odd, as within a look-up.
static EMPTY: Block = Block::new(1);

/// All blocks, the newest first.
static NEWEST: AtomicPtr<Block> = AtomicPtr::new(ptr::null_mut());

/// The next block's.
static NEXT_ID: AtomicU16 = AtomicU16::new(1);

/// The id of all that come after so many. No series is theirs.
pub(super) const COMMON_ID: u16 = u16::MAX - 1;

/// How many blocks are left by their threads; a hint.
static FREE: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// Without destructor, so it can be read until the very end of the thread.
    static BLOCK: Cell<&'static Block> = const { Cell::new(&EMPTY) };
    static OWNER: Owner = const { Owner(Cell::new(None)) };
}

/// Hands the block on when the thread ends.
struct Owner(Cell<Option<&'static Block>>);

impl Drop for Owner {
    fn drop(&mut self) {
        BLOCK.set(&EMPTY);
        if let Some(block) = self.0.take() {
            block.leave();
        }
    }
}

/// The block of this thread, or [`EMPTY`].
#[inline]
pub(crate) fn current() -> &'static Block {
    BLOCK.get()
}

/// The block of this thread, which gets one where it has none; nothing where the thread is
/// ending and its thread-locals are gone.
#[cold]
pub(super) fn own() -> Option<&'static Block> {
    let current = current();
    if !is_owned() {
        return None;
    }
    if !current.is_empty() {
        return Some(current);
    }
    OWNER
        .try_with(|owner| {
            let block = Block::claim();
            owner.0.set(Some(block));
            BLOCK.set(block);
            block
        })
        .ok()
}

/// The thread's own word of a number, made where there is none yet.
#[cold]
pub(super) fn own_word(number: u16) -> Option<&'static AtomicU64> {
    let chunk = number >> 8;
    if chunk == u16::from(NOWHERE) {
        return None;
    }
    let block = own()?;
    if block.chunk(chunk).is_none() {
        let new = Box::new(Chunk([const { AtomicU64::new(0) }; CHUNK]));
        // Only the owner makes chunks. Release: who finds the chunk finds zeros in it.
        block.chunks[usize::from(chunk)].store(Box::into_raw(new), Release);
    }
    block.word(number)
}

/// After a fork, in the child: the thread that forked goes on with its block, in which nothing is
/// counted yet, as another thread than it was. It reads a thread-local without destructor and
/// writes atomics, which it always may.
pub(super) fn in_child(generation: u32) {
    let own = current();
    // Also of threads without block: none of them has recorded anything here.
    EMPTY.id.store(fresh_id(), Relaxed);
    if !own.is_empty() {
        own.clear();
        own.id.store(fresh_id(), Relaxed);
        own.generation.store(generation, Relaxed);
    }
    let others = all().filter(|block| block.is_orphan()).count();
    FREE.store(u32::try_from(others).unwrap_or(u32::MAX), Relaxed);
}

fn fresh_id() -> u16 {
    let next = |id: u16| (id < COMMON_ID).then_some(id + 1);
    NEXT_ID
        .fetch_update(Relaxed, Relaxed, next)
        .unwrap_or(COMMON_ID)
}

/// Every block there is.
pub(super) fn all() -> impl Iterator<Item = &'static Block> {
    // SeqCst: a look-up that began before this does not stay unseen, see `section`.
    let newest = NEWEST.load(SeqCst);
    std::iter::successors(reference(newest), |block| {
        reference(block.next.load(Relaxed))
    })
}

/// Those with what was recorded here.
pub(super) fn of_this_process() -> impl Iterator<Item = &'static Block> {
    all().filter(|block| !block.is_orphan())
}

/// How many blocks there are.
#[cfg(test)]
pub(crate) fn block_count() -> usize {
    all().count()
}

fn reference(block: *mut Block) -> Option<&'static Block> {
    // SAFETY: a pointer in the list is null or from `Box::leak`, stored after its block was
    // complete.
    unsafe { block.as_ref() }
}

impl Block {
    const fn new(section: u64) -> Self {
        Self {
            chunks: [const { AtomicPtr::new(ptr::null_mut()) }; CHUNK],
            section: AtomicU64::new(section),
            owner: AtomicU32::new(OWNED_BY_A_THREAD),
            generation: AtomicU32::new(0),
            id: AtomicU16::new(0),
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        ptr::eq(self, &raw const EMPTY)
    }

    #[inline]
    pub(super) fn id(&self) -> u16 {
        self.id.load(Relaxed)
    }

    /// The word of a number, where its chunk is there.
    #[inline]
    pub(super) fn word(&self, number: u16) -> Option<&'static AtomicU64> {
        Some(&self.chunk(number >> 8)?[usize::from(number & 0xFF)])
    }

    /// A chunk, where it is there; `chunk` is a byte.
    #[inline]
    pub(super) fn chunk(&self, chunk: u16) -> Option<&'static Chunk> {
        let chunk = self.chunks.get(usize::from(chunk))?.load(Acquire);
        // SAFETY: null, or from `Box::into_raw` in `own_word` and never freed; nobody has it
        // but as a shared reference.
        unsafe { chunk.as_ref() }
    }

    /// A block that nobody owns, or a new one.
    pub(super) fn claim() -> &'static Self {
        barrier::prepare();
        if FREE.load(Relaxed) > 0
            && let Some(free) = all().find(|block| block.take())
        {
            FREE.fetch_sub(1, Relaxed);
            return free;
        }
        let block = Box::leak(Box::new(Self {
            id: AtomicU16::new(fresh_id()),
            generation: AtomicU32::new(process::generation()),
            ..Self::new(0)
        }));
        let mut newest = NEWEST.load(Relaxed);
        loop {
            *block.next.get_mut() = newest;
            match NEWEST.compare_exchange(newest, block, SeqCst, Relaxed) {
                Ok(_) => return block,
                Err(other) => newest = other,
            }
        }
    }

    /// Whether the thread that has it went on in another process, or what it left is another's.
    pub(super) fn is_orphan(&self) -> bool {
        // Acquire: who sees that it is taken sees it empty.
        self.generation.load(Acquire) != process::generation()
    }

    fn take(&self) -> bool {
        let known = self.generation.load(Relaxed);
        let now = process::generation();
        if known == now {
            // Acquire: what the last owner wrote is seen by the next.
            let taken = self
                .owner
                .compare_exchange(LEFT, OWNED_BY_A_THREAD, Acquire, Relaxed);
            return taken.is_ok();
        }
        // Nobody adds up its words until they are empty.
        let mark = NO_GENERATION;
        let taken = known != mark
            && self
                .generation
                .compare_exchange(known, mark, Relaxed, Relaxed)
                .is_ok();
        if taken {
            self.clear();
            self.id.store(fresh_id(), Relaxed);
            self.section.store(0, Relaxed);
            self.owner.store(OWNED_BY_A_THREAD, Relaxed);
            self.generation.store(now, Release);
        }
        taken
    }

    /// Empties its words, which nobody writes meanwhile.
    fn clear(&self) {
        for chunk in (0..=u16::from(u8::MAX)).filter_map(|chunk| self.chunk(chunk)) {
            chunk.iter().for_each(|word| word.store(0, Relaxed));
        }
    }

    /// Gives the block up, values and all.
    pub(super) fn leave(&self) {
        // Release: the next owner goes on from what this thread wrote.
        self.owner.store(LEFT, Release);
        FREE.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_takes_less_than_eight_kilobytes_for_a_chunk_of_words() {
        assert!(size_of::<Block>() + size_of::<Chunk>() <= 8 << 10);
    }

    #[test]
    fn a_thread_keeps_its_block_and_the_next_one_takes_it() {
        let ids = std::thread::spawn(|| {
            let own = own().map(Block::id);
            assert_eq!(current().id(), own.unwrap_or(0));
            own
        });
        assert_eq!(ids.join().unwrap().is_some(), is_owned());
    }
}
