//! How full a receiver's queue is, where the receiver is on this machine.
//!
//! The kernel drops a datagram when the receiving socket's queue is full and tells nobody. On
//! this machine the queue can be asked for: through `NETLINK_SOCK_DIAG` (`sock_diag(7)`, 3 us,
//! no privileges), or in `/proc/net/udp`.

use std::fs;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

/// The queue of a receiving socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Queue {
    /// Bytes of memory that wait to be read, with the kernel's overhead.
    pub(crate) used: u32,
    /// Bytes of memory at which the kernel drops.
    pub(crate) limit: u32,
}

/// Asks for the queue of one receiver.
#[derive(Debug)]
pub(crate) struct QueueReader {
    /// None where the kernel has no `sock_diag`, or the process may not use it.
    netlink: Option<UdpSocket>,
    from: SocketAddr,
    to: SocketAddr,
}

impl QueueReader {
    /// For datagrams from one address to another; nothing where the receiver is not on this
    /// machine: then the look-up would find some other socket with that port.
    pub(crate) fn new(from: SocketAddr, to: SocketAddr) -> Option<Self> {
        // The kernel sends from the very address that it sends to where that is its own.
        let local = to.ip().is_loopback() || to.ip() == from.ip();
        local.then(|| Self {
            netlink: open(),
            from,
            to,
        })
    }

    /// The queue now; nothing where nobody receives, or it cannot be known.
    pub(crate) fn read(&self) -> Option<Queue> {
        match &self.netlink {
            Some(netlink) => ask(netlink, self.from, self.to),
            None => look(self.to),
        }
    }
}

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const INET_DIAG_SKMEMINFO: u16 = 7;
const HEADER: usize = 16;
/// An `inet_diag_msg`, which follows the header of an answer; attributes follow it.
const MESSAGE: usize = 72;

fn open() -> Option<UdpSocket> {
    const NETLINK_SOCK_DIAG: i32 = 4;
    let (domain, protocol) = (
        Domain::from(libc::AF_NETLINK),
        Protocol::from(NETLINK_SOCK_DIAG),
    );
    let socket = Socket::new(domain, Type::DGRAM, Some(protocol)).ok()?;
    // The kernel answers within the send; the time-out is for a kernel that does not.
    socket
        .set_read_timeout(Some(std::time::Duration::from_millis(5)))
        .ok()?;
    // Only for its safe `send` and `recv`, which any datagram socket has.
    Some(socket.into())
}

/// One request, one answer; see `struct inet_diag_req_v2` and `struct inet_diag_msg` in
/// `linux/inet_diag.h`.
fn ask(netlink: &UdpSocket, from: SocketAddr, to: SocketAddr) -> Option<Queue> {
    let mut request = Vec::with_capacity(72);
    request.extend_from_slice(&72_u32.to_ne_bytes());
    request.extend_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    request.extend_from_slice(&NLM_F_REQUEST.to_ne_bytes());
    request.extend_from_slice(&[0; 8]); // sequence, port: nobody else uses this socket
    let family = if to.is_ipv4() {
        libc::AF_INET
    } else {
        libc::AF_INET6
    };
    let wanted = 1 << (INET_DIAG_SKMEMINFO - 1);
    request.extend_from_slice(&[
        u8::try_from(family).ok()?,
        u8::try_from(libc::IPPROTO_UDP).ok()?,
        wanted,
        0,
    ]);
    request.extend_from_slice(&u32::MAX.to_ne_bytes()); // any state
    // The kernel looks the receiver of this datagram up, so ours is the source.
    request.extend_from_slice(&from.port().to_be_bytes());
    request.extend_from_slice(&to.port().to_be_bytes());
    request.extend_from_slice(&octets(from.ip()));
    request.extend_from_slice(&octets(to.ip()));
    request.extend_from_slice(&0_u32.to_ne_bytes()); // any interface
    request.extend_from_slice(&[0xFF; 8]); // no cookie
    netlink.send(&request).ok()?;
    let mut answer = [0; 512];
    let len = netlink.recv(&mut answer).ok()?;
    parse_answer(&answer[..len])
}

fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => {
            let mut octets = [0; 16];
            octets[..4].copy_from_slice(&ip.octets());
            octets
        }
        IpAddr::V6(ip) => ip.octets(),
    }
}

