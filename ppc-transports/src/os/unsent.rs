//! What the kernel still holds of what was written into a socket.
#![allow(unsafe_code)]

use std::os::fd::{AsRawFd, BorrowedFd};

/// How many bytes the other side has not taken yet: its kernel over TCP, which acknowledges them
/// (`tcp(7)`, `SIOCOUTQ`), and its program over a Unix socket (`unix(7)`), where overhead counts as
/// well. Nothing where that cannot be known.
#[cfg(target_os = "linux")]
pub(crate) fn unsent(socket: BorrowedFd<'_>) -> Option<usize> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the descriptor is open for as long as it is borrowed, and this request writes one
    // `int`, to which the pointer is valid.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    (result == 0).then(|| usize::try_from(bytes).ok())?
}

/// Nothing: other systems have other ways.
#[cfg(not(target_os = "linux"))]
pub(crate) fn unsent(_: BorrowedFd<'_>) -> Option<usize> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn it_is_none_once_all_was_taken() {
        let (mut one, mut other) = UnixStream::pair().unwrap();
        assert_eq!(unsent(one.as_fd()), Some(0));
        one.write_all(b"1234").unwrap();
        assert!(unsent(one.as_fd()) >= Some(4));
        other.read_exact(&mut [0; 4]).unwrap();
        assert_eq!(unsent(one.as_fd()), Some(0));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut tcp = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        tcp.set_nonblocking(true).unwrap();
        while tcp.write(&[0; 8192]).is_ok() {}
        assert!(unsent(tcp.as_fd()) > Some(0), "nobody reads");
        let file = std::fs::File::open("/dev/null").unwrap();
        assert_eq!(unsent(file.as_fd()), None);
    }
}
