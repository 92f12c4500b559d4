//! Against a real Redis.

mod distributed_client;
mod fixture;
mod losses;
mod nodes;
mod served;
mod stores;
