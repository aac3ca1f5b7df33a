//! Which limits hold, and what of them may be exceeded once: `--organisation`, `--allow`, `--reason`.
//!
//! **Invariant:** a file that is named is read, or nothing is done: no mistake ever makes a limit vanish.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Failure, exit};
use super::materials::{PROJECT, refuse_wrong, show_diagnostics};
use super::terminal::Terminal;
use crate::domain::{Allowance, Keeper, Organisation, Rule, is_harmful};
use crate::manifest;
use crate::plan::{Limit, Plan};
use crate::view::limit_in_words;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// Which limits hold beside the project's.
#[derive(Debug, Args)]
pub(super) struct OrganisationArgs {
    /// Limits of the organisation, which hold whatever the project says.
    #[arg(long, value_name = "FILE", env = "ORDERFORM_ORGANISATION")]
    organisation: Option<PathBuf>,
}

/// Which limits hold beside the project's, and which may be exceeded.
#[derive(Debug, Args)]
pub(super) struct LimitArgs {
    #[command(flatten)]
    keeper: OrganisationArgs,
    /// Go beyond this limit, once; each needs a `--reason`, which is recorded.
    #[arg(long, value_name = "RULE", value_parser = parse_rule, requires = "reason")]
    allow: Vec<Rule>,
    /// Why a limit may be exceeded.
    #[arg(long, value_name = "TEXT", value_parser = parse_reason, requires = "allow")]
    reason: Vec<String>,
}

impl OrganisationArgs {
    /// Returns the file, where one is named.
    pub(super) fn path(&self) -> Option<&Path> {
        self.organisation.as_deref()
    }

    /// Reads the organisation's file, where one is named.
    pub(super) fn read(&self, terminal: &Terminal) -> Result<Option<Organisation>, Failure> {
        let Some(path) = self.path() else { return Ok(None) };
        let loaded = manifest::load_organisation(path);
        show_diagnostics(&loaded, terminal, terminal.verbose);
        let unreadable = |mut failure: Failure| {
            failure.message =
                format!("`{}` does not say what the limits are; nothing was attempted", path.display());
            failure
        };
        let organisation = refuse_wrong(loaded).map_err(unreadable)?.organisation;
        organisation.map(Some).ok_or_else(|| {
            Failure::new(format!("`{}` holds no limits", path.display())).exit(exit::MANIFESTS)
        })
    }

    /// Returns the flag by which it is named again.
    fn flags(&self) -> String {
        self.path().map_or_else(String::new, |path| format!(" --organisation {}", path.display()))
    }
}

impl LimitArgs {
    /// Reads the organisation's file, where one is named.
    pub(super) fn organisation(&self, terminal: &Terminal) -> Result<Option<Organisation>, Failure> {
        self.keeper.read(terminal)
    }

    /// Pairs rules and reasons, in the order they were typed.
    pub(super) fn allowances(&self) -> Result<Vec<Allowance>, Failure> {
        if self.allow.len() != self.reason.len() {
            let message = "each `--allow RULE` needs a `--reason TEXT` of its own";
            return Err(Failure::new(message).hint("write them in pairs, in the same order"));
        }
        let pairs = self.allow.iter().zip(&self.reason);
        let mut allowed: Vec<Allowance> =
            pairs.map(|(rule, reason)| Allowance { rule: *rule, reason: reason.clone() }).collect();
        allowed.sort();
        match allowed.windows(2).find(|pair| pair[0].rule == pair[1].rule) {
            None => Ok(allowed),
            Some(twice) => {
                Err(Failure::new(format!("`--allow {}` is written twice", twice[0].rule.as_str())))
            }
        }
    }

    /// Refuses an allowance that nothing needs: what is allowed should be no more than what was looked at.
    pub(super) fn refuse_needless(&self, limits: &[Limit]) -> Result<(), Failure> {
        let is_needed = |rule: &&Rule| limits.iter().any(|limit| limit.exceeded && limit.rule == **rule);
        let Some(rule) = self.allow.iter().find(|rule| !is_needed(rule)) else { return Ok(()) };
        let rule = rule.as_str();
        let message = format!("`--allow {rule}` is not needed: the plan does not go beyond that limit");
        Err(Failure::new(message).hint(format!("leave `--allow {rule}` and its reason out")))
    }

    /// Returns the failure that names every limit the plan goes beyond, its file, what it would come to, and the way out.
    /// `command` is what raises them, but for the rules.
    pub(super) fn over(&self, over: &[Limit], plan: &Plan, root: &Path, command: &str) -> Failure {
        let mut failure = Failure::new("the plan goes beyond its limits; nothing was attempted");
        let project = match root == Path::new(".") {
            true => PathBuf::from(PROJECT),
            false => root.join(PROJECT),
        };
        let file = |keeper| match keeper {
            Keeper::Program => None,
            Keeper::Project => Some(project.display().to_string()),
            Keeper::Organisation => self.keeper.path().map(|path| path.display().to_string()),
        };
        failure.causes =
            over.iter().map(|limit| limit_in_words(limit, file(limit.keeper).as_deref())).collect();
        let may_be_raised = |limit: &&Limit| {
            plan.pins.as_ref().is_none_or(|pins| pins.limits.may_be_raised(limit.keeper, limit.rule))
        };
        let mut hint = match over.iter().any(|limit| limit.rule == Rule::ManifestsLost) {
            true => {
                "put the manifests back; `orderform state forget NAME` is for an order that shall have none any more"
            }
            false => "apply fewer orders at a time, or have the limit raised in a review",
        }
        .to_owned();
        if over.iter().any(|limit| limit.value.has_unpriced()) {
            hint.push_str(match plan.costs {
                None => "\nname a price list: `--prices FILE`, or `prices` in `orderform.yaml`",
                Some(_) => {
                    "\nput the missing prices into the price list; the plan says what each order lacks"
                }
            });
        }
        if over.iter().all(|limit| may_be_raised(&limit)) {
            let mut rules: Vec<Rule> = over.iter().map(|limit| limit.rule).collect();
            rules.sort_unstable();
            rules.dedup();
            let flags: String =
                rules.iter().map(|rule| format!(" --allow {} --reason WHY", rule.as_str())).collect();
            hint.push_str(&format!("\nonce, with a reason that is recorded: `{command}{flags}`"));
        } else {
            let fixed: Vec<String> = over
                .iter()
                .filter(|limit| !may_be_raised(limit))
                .map(|limit| format!("`{}`", limit.rule.as_str()))
                .collect();
            let file = file(Keeper::Organisation).unwrap_or_default();
            hint.push_str(&format!("\n`{file}` lets nobody exceed {} (`mayBeRaised`)", fixed.join(", ")));
        }
        failure.exceeded(over).exit(exit::REFUSED_BY_GUARD).hint(hint)
    }

    /// Returns the flags by which these limits are named again.
    pub(super) fn flags(&self) -> String {
        self.keeper.flags()
    }
}

fn parse_rule(word: &str) -> Result<Rule, String> {
    Rule::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Rule::ALL.iter().map(|(word, _)| *word).collect();
        format!("the rules are {}", words.join(", "))
    })
}

/// Takes a reason that a reviewer can read in one line.
fn parse_reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("say why, for whoever reads the journal later".to_owned()),
        length if length > LONGEST_REASON => Err(format!("{LONGEST_REASON} characters are the most")),
        _ if text.chars().any(is_harmful) => {
            Err("write it on one line, without control or invisible characters".to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}
