//! Through a real nginx: encryption, passwords, and answers that are its own.

mod answers;
mod pushgateway;
