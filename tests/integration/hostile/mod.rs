//! A server that means no good, over real sockets: what the caller sees of each fault, and that the handle survives it.
//!
//! What is expected stands in `src/faults.md`, the table in the documentation of `authlete::Error`, and nowhere else.

mod act;
mod bounds;
mod caller;
mod faults;
mod goaway;
mod gzip;
mod late_answer;
mod quotes;
mod redirects;
mod server;
mod suite;
mod table;
mod tls;
