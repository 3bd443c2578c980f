//! The decision on an authorization request: against a table of the specification, on walks of a user, and in flows
//! through the emulator.

mod flows;
mod situations;
mod steps;
mod table;
mod walks;
