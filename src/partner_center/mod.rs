//! The real API, over HTTP: [`Client`] is Partner Center as [`ports`](crate::ports) has it.
//!
//! [`Endpoint`] says where, [`Credential`](sign_in::Credential) who, [`ClientSettings`] how patiently. `wire` is the JSON exactly as it
//! travels, `convert` is between it and our own words, `body` says what an answer's body was, `audit` reads records of
//! orders and subscriptions, `audit_log` all of a customer's, `exchange` is one request and its whole answer, `orders` the port, `estate` what customers have
//! beside orders, `probe` a cheap look, `clock` the server's clock; [`RealTimer`] waits.
//!
//! **Invariant:** nothing here retries (but a read, once, with a new token), follows a redirect, asks another host or judges an answer; it reports facts.

mod audit;
mod audit_log;
mod auth;
mod body;
mod client;
mod clock;
mod convert;
mod endpoint;
mod estate;
mod exchange;
mod orders;
mod probe;
pub mod sign_in;
mod timer;
pub mod wire;

pub use audit_log::AuditLog;
pub use auth::{AccessToken, TokenError};
pub use client::{Client, ClientError, ClientSettings};
pub use convert::render;
pub use endpoint::{Endpoint, EndpointError};
pub use estate::{Continuation, CustomerPage};
pub use probe::Probe;
pub use timer::RealTimer;
