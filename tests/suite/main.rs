//! The one integration binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod applying;
mod churn;
mod ci;
mod client;
mod debian;
mod docs;
mod editor;
mod formats;
mod hostile;
mod kills;
mod kits;
mod limits;
mod manifests;
mod microsoft;
mod npm;
mod pages;
mod planning;
mod protocol;
mod pypi;
mod sandbox;
mod selecting;
mod simulation;
mod tidy;
mod tools;
mod transcripts;
mod virtual_time;
