//! Memory that is neither swapped out nor dumped: with `wiping.rs` the only room with `unsafe`.
#![expect(
    unsafe_code,
    reason = "mmap, mlock, madvise and memfd_secret take raw pointers; std has no locked memory"
)]

use std::ptr::NonNull;
use std::{io, slice};

#[cfg(target_os = "linux")]
use rustix::mm;
use rustix::mm::{MapFlags, ProtFlags, mlock, mmap_anonymous, munmap};

use super::KeyMemory;

/// Zeroed pages of this process alone, left out of core dumps and of forked children.
///
/// Wiped when dropped.
pub(super) struct Region {
    start: NonNull<u8>,
    len: usize,
}

impl Region {
    /// Maps `len` bytes, a multiple of the page size, and protects them as `memory` says. The system counts all of
    /// them against `RLIMIT_MEMLOCK` at once; where it can, it provides each page when it is first written.
    pub(super) fn new(len: usize, memory: KeyMemory) -> io::Result<Self> {
        let region = match memory {
            KeyMemory::Secret => Self::secret(len)?,
            KeyMemory::Locked => {
                let region = Self::anonymous(len)?;
                region.lock()?;
                region
            }
            KeyMemory::Unlocked => Self::anonymous(len)?,
        };
        #[cfg(target_os = "linux")]
        for advice in [mm::Advice::LinuxDontDump, mm::Advice::LinuxDontFork] {
            // SAFETY: the range is the mapping that was made above, whole; the advice changes neither its content
            // nor its protection.
            unsafe { mm::madvise(region.start.as_ptr().cast(), len, advice) }?;
        }
        Ok(region)
    }

    fn anonymous(len: usize) -> io::Result<Self> {
        // SAFETY: an anonymous private mapping at an address that the kernel chooses aliases nothing.
        let start = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                len,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE,
            )
        }?;
        Self::of(start.cast(), len)
    }

    /// Pages that the kernel takes out of its own map: not even root reads them, and they are never swapped out.
    #[cfg(target_os = "linux")]
    fn secret(len: usize) -> io::Result<Self> {
        use std::os::fd::{FromRawFd as _, OwnedFd};

        // SAFETY: a system call with one number as its argument.
        let file = unsafe { libc::syscall(libc::SYS_memfd_secret, libc::O_CLOEXEC) };
        let file = i32::try_from(file).map_err(io::Error::other)?;
        if file < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the file was opened a moment ago, and nobody else knows its number.
        let file = unsafe { OwnedFd::from_raw_fd(file) };
        rustix::fs::ftruncate(&file, len.try_into().map_err(io::Error::other)?)?;
        // SAFETY: a mapping at an address that the kernel chooses aliases nothing, and no other process has the file.
        let start = unsafe {
            rustix::mm::mmap(
                std::ptr::null_mut(),
                len,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::SHARED,
                &file,
                0,
            )
        }?;
        Self::of(start.cast(), len)
    }

    #[cfg(not(target_os = "linux"))]
    fn secret(_: usize) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn of(start: *mut u8, len: usize) -> io::Result<Self> {
        let start = NonNull::new(start).ok_or_else(|| io::Error::other("mapped at null"))?;
        Ok(Self { start, len })
    }

    #[cfg(target_os = "linux")]
    fn lock(&self) -> io::Result<()> {
        use rustix::mm::{MlockFlags, mlock_with};
        let start = self.start.as_ptr().cast();
        // SAFETY: the range is this mapping, whole.
        match unsafe { mlock_with(start, self.len, MlockFlags::ONFAULT) } {
            // Before Linux 4.4.
            Err(rustix::io::Errno::NOSYS) => {}
            locked => return Ok(locked?),
        }
        // SAFETY: as above.
        Ok(unsafe { mlock(start, self.len) }?)
    }

    #[cfg(not(target_os = "linux"))]
    fn lock(&self) -> io::Result<()> {
        // SAFETY: the range is this mapping, whole.
        Ok(unsafe { mlock(self.start.as_ptr().cast(), self.len) }?)
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

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: unmaps exactly what `new` mapped; nothing refers to it any more. The kernel clears a page before it
        // gives it to somebody else, and the arena has wiped every key already. Cannot fail for a whole mapping.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.len) };
    }
}

// SAFETY: the region owns its pages; they are not tied to the thread that mapped them.
unsafe impl Send for Region {}
