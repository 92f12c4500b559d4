//! What others registered or wrote, pushed and read like our own.

mod text;
