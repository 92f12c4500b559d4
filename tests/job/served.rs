//! A program that serves until its time is over.

use std::process::ExitCode;
use std::thread;

use ppc::expose::Server;
use ppc::{Gauge, Registry};

use crate::{Ask, announce};

pub(crate) fn run(ask: &Ask) -> ExitCode {
    let registry = Registry::new();
    let gauge = Gauge::builder("up_and_well").register(&registry);
    gauge.expect("the name is good").set(1);
    let server = Server::new(&ask.address).source(registry).header_timeout(2);
    let server = server.start().expect("the port is free");
    println!("{}", server.local_addr());
    announce();
    thread::sleep(ask.lasts);
    server.stop();
    ExitCode::SUCCESS
}
