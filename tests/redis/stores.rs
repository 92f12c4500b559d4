//! The store in Redis does what any store has to do.

use crate::support::redis::{Options, Server};
use crate::support::stored::scenarios;

fn new_store() -> (Server, String) {
    let server = Server::start(&Options::default());
    let url = server.url();
    (server, url)
}

scenarios!(new_store);
