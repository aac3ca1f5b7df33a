//! The one integration binary.

mod client;
