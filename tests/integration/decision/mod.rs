//! The decision on an authorization request: compared with a table from the specification, on simulated user journeys,
//! and in flows through the emulator.

mod flows;
mod situations;
mod steps;
mod table;
mod walks;
