//! How far an adoption has come: a bar on a terminal, some lines in a log.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

use super::super::terminal::Terminal;

/// How many lines a log gets of many customers.
const PARTS: usize = 20;

/// How far it has come.
pub(super) struct Progress<'a> {
    terminal: &'a Terminal,
    bar: Option<ProgressBar>,
    total: usize,
    done: usize,
}

impl<'a> Progress<'a> {
    pub(super) fn new(terminal: &'a Terminal, total: usize) -> Self {
        let bar = terminal.progress_width().map(|_| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
            let template = "{bar:30} {pos} of {len} customers, about {eta} left";
            let style = ProgressStyle::with_template(template).expect("the template is written out");
            bar.with_style(style).with_finish(ProgressFinish::AndClear)
        });
        Self { terminal, bar, total, done: 0 }
    }

    /// Notes that another customer was asked about.
    pub(super) fn step(&mut self) {
        let part = |done: usize| done * PARTS / self.total.max(1);
        let is_part = self.total > PARTS && part(self.done) != part(self.done + 1);
        self.done += 1;
        match &self.bar {
            Some(bar) => bar.inc(1),
            None if is_part => self.terminal.say(&format!("{} of {} customers", self.done, self.total)),
            None => {}
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
