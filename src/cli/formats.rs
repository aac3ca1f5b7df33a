//! `--format`, which `validate` knows more values of than the other commands.
//!
//! clap reads a global flag before it knows the command, so every value is read everywhere; those of `validate` alone
//! are listed in its help alone, and refused here for the others.

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::failure::Failure;
use super::{Cli, Command};
use crate::view::{CheckFormat, Format};

/// Reads every format and lists those that every command speaks.
pub(super) fn of_every_command() -> impl TypedValueParser<Value = CheckFormat> {
    let values = CheckFormat::value_variants().iter().filter_map(|format| {
        let value = format.to_possible_value()?;
        Some(value.hide(format.of_every_command().is_none()))
    });
    let read = |value: String| CheckFormat::from_str(&value, false);
    PossibleValuesParser::new(values).try_map(read)
}

/// Returns the format of whatever a command shows beside its diagnostics.
pub(super) fn of(cli: &Cli) -> Result<Format, Failure> {
    match (cli.shown.format.of_every_command(), &cli.command) {
        (Some(format), _) => Ok(format),
        (None, Command::Validate(_)) => Ok(Format::Human),
        (None, _) => Err(refused(cli.shown.format)),
    }
}

fn refused(format: CheckFormat) -> Failure {
    let value = format.to_possible_value().map(|value| value.get_name().to_owned());
    let value = value.unwrap_or_default();
    Failure::new(format!("format `{value}` is for `orderform validate` alone"))
        .hint("use `human`, `markdown` or `json` here, in `--format` or `ORDERFORM_FORMAT`")
}
