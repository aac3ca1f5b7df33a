//! Arguments and streams to the command line; its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    orderform::cli::main()
}
