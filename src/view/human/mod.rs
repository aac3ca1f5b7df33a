//! Text for a terminal: aligned, coloured if asked for, understood without colour.
//!
//! Lines of plans fit the width unless an id or a name alone does not. Every line begins with words or symbols of
//! ours or with blanks, never with a text of others.
//!
//! **Invariant:** without its colours the text is the same, byte for byte.

mod adoption;
mod diff;
mod drift;
mod plan;
mod receipt;
mod run;
mod state;
mod status;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::words::{Account, Symbol};
use super::{AdoptionReport, Look, Situation, View, text, words};
use crate::apply::{Event, Summary};
use crate::domain::receipt::Receipt;
use crate::domain::{OrderName, Place, State};
use crate::plan::{Accounts, Drift, Plan};
use crate::watch::{Manifests, Report};

/// The indentation of an order's first line.
const ORDER: &str = "  ";
/// The widest name that others are aligned with.
const WIDEST_NAME: usize = 32;
/// The indentation of whatever else is said about it.
const DETAIL: &str = "      ";
/// How far a hint stands in: behind the indentation and its label.
const HINT: usize = DETAIL.len() + "hint: ".len();

/// The view for people at a terminal.
#[derive(Debug)]
pub struct Human<W> {
    out: W,
    look: Look,
}

impl<W: Write> Human<W> {
    /// Makes a view that writes here and looks like this.
    pub fn new(out: W, look: Look) -> Self {
        Self { out, look }
    }

    fn show(&mut self, page: &Page) -> io::Result<()> {
        self.out.write_all(page.text.as_bytes())?;
        self.out.flush()
    }
}

impl<W: Write> View for Human<W> {
    fn plan(&mut self, plan: &Plan) -> io::Result<()> {
        self.show(&plan::page(plan, self.look))
    }

    fn event(&mut self, event: &Event) -> io::Result<()> {
        let Some(line) = words::event(event, self.look.verbose) else {
            return Ok(());
        };
        writeln!(self.out, "{line}")?;
        self.out.flush()
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        self.show(&run::page(summary, self.look))
    }

    fn state_list(&mut self, state: &State) -> io::Result<()> {
        self.show(&state::list(state, self.look))
    }

    fn state_show(&mut self, name: &OrderName, state: &State) -> io::Result<()> {
        self.show(&state::show(name, state, self.look))
    }

    fn adoption(&mut self, report: &AdoptionReport) -> io::Result<()> {
        self.show(&adoption::page(report, self.look))
    }

    fn receipt(&mut self, receipt: &Receipt, manifest: Option<&Place>) -> io::Result<()> {
        self.show(&receipt::page(receipt, manifest, self.look))
    }

    fn situation(&mut self, situation: &Situation<'_>) -> io::Result<()> {
        self.show(&status::page(situation, self.look))
    }

    fn drift(&mut self, drift: &Drift) -> io::Result<()> {
        self.show(&drift::page(drift, self.look))
    }

    fn accounts(&mut self, accounts: &Accounts) -> io::Result<()> {
        self.show(&drift::accounts(accounts, self.look))
    }

    fn pass(&mut self, report: &Report, manifests: Manifests) -> io::Result<()> {
        writeln!(self.out, "{}", words::pass(report, manifests))?;
        self.out.flush()
    }
}

/// Text in the making.
struct Page {
    text: String,
    look: Look,
}

impl Page {
    fn new(look: Look) -> Self {
        Self { text: String::new(), look }
    }

    /// Adds a line as it is.
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Adds a line that stands out.
    fn title(&mut self, line: &str) {
        for line in text::wrap_list(line, self.look.width) {
            let bold = self.paint(&line, Style::new().bold());
            self.line(&bold);
        }
    }

    /// Adds a text of several lines, each behind the indentation.
    fn paragraph(&mut self, text: &str, indent: &str) {
        for line in text::wrap(text, self.look.width, indent) {
            self.line(&line);
        }
    }

    /// Adds an order: its symbol, and the pieces that fit beside it; those that do not go below.
    fn order(&mut self, symbol: Symbol, pieces: &[String]) {
        let mut line = String::new();
        let mut indent = ORDER.len() + 2;
        let mut first = true;
        for piece in pieces.iter().filter(|piece| !piece.trim().is_empty()) {
            let gap = if line.is_empty() { 0 } else { 2 };
            let wanted = indent + text::width(&line) + gap + text::width(piece.trim_end());
            if !line.is_empty() && wanted > self.look.width {
                self.order_line(first.then_some(symbol), &line);
                (first, indent) = (false, DETAIL.len());
                line.clear();
            }
            if !line.is_empty() {
                line.push_str("  ");
            }
            line.push_str(match (first, line.is_empty()) {
                (true, _) => piece,
                (false, false) => piece.trim_end(),
                // What is padded to end in a column begins a line of its own here.
                (false, true) => piece.trim(),
            });
        }
        self.order_line(first.then_some(symbol), &line);
    }

    fn order_line(&mut self, symbol: Option<Symbol>, line: &str) {
        let head = match symbol {
            Some(symbol) => format!("{ORDER}{} ", self.paint(symbol.as_str(), style(symbol))),
            None => DETAIL.to_owned(),
        };
        self.line(&format!("{head}{line}"));
    }

    /// Adds what a person is told about an order, hints last.
    fn account(&mut self, account: &Account) {
        if !account.headline.is_empty() {
            self.paragraph(&account.headline, DETAIL);
        }
        for detail in &account.details {
            self.paragraph(detail, DETAIL);
        }
        self.hints(account);
    }

    fn hints(&mut self, account: &Account) {
        for hint in &account.hints {
            let label = self.paint("hint:", AnsiColor::Cyan.on_default());
            let lines = text::wrap(hint, self.look.width.saturating_sub(HINT), "");
            for (index, line) in lines.iter().enumerate() {
                let label = if index == 0 { &label } else { "     " };
                self.line(&format!("{DETAIL}{label} {line}"));
            }
        }
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.look.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

fn style(symbol: Symbol) -> Style {
    match symbol {
        Symbol::Create => AnsiColor::Green.on_default().bold(),
        Symbol::Doubt => AnsiColor::Yellow.on_default().bold(),
        Symbol::Blocked | Symbol::Refused => AnsiColor::Red.on_default().bold(),
        Symbol::Rename => AnsiColor::Cyan.on_default(),
        Symbol::Keep | Symbol::Aside => Style::new().dimmed(),
    }
}

/// Returns how wide a column is: as its widest cell, but those wider than `most` do not push everybody aside.
fn column<'a>(cells: impl Iterator<Item = &'a str>, most: usize) -> usize {
    cells.map(text::width).filter(|width| *width <= most).max().unwrap_or(0)
}
