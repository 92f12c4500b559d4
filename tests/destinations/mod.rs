//! Destinations: their settings as types and as URLs, and what each makes of a request.

mod compression;
mod forms;
mod settings;
mod tenants;
mod wrong;
