//! `--only`, `--except` and their files: which orders a plan is about.
//!
//! **Invariant:** what is misspelt, or is about nothing, is an error: a selection never turns into all orders by mistake.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use unicode_width::UnicodeWidthStr as _;

use super::failure::Failure;
use super::materials::Materials;
use crate::domain::State;
use crate::manifest::nearest;
use crate::plan::{
    self, Expression, Key, LONGEST_EXPRESSION, Mistake, MistakeKind, Selection, Term, Unmatched,
};
use crate::view::escape;

/// The most bytes of a file of expressions.
const LARGEST_FILE: u64 = 1024 * 1024;

/// The most mistakes that are told.
const MOST_TOLD: usize = 20;

const GRAMMAR: &str = "an expression is `contoso-*`, `customer=contoso` or `label.region=emea`; `!=` is not, `,` is and, \
                       `*` and `?` are wildcards, and a backslash takes the next character as it is";

/// Which orders a plan is about.
#[derive(Debug, Args)]
pub(super) struct SelectArgs {
    /// Only orders like this, `contoso-*`, `customer=contoso` or `label.region=emea`; of several, those like any of them.
    #[arg(long, value_name = "EXPR")]
    only: Vec<String>,
    /// No orders like this, whatever `--only` says.
    #[arg(long, value_name = "EXPR")]
    except: Vec<String>,
    /// As `--only`, with an expression a line.
    #[arg(long, value_name = "FILE")]
    only_file: Vec<PathBuf>,
    /// As `--except`, with an expression a line.
    #[arg(long, value_name = "FILE")]
    except_file: Vec<PathBuf>,
}

/// A selection that was asked for.
pub(super) struct Asked {
    selection: Selection,
}

/// Which selection holds.
pub(super) struct Chosen {
    /// Whether it comes from a plan that was reviewed: where its orders are gone, that plan is stale.
    is_reviewed: bool,
}

impl SelectArgs {
    /// Reads all expressions, before anything else is done; every mistake is told.
    pub(super) fn read(&self) -> Result<Asked, Failure> {
        let mut mistakes = Vec::new();
        let only = self.expressions("--only", &self.only, &self.only_file, &mut mistakes)?;
        let except = self.expressions("--except", &self.except, &self.except_file, &mut mistakes)?;
        if mistakes.is_empty() {
            return Ok(Asked { selection: Selection { only, except, changed: None } });
        }
        let mut failure = Failure::new(match mistakes.len() {
            1 => "an expression is not understood; nothing was attempted".to_owned(),
            n => format!("{n} expressions are not understood; nothing was attempted"),
        });
        failure.causes = shortened(mistakes);
        Err(failure.hint(GRAMMAR))
    }

    fn expressions(
        &self,
        flag: &str,
        typed: &[String],
        files: &[PathBuf],
        mistakes: &mut Vec<String>,
    ) -> Result<BTreeSet<Expression>, Failure> {
        let mut read = BTreeSet::new();
        let mut take = |place: &str, text: &str| match Expression::parse(text) {
            Ok(expression) => drop(read.insert(expression)),
            Err(mistake) => mistakes.push(shown(place, text, &mistake)),
        };
        for text in typed {
            take(&format!("`{flag}`"), text);
        }
        for file in files {
            let text = read_file(flag, file)?;
            for (number, line) in lines(&text) {
                take(&format!("`{}`, line {number}", file.display()), line);
            }
        }
        Ok(read)
    }
}

impl Asked {
    /// Chooses what was asked for, or else what a plan that was reviewed is about.
    pub(super) fn choose(self, reviewed: Option<&Selection>, materials: &mut Materials) -> Chosen {
        let reviewed = reviewed.filter(|_| self.selection.is_everything());
        let is_reviewed = reviewed.is_some();
        materials.scope.selection = reviewed.cloned().unwrap_or(self.selection);
        Chosen { is_reviewed }
    }
}

impl Chosen {
    /// Refuses expressions that are about nothing, all of them at once.
    pub(super) fn check(&self, materials: &Materials, state: &State) -> Result<(), Failure> {
        let selection = &materials.scope.selection;
        if self.is_reviewed || selection.is_everything() {
            return Ok(());
        }
        let whole = plan::build(&materials.orders, state);
        let unmatched = selection.unmatched(&whole, &materials.orders);
        if unmatched.is_empty() {
            return Ok(());
        }
        let vocabulary = Vocabulary::new(&whole, materials);
        let mut failure = Failure::new(match unmatched.len() {
            1 => "an expression matches nothing; nothing was attempted".to_owned(),
            n => format!("{n} expressions match nothing; nothing was attempted"),
        });
        failure.causes = shortened(unmatched.iter().map(|one| vocabulary.tell(one)).collect());
        Err(failure.hint("`orderform render` shows every order with its customer and labels"))
    }
}

