//! Memory that is neither swapped out nor dumped: the one place with `unsafe`.
#![expect(
    unsafe_code,
    reason = "mmap, mlock and madvise take raw pointers; std has no locked memory"
)]

use std::ptr::NonNull;
use std::{io, slice};

use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mlock, mmap_anonymous, munmap};
use zeroize::Zeroize as _;

/// Zeroed pages of this process alone, locked into memory and left out of core dumps.
///
/// Wiped when dropped.
pub(super) struct LockedRegion {
    start: NonNull<u8>,
    len: usize,
}

impl LockedRegion {
    /// Maps and locks `len` bytes, rounded up to pages by the kernel.
    pub(super) fn new(len: usize) -> io::Result<Self> {
        // SAFETY: an anonymous private mapping at an address that the kernel chooses aliases nothing.
        let start = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                len,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE,
            )
        }?;
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::other("mapped at null"))?;
        let region = Self { start, len };
        // SAFETY: the range is the mapping that was made above, whole.
        unsafe { mlock(start.as_ptr().cast(), len) }?;
        #[cfg(target_os = "linux")]
        // SAFETY: the same range; the advice changes neither its content nor its protection.
        unsafe { madvise(start.as_ptr().cast(), len, Advice::LinuxDontDump) }?;
        #[cfg(target_os = "linux")]
        // SAFETY: as above; a forked child would otherwise get a copy.
        unsafe { madvise(start.as_ptr().cast(), len, Advice::LinuxDontFork) }?;
        Ok(region)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: `start` points to `len` readable, initialised bytes that live as long as `self`.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`, writable, and `&mut self` makes this the only reference.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl Drop for LockedRegion {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        // SAFETY: unmaps exactly what `new` mapped; nothing refers to it any more. Unmapping unlocks, and cannot fail
        // for a whole mapping.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.len) };
    }
}

// SAFETY: the region owns its pages; they are not tied to the thread that mapped them.
unsafe impl Send for LockedRegion {}
