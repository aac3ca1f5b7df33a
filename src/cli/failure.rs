//! What went wrong, the way out, and the exit code: the one place where errors become words for a person.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use crate::apply::ApplyError;
use crate::domain::{EndpointId, SignInProblem, is_harmful};
use crate::manifest::Loaded;
use crate::manifest::render::without_commands;
use crate::partner_center::sign_in::SignInError;
use crate::partner_center::{ClientError, EndpointError, TokenError};
use crate::plan::{Changes, Limit};
use crate::ports::ReadError;
use crate::sandbox::SandboxError;
use crate::store::StoreError;
use crate::view::{Trouble, changes_in_words, way_out, wrap};

/// The exit codes, as design and README list them.
pub(crate) mod exit {
    pub(crate) const DONE: u8 = 0;
    pub(crate) const FAILED: u8 = 1;
    pub(crate) const CHANGES: u8 = 2;
    pub(crate) const MANIFESTS: u8 = 3;
    pub(crate) const IN_DOUBT: u8 = 4;
    pub(crate) const REFUSED_BY_GUARD: u8 = 5;
    pub(crate) const LOCKED: u8 = 6;
    pub(crate) const STALE: u8 = 7;
    pub(crate) const INCOMPLETE: u8 = 8;
    pub(crate) const INTERRUPTED: u8 = 130;
    /// What shells say of a program whose reader has gone (128 and SIGPIPE).
    pub(crate) const NOBODY_READS: u8 = 141;
}

/// What to do about a sign-in that is refused for a reason that is not known.
const SIGN_IN: &str = "check who signs in, and with what: `orderform auth check` says so, and the README lists what is refused how";

/// What a hint begins with.
const HINT: &str = "  hint: ";

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: u8,
    /// What went wrong: lower case, no final period.
    pub(crate) message: String,
    /// What it was caused by, outermost first.
    pub(crate) causes: Vec<String>,
    /// The way out.
    pub(crate) hint: Option<String>,
    /// The manifests, where they are what is wrong.
    manifests: Option<Box<Loaded>>,
    /// The limits that a plan goes beyond.
    exceeded: Vec<Limit>,
    /// What has changed since a plan was reviewed.
    changes: Option<Box<Changes>>,
    /// Whether nothing is said of it.
    is_quiet: bool,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            exit: exit::FAILED,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            manifests: None,
            exceeded: Vec::new(),
            changes: None,
            is_quiet: false,
        }
    }

    /// Takes an error with its causes.
    pub(crate) fn of(error: &dyn Error) -> Self {
        let mut failure = Self::new(error.to_string());
        let mut cause = error.source();
        while let Some(error) = cause {
            failure.causes.push(error.to_string());
            cause = error.source();
        }
        failure
    }

    /// Adds a cause, inside of those that are there.
    pub(crate) fn caused_by(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn exit(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }

    /// Adds the manifests, where they are what is wrong.
    pub(crate) fn manifests(mut self, manifests: Loaded) -> Self {
        self.manifests = Some(Box::new(manifests));
        self
    }

    /// Adds the limits that a plan goes beyond.
    pub(crate) fn exceeded(mut self, exceeded: &[Limit]) -> Self {
        self.exceeded = exceeded.to_vec();
        self
    }

    /// Adds what has changed since a plan was reviewed, in words too.
    pub(crate) fn changes(mut self, changes: Changes) -> Self {
        self.causes = changes_in_words(&changes);
        self.changes = Some(Box::new(changes));
        self
    }

    /// Returns what views know of it.
    pub(crate) fn trouble(&self) -> Trouble<'_> {
        Trouble {
            exit_code: self.exit,
            message: &self.message,
            causes: &self.causes,
            hint: self.hint.as_deref(),
            manifests: self.manifests.as_deref(),
            exceeded: &self.exceeded,
            changes: self.changes.as_deref(),
        }
    }

    /// Names the file that the system could not do something with.
    pub(crate) fn of_file(action: &str, file: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {action} `{}`", file.display())).caused_by(error.to_string())
    }

    /// Returns what went wrong, why, and the way out, for a line of a log.
    pub(crate) fn in_one_line(&self) -> String {
        let parts = std::iter::once(&self.message).chain(&self.causes);
        let why = parts.map(String::as_str).collect::<Vec<_>>().join(": ");
        let hints: String = self.hint.iter().map(|hint| format!(" ({hint})")).collect();
        why + &hints
    }

    /// Returns the text for stderr.
    pub(crate) fn render(&self) -> String {
        self.render_within(usize::MAX)
    }

    /// Returns the text for stderr, with a hint in lines of at most so many columns.
    pub(crate) fn render_within(&self, columns: usize) -> String {
        if self.is_quiet {
            return String::new();
        }
        let mut text = format!("error: {}\n", harmless(&self.message));
        for cause in &self.causes {
            let _ = writeln!(text, "  cause: {}", harmless(cause));
        }
        if let Some(hint) = &self.hint {
            let mut hint = harmless(hint);
            // Lines of its own are there to be copied.
            if !hint.contains('\n') {
                let indent = format!("\n{}", " ".repeat(HINT.len()));
                hint = wrap(&hint, columns.saturating_sub(HINT.len()), "").join(&indent);
            }
            let _ = writeln!(text, "{HINT}{hint}");
        }
        without_commands(&text)
    }
}

