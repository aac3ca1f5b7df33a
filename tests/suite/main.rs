//! The one integration binary.

mod manifests;
