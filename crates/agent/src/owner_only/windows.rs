//! A protected security descriptor that grants its owner everything and others nothing.

#![expect(
    unsafe_code,
    reason = "a file gets its security descriptor in the call that creates it, which std does not offer"
)]

use std::ffi::c_void;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::FromRawHandle as _;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::{INVALID_HANDLE_VALUE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_GENERIC_WRITE,
};

use super::OwnerOnlyError;

/// Inherits nothing (`P`); all rights for the owner (`OW`).
const OWNER_ONLY: &str = "D:P(A;;FA;;;OW)";

#[expect(
    clippy::cast_possible_truncation,
    reason = "a structure of a few bytes"
)]
const ATTRIBUTES_SIZE: u32 = size_of::<SECURITY_ATTRIBUTES>() as u32;

pub(super) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Nothing to check beyond what [`create_new`] set: only the owner can have changed the descriptor since.
#[expect(clippy::unnecessary_wraps, reason = "Unix has something to check")]
pub(super) fn check(_path: &Path, _metadata: &Metadata) -> Result<(), OwnerOnlyError> {
    Ok(())
}

pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let descriptor = Descriptor::parse(OWNER_ONLY)?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: ATTRIBUTES_SIZE,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    let path = wide(path.as_os_str().encode_wide());
    // SAFETY: `path` ends in NUL and, like `attributes` and its descriptor, outlives the call.
    let handle = unsafe {
        CreateFileW(
            path.as_ptr(),
            FILE_GENERIC_WRITE,
            0,
            &raw const attributes,
            CREATE_NEW,
            FILE_ATTRIBUTE_NORMAL,
            ptr::null_mut(),
        )
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is open and nobody else owns it.
    Ok(unsafe { File::from_raw_handle(handle) })
}

pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// NTFS journals a rename by itself.
#[expect(clippy::unnecessary_wraps, reason = "Unix can fail here")]
pub(super) fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// A security descriptor that Windows allocated.
struct Descriptor(*mut c_void);

impl Descriptor {
    fn parse(text: &str) -> io::Result<Self> {
        let text = wide(text.encode_utf16());
        let mut descriptor = ptr::null_mut();
        // SAFETY: `text` ends in NUL; `descriptor` receives a pointer that `drop` frees; the size is not asked for.
        let parsed = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                ptr::null_mut(),
            )
        };
        if parsed == 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(Self(descriptor))
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: Windows allocated it with LocalAlloc, and this is its only owner.
        unsafe { LocalFree(self.0) };
    }
}

fn wide(units: impl Iterator<Item = u16>) -> Vec<u16> {
    units.chain([0]).collect()
}
