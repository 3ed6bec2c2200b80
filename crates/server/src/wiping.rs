//! Memory is wiped before it is given back.
//!
//! A key in a request passes through buffers of TLS, HTTP and JSON that are not ours. They are freed when the request or
//! its connection ends, and here nothing that was freed can be read again: neither by a bug, nor in an image of the
//! process that somebody takes later.
#![expect(
    unsafe_code,
    reason = "an allocator is unsafe to write; with cache/region.rs the only room with unsafe"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::arch::asm;
use std::ptr;

#[global_allocator]
static MEMORY: Wiping = Wiping;

/// The system's allocator, but for the wiping. A block that grows is copied and wiped where it was.
struct Wiping;

// SAFETY: every call is handed on to the system's allocator with the same layout; only memory that its owner gives back
// is written to, within its size. `realloc` is the trait's own: allocate, copy, give back.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block has this size, and its owner is done with it.
        unsafe { wipe(block, layout.size()) };
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(block, layout) };
    }
}

/// Zeroes memory in a way that is not optimised away.
///
/// # Safety
/// `len` bytes from `start` on may be written.
unsafe fn wipe(start: *mut u8, len: usize) {
    // SAFETY: as the caller promised.
    unsafe { ptr::write_bytes(start, 0, len) };
    // SAFETY: no instruction at all. The compiler must believe that it reads the memory, so the zeroes are written.
    unsafe { asm!("/* {0} */", in(reg) start, options(nostack, preserves_flags, readonly)) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wiped_is_zero_and_no_more_than_that() {
        let mut bytes = [7_u8; 40];
        // SAFETY: within the array.
        unsafe { wipe(bytes[4..].as_mut_ptr(), 32) };
        assert_eq!(bytes[..4], [7; 4]);
        assert_eq!(bytes[4..36], [0; 32]);
        assert_eq!(bytes[36..], [7; 4]);
    }
}
