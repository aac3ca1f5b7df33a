//! `orderform`: YAML in Git becomes orders in Microsoft Partner Center, exactly once.

pub mod apply;
pub mod cli;
pub mod domain;
pub mod manifest;
pub mod partner_center;
pub mod plan;
pub mod ports;
pub mod protocol;
pub mod reconcile;
pub mod sandbox;
pub mod store;
pub mod view;
