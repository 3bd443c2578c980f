//! A hostile server over real sockets: the error of each fault, and that the handle works afterwards.
//!
//! The expected results are in `src/faults.md`, the table in the documentation of `authlete::Error`.

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
