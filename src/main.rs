//! Arguments and streams to the command line; its exit code.

fn main() {}
