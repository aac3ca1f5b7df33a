//! The one integration binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod applying;
mod client;
mod formats;
mod manifests;
mod protocol;
mod sandbox;
mod simulation;
