//! The kits of `examples/ci`, step by step as a runner carries them out, against the sandbox and a forge on loopback.

mod azure;
mod forge;
mod github;
mod gitlab;
mod lint;
mod runner;
mod shape;
mod site;