fn read_file(flag: &str, path: &Path) -> Result<String, Failure> {
    let failed = |why: String| {
        let mut failure = Failure::new(format!("cannot read `{}` of `{flag}-file`", path.display()));
        failure.causes.push(why);
        failure
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(failed(format!("it is larger than {LARGEST_FILE} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_owned()))?;
    if lines(&text).next().is_none() {
        return Err(failed("there is no expression in it, and that would be about every order".to_owned()));
    }
    Ok(text)
}

/// Returns the lines that hold an expression, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim_start).zip(1..).map(|(line, number)| (number, line));
    lines.filter(|(_, line)| !line.trim_end().is_empty() && !line.starts_with('#'))
}

fn shortened(mut told: Vec<String>) -> Vec<String> {
    if told.len() > MOST_TOLD {
        let rest = told.len() - MOST_TOLD;
        told.truncate(MOST_TOLD);
        told.push(format!("{rest} more"));
    }
    told
}

/// Shows an expression with a caret below what is wrong in it.
fn shown(place: &str, text: &str, Mistake { span, kind }: &Mistake) -> String {
    let what = what_is_wrong(kind);
    if *kind == MistakeKind::TooLong {
        return format!("{place}: {what}");
    }
    let [before, within] = [&text[..span.start], &text[span.clone()]].map(|part| escape(part).width());
    let caret = format!("{}{}", " ".repeat(before), "^".repeat(within.max(1)));
    format!("{place}: {what}\n{}\n{caret}", escape(text))
}

fn what_is_wrong(kind: &MistakeKind) -> String {
    match kind {
        MistakeKind::TooLong => {
            format!("this is longer than {LONGEST_EXPRESSION} bytes, wildcards written out")
        }
        MistakeKind::NothingHere => "there is nothing here".to_owned(),
        MistakeKind::Unseen => "this character cannot be seen".to_owned(),
        MistakeKind::NothingEscaped => "nothing follows the backslash".to_owned(),
        MistakeKind::UnknownKey(key) => match nearest(key, ["name", "customer", "label"]) {
            Some(near) => format!("`{key}` is not `name`, `customer` or `label.KEY`: `{near}` may be meant"),
            None if key.is_empty() => "`name`, `customer` or `label.KEY` is missing before this".to_owned(),
            None => format!("this is not `name`, `customer` or `label.KEY`; a label is `label.{key}`"),
        },
        MistakeKind::NoLabel => "which label? write `label.KEY`".to_owned(),
        MistakeKind::NoOperator => "a label needs a value; `=*` is any".to_owned(),
        MistakeKind::NoValue => "a value is missing behind this".to_owned(),
        MistakeKind::NotInNames(c) => format!(
            "no name has `{c}`: names are a-z, 0-9 and `-`; customers and labels are found by `customer=` and `label.KEY=`"
        ),
    }
}

/// What could have been meant.
struct Vocabulary<'a> {
    names: BTreeSet<&'a str>,
    customers: BTreeSet<&'a str>,
    labels: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Vocabulary<'a> {
    fn new(whole: &'a plan::Plan, materials: &'a Materials) -> Self {
        let labels = materials.orders.iter().flat_map(|order| &order.labels);
        Self {
            names: whole.steps.iter().map(|step| step.name.as_str()).collect(),
            customers: materials.orders.iter().filter_map(|order| order.customer_name.as_deref()).collect(),
            labels: labels.map(|(key, value)| (key.as_str(), value.as_str())).collect(),
        }
    }

    fn tell(&self, unmatched: &Unmatched<'_>) -> String {
        let Unmatched { expression, is_except, term } = unmatched;
        let flag = if *is_except { "--except" } else { "--only" };
        let what = match term {
            Some(term) => self.missing(term),
            None => "there are orders for each part of it, but none for all of it".to_owned(),
        };
        format!("`{flag} {}`: {what}", escape(&expression.to_string()))
    }

    fn missing(&self, term: &Term) -> String {
        let (what, near) = match &term.key {
            Key::Name => ("no order has this name".to_owned(), near(term, self.names.iter().copied())),
            Key::Customer => {
                ("no order is for this customer".to_owned(), near(term, self.customers.iter().copied()))
            }
            Key::Label(key) => {
                let values = self.labels.iter().filter(|(label, _)| label == key).map(|(_, value)| *value);
                match values.clone().next() {
                    Some(_) => (format!("no order has this as `label.{key}`"), near(term, values)),
                    None => {
                        let keys = self.labels.iter().map(|(label, _)| *label);
                        let near = nearest(key, keys).map(|near| format!("label.{near}"));
                        (format!("no order has a label `{key}`"), near)
                    }
                }
            }
        };
        let near = near.map(|near| format!("; `{near}` is the nearest")).unwrap_or_default();
        escape(&format!("{what}{near}"))
    }
}

/// Finds what was probably meant: the nearest text, or the one that begins with what is nearest to the beginning.
fn near<'a>(term: &Term, all: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let beginning = term.pattern.beginning();
    if term.pattern.is_exact() {
        return nearest(&beginning, all).map(str::to_owned);
    }
    let length = beginning.chars().count();
    let cut = |text: &'a str| text.char_indices().nth(length).map_or(text, |(end, _)| &text[..end]);
    let found = nearest(&beginning, all.clone().map(cut)).filter(|found| !found.is_empty())?;
    all.into_iter().find(|text| text.starts_with(found)).map(str::to_owned)
}
