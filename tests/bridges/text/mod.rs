//! Expositions of other programs: which are read, which refused, and what is shown of them.

mod lenient;
mod openmetrics;
mod url;