/// Writes what could move a terminal as `\u{…}`; line breaks stay, indented.
fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\n    "),
            c if is_harmful(c) => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let failure = Self::of(&error).hint(error.hint());
        match error {
            StoreError::Locked { .. } => failure.exit(exit::LOCKED),
            _ => failure,
        }
    }
}

impl From<EndpointError> for Failure {
    fn from(error: EndpointError) -> Self {
        Self::of(&error).hint(error.hint())
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self::of(&error).hint("put a bearer token for Partner Center into `ORDERFORM_ACCESS_TOKEN`")
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::of(&error)
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        Self::of(&error)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let hint = match &error {
            ReadError::SignIn(refused) => refused.problem.map_or(SIGN_IN, way_out),
            ReadError::Refused(error) => {
                let problem = SignInProblem::of_service(error);
                problem.map_or("check the customer and what the signed-in application may do", way_out)
            }
            ReadError::NotNow { .. } | ReadError::NotAsked(_) | ReadError::Failed(_) => {
                "it may pass: run the same again"
            }
        };
        Self::of(&error).hint(hint)
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        let hint = match &error {
            SignInError::Refused(refused) => refused.problem.map_or(SIGN_IN, way_out),
            SignInError::NotNow { .. } | SignInError::Failed(_) => "it may pass: run the same again",
        };
        Self::of(&error).hint(hint)
    }
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        let hint = match &error {
            ApplyError::Journal(_) => {
                "make room or mend the disk, then run `orderform apply` again: it settles what was in flight before \
                 it buys anything else; `orderform state list` shows what is recorded"
            }
            ApplyError::OtherEndpoint { bound: EndpointId::Sandbox, .. } => {
                "this state is of the sandbox, and no real order is in it: restore `journal.jsonl` of the real one, \
                 make it again with `orderform state rebuild`, which buys nothing, or name its directory with \
                 `--state-dir`"
            }
            ApplyError::Checkpoint { .. } => {
                "nothing is lost, and `orderform state list` shows what is recorded: make room or mend the disk, and the next \
                 `orderform apply` makes `state.json` again"
            }
            ApplyError::Stale { .. }
            | ApplyError::NotAsPinned { .. }
            | ApplyError::AvailabilityOpen { .. } => "plan again, and apply that",
            ApplyError::OtherEndpoint { .. } => {
                "use another `--state-dir` for each place that orders are bought at, so that pretended orders are \
                 never taken for real ones"
            }
        };
        let failure = Self::of(&error).hint(hint);
        match error {
            ApplyError::Stale { .. } | ApplyError::NotAsPinned { .. } => failure.exit(exit::STALE),
            _ => failure,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            // `| head` has what it wanted.
            std::io::ErrorKind::BrokenPipe => {
                Self { is_quiet: true, ..Self::of(&error).exit(exit::NOBODY_READS) }
            }
            _ => Self::of(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_wrapped_at_the_edge_and_a_command_in_it_stays_whole() {
        let failure = Failure::new("no").hint("run `orderform plan -v` and look at what it says");
        let expected = "error: no\n  hint: run\n        `orderform plan -v`\n        and look at\n        what it says\n";
        assert_eq!(failure.render_within(20), expected);
        assert_eq!(failure.render().lines().count(), 2);
    }

    #[test]
    fn nothing_is_said_where_nobody_reads() {
        let failure = Failure::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert_eq!((failure.render().as_str(), failure.exit), ("", exit::NOBODY_READS));
        let failure = Failure::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
        assert!(failure.render().starts_with("error: ") && failure.exit == exit::FAILED);
    }
}
