//! The host's name.
#![allow(unsafe_code)]

/// The name of this host, as `gethostname` tells it; empty where it has none.
///
/// # Examples
///
/// ```
/// assert!(!ppc_transports::hostname().contains('\0'));
/// ```
pub fn hostname() -> String {
    // Longer than HOST_NAME_MAX of any system; the last byte stays 0 whatever is written.
    let mut buffer = [0_u8; 257];
    // SAFETY: the pointer is valid for writes of the length given, which leaves the last byte.
    let result = unsafe { libc::gethostname(buffer.as_mut_ptr().cast(), buffer.len() - 1) };
    if result != 0 {
        return String::new();
    }
    let len = buffer.iter().position(|&byte| byte == 0).unwrap_or(0);
    String::from_utf8_lossy(&buffer[..len]).into_owned()
}