fn parse_answer(answer: &[u8]) -> Option<Queue> {
    let half = |at: usize| Some(u16::from_ne_bytes(answer.get(at..at + 2)?.try_into().ok()?));
    let word = |at: usize| Some(u32::from_ne_bytes(answer.get(at..at + 4)?.try_into().ok()?));
    if half(4)? != SOCK_DIAG_BY_FAMILY {
        return None; // an error: as a rule that nobody receives there
    }
    let mut at = HEADER + MESSAGE;
    loop {
        let (len, kind) = (usize::from(half(at)?), half(at + 2)?);
        if kind == INET_DIAG_SKMEMINFO {
            // SK_MEMINFO_RMEM_ALLOC, SK_MEMINFO_RCVBUF
            return Some(Queue {
                used: word(at + 4)?,
                limit: word(at + 8)?,
            });
        }
        at += len.max(4).next_multiple_of(4);
    }
}

fn look(to: SocketAddr) -> Option<Queue> {
    let limit = fs::read_to_string("/proc/sys/net/core/rmem_default")
        .ok()?
        .trim()
        .parse()
        .ok()?;
    // A socket for both families stands in the table of IPv6.
    let used = ["/proc/net/udp", "/proc/net/udp6"]
        .into_iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .filter_map(|table| parse_table(&table, to))
        .max()?;
    Some(Queue { used, limit })
}

/// The fullest queue of those sockets that could be the receiver, which is on the safe side.
fn parse_table(table: &str, to: SocketAddr) -> Option<u32> {
    let queue = |line: &str| {
        let mut columns = line.split_ascii_whitespace();
        let (address, port) = columns.nth(1)?.split_once(':')?;
        let receives = u16::from_str_radix(port, 16).ok()? == to.port()
            && (address.bytes().all(|digit| digit == b'0') || address == table_address(to.ip()));
        let (_, used) = columns.nth(2)?.split_once(':')?;
        receives.then(|| u32::from_str_radix(used, 16).ok())?
    };
    table.lines().skip(1).filter_map(queue).max()
}

/// An address as the tables have it: words of four octets, each printed as the machine reads it.
fn table_address(ip: IpAddr) -> String {
    let octets = octets(ip);
    let octets = if ip.is_ipv4() {
        &octets[..4]
    } else {
        &octets[..]
    };
    let word = |four: &[u8]| {
        format!(
            "{:08X}",
            u32::from_ne_bytes([four[0], four[1], four[2], four[3]])
        )
    };
    octets.chunks(4).map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A receiver that does not read, and a sender connected to it.
    fn pair(receiver: &str, sender: &str, host: &str) -> (UdpSocket, UdpSocket) {
        let receiver = UdpSocket::bind(receiver).unwrap();
        let sender = UdpSocket::bind(sender).unwrap();
        let port = receiver.local_addr().unwrap().port();
        sender.connect((host, port)).unwrap();
        (receiver, sender)
    }

    #[test]
    fn the_queue_grows_with_what_is_not_read() {
        for (receiver, sender, host) in [
            ("127.0.0.1:0", "0.0.0.0:0", "127.0.0.1"),
            ("0.0.0.0:0", "0.0.0.0:0", "127.0.0.1"),
            ("[::1]:0", "[::]:0", "::1"),
            ("[::]:0", "0.0.0.0:0", "127.0.0.1"), // one socket for both families
        ] {
            let (receiver, sender) = pair(receiver, sender, host);
            let (from, to) = (sender.local_addr().unwrap(), sender.peer_addr().unwrap());
            let reader = QueueReader::new(from, to).unwrap();
            assert!(reader.netlink.is_some(), "sock_diag is to be had");
            let empty = reader.read().unwrap();
            assert_eq!((empty.used, look(to).unwrap().used), (0, 0), "{host}");
            for _ in 0..10 {
                sender.send(&[0; 1000]).unwrap();
            }
            let filled = reader.read().unwrap();
            assert!(
                filled.used >= 10_000 && filled.limit > filled.used,
                "{filled:?}"
            );
            assert_eq!(
                look(to).unwrap().used,
                filled.used,
                "both ways see the same"
            );
            drop(receiver);
        }
    }

    #[test]
    fn where_nobody_receives_there_is_no_queue() {
        let (receiver, sender) = pair("127.0.0.1:0", "127.0.0.1:0", "127.0.0.1");
        let (from, to) = (sender.local_addr().unwrap(), sender.peer_addr().unwrap());
        drop(receiver);
        assert_eq!(QueueReader::new(from, to).unwrap().read(), None);
        assert_eq!(look(to), None);
    }

    #[test]
    fn a_receiver_elsewhere_is_not_looked_up() {
        let from = "10.0.0.1:1000".parse().unwrap();
        assert!(QueueReader::new(from, "10.0.0.2:8089".parse().unwrap()).is_none());
        assert!(QueueReader::new(from, "10.0.0.1:8089".parse().unwrap()).is_some());
    }
}
