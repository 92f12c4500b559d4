//! What a thread is reading: a source may be asked for itself again before it is done.

use std::cell::RefCell;

thread_local! {
    /// By address, from the outermost in.
    static READ: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Something is being read by this thread, until this is dropped.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "it is read for as long as there is this"]
pub struct Reads {
    place: usize,
}

impl Reads {
    /// Begins to read what is at this address; nothing where this thread is reading it already.
    pub fn begin<T: ?Sized>(of: &T) -> Option<Self> {
        let place = std::ptr::from_ref(of).cast::<()>().addr();
        let is_new = READ.try_with(|read| {
            let mut read = read.borrow_mut();
            let is_new = !read.contains(&place);
            if is_new {
                read.push(place);
            }
            is_new
        });
        // A thread that ends reads nothing that could lead back to it.
        is_new.unwrap_or(true).then(|| Self { place })
    }
}

impl Drop for Reads {
    fn drop(&mut self) {
        let _ = READ.try_with(|read| read.borrow_mut().retain(|place| *place != self.place));
    }
}
