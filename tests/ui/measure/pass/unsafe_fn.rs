//! Unsafe functions stay unsafe, and their bodies need the blocks that they need without us.

#![deny(warnings, unsafe_op_in_unsafe_fn)]

use ppc::measure;

#[measure]
unsafe fn first(bytes: *const u8) -> u8 {
    unsafe { *bytes }
}

#[measure]
async unsafe fn first_async(bytes: &[u8]) -> u8 {
    unsafe { *bytes.as_ptr() }
}

struct Bytes(Vec<u8>);

#[measure]
impl Bytes {
    unsafe fn first(&mut self) -> &mut u8 {
        unsafe { self.0.get_unchecked_mut(0) }
    }
}

fn main() {
    let bytes = [5];
    assert_eq!(unsafe { first(bytes.as_ptr()) }, 5);
    assert_eq!(
        futures_executor::block_on(unsafe { first_async(&bytes) }),
        5
    );
    assert_eq!(unsafe { *Bytes(vec![5]).first() }, 5);
}
