//! The streams of the process, and what is known of the terminal behind them.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::ValueEnum;

use super::Shown;
use super::failure::Failure;
use crate::manifest::render::without_commands;
use crate::view::{self, Format, Look, View};

/// When to colour what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The streams of the process, and how to write to them.
pub(super) struct Terminal {
    pub(super) format: Format,
    pub(super) verbose: bool,
    color_out: bool,
    color_err: bool,
}

impl Terminal {
    pub(super) fn of_process(shown: &Shown, format: Format) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let wanted = |is_terminal: bool| match shown.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !no_color && !dumb,
        };
        Self {
            format,
            verbose: shown.verbose,
            color_out: wanted(io::stdout().is_terminal()),
            color_err: wanted(io::stderr().is_terminal()),
        }
    }

    /// Returns the view that writes to stdout.
    pub(super) fn view(&self) -> Box<dyn View> {
        view::open(self.format, io::stdout(), self.look())
    }

    /// Returns how text on stdout looks.
    pub(super) fn look(&self) -> Look {
        Look { color: self.color_out, width: width(), verbose: self.verbose }
    }

    /// Returns a view for people that writes to stderr, where stdout is for programs.
    pub(super) fn view_on_stderr(&self) -> Box<dyn View> {
        let look = Look { color: self.color_err, width: width(), verbose: self.verbose };
        view::open(Format::Human, io::stderr(), look)
    }

    pub(super) fn color_err(&self) -> bool {
        self.color_err
    }

    /// Returns how wide the bar may be; `None` where stderr is no terminal, or dumb.
    pub(super) fn progress_width(&self) -> Option<u16> {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let size = rustix::termios::tcgetwinsize(io::stderr()).ok();
        size.map(|size| size.ws_col).filter(|columns| *columns > 0 && !dumb)
    }

    /// Writes a line for people to stderr. Where nobody reads it, nothing is lost.
    pub(super) fn say(&self, line: &str) {
        say(line);
    }

    /// Writes a text to stdout.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        Ok(out.write_all(text.as_bytes()).and_then(|()| out.flush())?)
    }

    pub(super) fn is_interactive(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a question on stderr and returns the line that was typed; `None` at the end of the input.
    pub(super) fn ask(&self, question: &str) -> Option<String> {
        let mut err = io::stderr();
        write!(err, "{question}").and_then(|()| err.flush()).ok()?;
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }

    /// Shows a failure, to people on stderr and as its format has it on stdout, and returns its exit code.
    pub(super) fn fail(&self, failure: &Failure) -> u8 {
        show_failure(failure);
        let _ = self.view().trouble(&failure.trouble());
        failure.exit
    }
}

/// Writes a line for people to stderr, from wherever it is said.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{}", without_commands(line));
}

/// Returns how wide the terminal is; 80 columns where nobody knows.
fn width() -> usize {
    let by_shell = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let by_terminal = || {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    };
    by_shell.or_else(by_terminal).unwrap_or(80).clamp(40, 400)
}

/// Finds an argument that could move a terminal or pose as a CI command when it is repeated in a message.
pub(super) fn harmful_argument() -> Option<Failure> {
    let harmful =
        |argument: &std::ffi::OsString| argument.to_string_lossy().chars().any(crate::domain::is_harmful);
    let number = std::env::args_os().position(|argument| harmful(&argument))?;
    let failure = Failure::new(format!("argument {number} has a control character or an invisible one"));
    Some(failure.hint("rename the file, or type the argument anew"))
}

/// Shows a failure before anything is known of the format, and returns its exit code.
pub(super) fn show_failure(failure: &Failure) -> u8 {
    // In a log, a line stays a line.
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok();
    let columns = size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
    let _ = io::stderr().write_all(failure.render_within(columns.unwrap_or(usize::MAX)).as_bytes());
    failure.exit
}

/// Shows what clap says of a wrong call, or of `--help`, and returns the exit code: 1 for a wrong call.
pub(super) fn show_usage(usage: &clap::Error) -> u8 {
    let _ = usage.print();
    u8::from(usage.use_stderr())
}

/// Tells after a panic, which is a bug, that nothing recorded is lost by it.
pub(super) fn note_journal_on_panic() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        default(panic);
        let _ = writeln!(
            io::stderr(),
            "error: orderform stopped because of a bug\n  hint: the journal knows what was in flight: \
             `orderform apply` settles it before it buys anything; please report the text above"
        );
    }));
}
