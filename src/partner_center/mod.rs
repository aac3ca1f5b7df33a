//! The real API, over HTTP: [`Client`] is Partner Center as [`ports`](crate::ports) has it.
//!
//! [`Endpoint`] says where, [`Credential`](sign_in::Credential) who, [`ClientSettings`] how patiently. `wire` is the JSON exactly as it
//! travels, `convert` is between it and our own words, `body` says what an answer's body was, `audit` reads records of
//! orders and subscriptions, `audit_log` all of a customer's, `exchange` is one request and its whole answer, `orders` and
//! `catalogue` the ports, `shelves` between the catalogue on the wire and our words, `estate` what customers have beside
//! orders, `probe` a cheap look, `clock` the server's clock. `governor` decides when the next request may leave, `throttle`
//! makes requests wait for that; [`RealTimer`] waits.
//!
//! **Invariant:** nothing here retries (but a read, once, with a new token), follows a redirect, asks another host or judges an answer; it reports facts.

mod audit;
mod audit_log;
mod auth;
mod body;
mod catalogue;
mod client;
mod clock;
mod convert;
mod endpoint;
mod estate;
mod exchange;
mod governor;
mod orders;
mod probe;
mod shelves;
pub mod sign_in;
mod throttle;
mod timer;
pub mod wire;

pub use audit_log::AuditLog;
pub use auth::{AccessToken, TokenError};
pub use client::{Client, ClientError, ClientSettings};
pub use convert::render;
pub use endpoint::{Endpoint, EndpointError};
pub use estate::{Continuation, CustomerPage};
pub use probe::Probe;
pub use throttle::Turnstile;
pub use timer::RealTimer;
