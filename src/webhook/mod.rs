//! Webhooks: notifications leave for their receivers, signed, and again where they were not taken.
//!
//! A [`Webhook`] sends one request; a [`Courier`] has a queue for each receiver, and a task that works it off, so that a slow
//! receiver holds up nobody. Headers and signatures are those of "Standard Webhooks", version 1.0.0.
//!
//! While a program lives, a notification may arrive more than once, and never silently not at all; its id tells. What waits
//! when the program is killed is lost: the journal and the status say what happened, a notification is only a call to look.
//!
//! **Invariant:** a URL and a secret are in no `Debug`, error or log, and of an answer nothing is shown but its status.

mod courier;
mod send;
mod sign;
mod target;

pub use courier::{Courier, Fate};
pub use send::{Webhook, WebhookError};
pub use sign::{SecretError, Secrets};
pub use target::{Target, TargetError};
