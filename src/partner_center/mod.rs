//! The real API, over HTTP.

pub mod wire;
