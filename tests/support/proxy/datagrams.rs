//! Datagrams through the proxy: one way, as nobody answers any.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;

use super::{Fault, POLL, Shared};

pub(super) fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_read_timeout(Some(POLL))?;
    Ok(socket)
}

pub(super) fn pass_on(address: SocketAddr, mut socket: Option<UdpSocket>, shared: &Shared) {
    let to = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
    let mut buffer = vec![0; 65_536];
    let mut count = 0_u64;
    while let Some(fault) = shared.now() {
        match (&fault, &socket) {
            (Fault::Refused, _) => {
                socket = None;
                thread::sleep(POLL);
            }
            (_, None) => {
                socket = bind(address).ok();
                thread::sleep(POLL);
            }
            (Fault::BlackHole, _) => thread::sleep(POLL),
            (_, Some(socket)) => {
                let Ok(length) = socket.recv(&mut buffer) else {
                    continue;
                };
                count += 1;
                // The third, the sixth and the ninth of ten.
                let is_lost = fault == Fault::Lossy && count * 3 % 10 >= 7;
                if !is_lost {
                    // A server that is being started again takes none.
                    let _ = to.send_to(&buffer[..length], shared.server);
                }
            }
        }
    }
}
