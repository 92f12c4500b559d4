//! Against a real Redis.

mod clusters;
mod commands;
mod counting;
mod distributed_client;
mod faults;
mod fixture;
mod losses;
mod nodes;
mod served;
mod stores;
