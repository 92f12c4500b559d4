//! A shared store in a file: what any store has to do, and what only a file can.

mod sqlite;
