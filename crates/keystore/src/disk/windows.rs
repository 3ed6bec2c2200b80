//! Windows: a protected access list with the user as its only entry, set when the file or folder is made.
#![expect(
    unsafe_code,
    reason = "security descriptors exist only in the C interface of Windows"
)]

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{FromRawHandle as _, OwnedHandle};
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{
    CloseHandle, GENERIC_READ, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE, LocalFree,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetTokenInformation, PROTECTED_DACL_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, SetFileSecurityW, TOKEN_QUERY, TOKEN_USER,
    TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_FLAG_OPEN_REPARSE_POINT,
    FILE_SHARE_READ, FILE_SHARE_WRITE, OPEN_ALWAYS,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    let descriptor = Descriptor::for_user()?;
    let attributes = descriptor.attributes();
    // SAFETY: the path is NUL-terminated and the attributes outlive the call.
    let made = unsafe { CreateDirectoryW(wide(path).as_ptr(), &raw const attributes) };
    check(made)
}

pub(super) fn restrict_folder(path: &Path) -> io::Result<()> {
    let descriptor = Descriptor::for_user()?;
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    // SAFETY: the path is NUL-terminated and the descriptor outlives the call.
    let set = unsafe { SetFileSecurityW(wide(path).as_ptr(), what, descriptor.0) };
    check(set)
}

pub(super) fn create_file(path: &Path) -> io::Result<File> {
    create(path, CREATE_NEW)
}

pub(super) fn open_or_create_file(path: &Path) -> io::Result<File> {
    create(path, OPEN_ALWAYS)
}

/// Opens a link itself, not what it points to.
pub(super) fn open_plain(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)
}

/// NTFS journals names itself; there is nothing to flush.
#[expect(clippy::unnecessary_wraps, reason = "on Unix it may fail")]
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn create(path: &Path, disposition: u32) -> io::Result<File> {
    let descriptor = Descriptor::for_user()?;
    let attributes = descriptor.attributes();
    // SAFETY: the path is NUL-terminated and the attributes outlive the call.
    let handle = unsafe {
        CreateFileW(
            wide(path).as_ptr(),
            GENERIC_READ | GENERIC_WRITE,
            FILE_SHARE_READ | FILE_SHARE_WRITE,
            &raw const attributes,
            disposition,
            FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT,
            null_mut(),
        )
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is valid and nobody else owns it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) }.into())
}

/// Room for a `TOKEN_USER` and its SID of at most 68 bytes; of `u64`s, so that it is aligned.
type TokenBuffer = [u64; 32];

/// A security descriptor that Windows allocated.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    /// Full access for the user of this process, inherited by what lies inside, and for nobody else.
    fn for_user() -> io::Result<Self> {
        let sddl: Vec<u16> = format!("D:P(A;OICI;FA;;;{})\0", user_sid()?)
            .encode_utf16()
            .collect();
        let mut descriptor = null_mut();
        // SAFETY: the string is NUL-terminated; the result is freed on drop.
        let made = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                sddl.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                null_mut(),
            )
        };
        check(made).map(|()| Self(descriptor))
    }

    fn attributes(&self) -> SECURITY_ATTRIBUTES {
        SECURITY_ATTRIBUTES {
            nLength: size::<SECURITY_ATTRIBUTES>(),
            lpSecurityDescriptor: self.0,
            bInheritHandle: 0,
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: allocated by Windows with LocalAlloc, freed once.
        unsafe { LocalFree(self.0) };
    }
}

/// The user's security identifier, `S-1-5-…`.
fn user_sid() -> io::Result<String> {
    let mut token: HANDLE = null_mut();
    // SAFETY: the pseudo handle needs no closing; the token is closed below.
    check(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
    let mut buffer: TokenBuffer = [0; _];
    let mut needed = 0;
    // SAFETY: the buffer is as long as said.
    let read = unsafe {
        GetTokenInformation(
            token,
            TokenUser,
            buffer.as_mut_ptr().cast::<c_void>(),
            size::<TokenBuffer>(),
            &raw mut needed,
        )
    };
    let read = check(read);
    // SAFETY: opened above, closed once.
    unsafe { CloseHandle(token) };
    read?;

    let mut text = null_mut();
    // SAFETY: the buffer holds a TOKEN_USER whose SID lies in the buffer.
    check(unsafe {
        let user = &*buffer.as_ptr().cast::<TOKEN_USER>();
        ConvertSidToStringSidW(user.User.Sid, &raw mut text)
    })?;
    // SAFETY: a NUL-terminated string that Windows allocated, copied before it is freed.
    unsafe {
        let mut length = 0;
        while *text.add(length) != 0 {
            length += 1;
        }
        let sid = String::from_utf16_lossy(std::slice::from_raw_parts(text, length));
        LocalFree(text.cast::<c_void>());
        Ok(sid)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "of structures of a few bytes"
)]
const fn size<T>() -> u32 {
    size_of::<T>() as u32
}

fn wide(path: &Path) -> Vec<u16> {
    path.as_os_str().encode_wide().chain(Some(0)).collect()
}

fn check(success: i32) -> io::Result<()> {
    if success == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::Security::Authorization::ConvertSecurityDescriptorToStringSecurityDescriptorW;
    use windows_sys::Win32::Security::GetFileSecurityW;

    use super::*;

    /// The access list of a file or folder in the security descriptor definition language.
    fn access_list(path: &Path) -> String {
        let mut buffer = [0_u64; 512];
        let descriptor = buffer.as_mut_ptr().cast::<c_void>();
        let (mut needed, mut text) = (0, null_mut());
        // SAFETY: the buffer is as long as said; the text is copied before it is freed.
        unsafe {
            let what = DACL_SECURITY_INFORMATION;
            let length = size::<[u64; 512]>();
            check(GetFileSecurityW(
                wide(path).as_ptr(),
                what,
                descriptor,
                length,
                &raw mut needed,
            ))
            .unwrap();
            check(ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor,
                SDDL_REVISION_1,
                what,
                &raw mut text,
                &raw mut needed,
            ))
            .unwrap();
            let list = String::from_utf16_lossy(std::slice::from_raw_parts(text, needed as usize));
            LocalFree(text.cast::<c_void>());
            list
        }
    }

    #[test]
    fn nobody_else_has_access() {
        let home = tempfile::tempdir().unwrap();
        let (folder, file) = (home.path().join("folder"), home.path().join("file"));
        create_folder(&folder).unwrap();
        drop(create_file(&file).unwrap());
        let open = home.path().join("open");
        std::fs::create_dir(&open).unwrap();
        restrict_folder(&open).unwrap();
        for path in [folder, file, open] {
            let list = access_list(&path);
            assert!(list.contains("(A;"), "{list}");
            for others in [";WD)", ";BU)", ";AU)", ";AN)"] {
                assert!(!list.contains(others), "{list}");
            }
        }
    }
}
