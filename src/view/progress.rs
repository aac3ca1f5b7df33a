//! How a run is getting on: a live bar on a terminal, plain lines in a log.
//!
//! A log gets a line for every order that ended; where there are more than 200 orders, a line for every order that
//! did not end as it should, and one for about every twentieth part of the run. A terminal gets the same lines above
//! the bar.
//!
//! **Invariant:** it is lost on nobody who does not see it: everything said here stands in the summary too.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle, TermLike};

use super::{text, words};
use crate::apply::{Event, Outcome};
use crate::domain::OrderName;

/// The most orders that get a line each.
pub(super) const MANY: usize = 200;

/// How many lines about the whole a run of more orders gets.
const PARTS: usize = 20;

/// How often a second the bar is drawn anew at the most.
const REDRAWS: u8 = 10;

/// What a run looks like from outside. It takes the same events as a [`View`](super::View).
pub struct Progress<W> {
    out: Shared<W>,
    bar: Option<ProgressBar>,
    verbose: bool,
    count: Count,
}

/// How far the run has come.
#[derive(Debug, Default)]
struct Count {
    total: usize,
    ended: usize,
    created: usize,
    in_doubt: usize,
    in_flight: BTreeSet<OrderName>,
    /// How many of the [`PARTS`] have been told.
    told: usize,
}

impl<W: Write + Send + 'static> Progress<W> {
    /// Makes one that writes here; on a terminal of so many columns it draws a bar.
    pub fn new(out: W, terminal_width: Option<u16>, verbose: bool) -> Self {
        let out = Shared {
            out: Arc::new(Mutex::new(out)),
            width: terminal_width.unwrap_or(80),
            full: Arc::default(),
        };
        let bar = terminal_width.map(|_| {
            let target = ProgressDrawTarget::term_like_with_hz(Box::new(out.clone()), REDRAWS);
            let bar = ProgressBar::with_draw_target(Some(0), target).with_finish(ProgressFinish::AndClear);
            bar.set_style(style());
            bar
        });
        Self { out, bar, verbose, count: Count::default() }
    }

    /// Takes what happened.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        let before = self.count.ended;
        self.count.take(event);
        if let Some(line) = self.line(event) {
            self.say(&line)?;
        }
        if self.count.ended != before && self.count.reached_a_part() {
            self.say(&self.count.to_string())?;
        }
        self.draw(event);
        Ok(())
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Returns the line that an event is worth.
    fn line(&self, event: &Event) -> Option<String> {
        let many = self.count.total > MANY;
        let routine = match event {
            Event::Started { .. } => self.bar.is_some(),
            Event::Ended(ended) => many && matches!(ended.outcome, Outcome::Created { .. }),
            Event::Waiting { .. } => many || self.bar.is_some(),
            Event::Paused { .. } => self.bar.is_some(),
            Event::SubscriptionsKnown { .. } => many,
            Event::Sending { .. } | Event::Stopping { .. } | Event::Unrecorded { .. } => false,
        };
        if routine && !self.verbose { None } else { words::event(event, self.verbose) }
    }

    fn say(&self, line: &str) -> io::Result<()> {
        match &self.bar {
            Some(bar) => {
                bar.println(line);
                Ok(())
            }
            None => {
                let mut out = self.out.lock();
                writeln!(out, "{line}")?;
                out.flush()
            }
        }
    }

    fn time_left(&self, bar: &ProgressBar) -> String {
        match self.count.is_under_way() {
            true => format!(", about {} left", text::duration(bar.eta())),
            false => String::new(),
        }
    }

    fn draw(&self, event: &Event) {
        let Some(bar) = &self.bar else {
            return;
        };
        bar.set_length(u64::try_from(self.count.total).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(self.count.ended).unwrap_or(u64::MAX));
        match (event, words::event(event, false)) {
            (Event::Waiting { .. } | Event::Paused { .. } | Event::Stopping { .. }, Some(line)) => {
                bar.set_message(line)
            }
            _ => bar.set_message(format!("{}{}", self.count.busy(), self.time_left(bar))),
        }
    }
}

impl Count {
    /// Says whether there is something to go by when guessing how long the rest takes.
    fn is_under_way(&self) -> bool {
        (1..self.total).contains(&self.ended)
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Started { orders, .. } => self.total = *orders,
            Event::Sending { name, .. } => {
                self.in_flight.insert(name.clone());
            }
            Event::Ended(ended) => {
                self.in_flight.remove(&ended.name);
                match ended.outcome {
                    Outcome::Blocked(_) | Outcome::Renamed { .. } => return,
                    Outcome::Created { .. } => self.created += 1,
                    Outcome::InDoubt(_) => self.in_doubt += 1,
                    _ => {}
                }
                self.ended = (self.ended + 1).min(self.total);
            }
            _ => {}
        }
    }

    /// Says whether a part of a long run is over that was not told yet.
    fn reached_a_part(&mut self) -> bool {
        if self.total <= MANY {
            return false;
        }
        let part = self.ended * PARTS / self.total;
        let reached = part > self.told;
        self.told = part;
        reached
    }

    fn busy(&self) -> String {
        let doubt = if self.in_doubt > 0 { format!(", {} in doubt", self.in_doubt) } else { String::new() };
        format!("{} in flight{doubt}", self.in_flight.len())
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { total, ended, created, .. } = self;
        write!(f, "{ended} of {total} orders done: {created} created, {}", self.busy())
    }
}

impl<W> fmt::Debug for Progress<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("count", &self.count).finish_non_exhaustive()
    }
}

fn style() -> ProgressStyle {
    let template = "[{bar:20}] {pos}/{len} orders, {wide_msg}";
    ProgressStyle::with_template(template)
        .expect("the template is a constant that tests render")
        .progress_chars("=> ")
}

/// The writer, shared with the bar that draws on it.
struct Shared<W> {
    out: Arc<Mutex<W>>,
    width: u16,
    /// Whether the line was to be filled up with spaces, so that whatever comes next begins a new one. They are not
    /// written: behind a full line the `^C` that a terminal echoes would wrap, and the bar would stay behind.
    full: Arc<AtomicBool>,
}

impl<W> Clone for Shared<W> {
    fn clone(&self) -> Self {
        Self { out: Arc::clone(&self.out), width: self.width, full: Arc::clone(&self.full) }
    }
}

impl<W> Shared<W> {
    fn lock(&self) -> MutexGuard<'_, W> {
        self.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<W: Write> Shared<W> {
    /// Moves the cursor so far in a direction, as every terminal since the VT100 understands it.
    fn step(&self, steps: usize, direction: char) -> io::Result<()> {
        if steps == 0 { Ok(()) } else { write!(self.lock(), "\u{1b}[{steps}{direction}") }
    }
}

impl<W> fmt::Debug for Shared<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("width", &self.width).finish_non_exhaustive()
    }
}

impl<W: Write + Send> TermLike for Shared<W> {
    fn width(&self) -> u16 {
        self.width
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.step(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.step(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.step(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.step(n, 'D')
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        writeln!(self.lock(), "{line}")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        let text = text.trim_end_matches(' ');
        if text.is_empty() {
            self.full.store(true, Ordering::Relaxed);
            return Ok(());
        }
        let new_line = if self.full.swap(false, Ordering::Relaxed) { "\n" } else { "" };
        self.lock().write_all(format!("{new_line}{text}").as_bytes())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.full.store(false, Ordering::Relaxed);
        self.lock().write_all(b"\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        self.lock().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ended, every_event, name, placed};
    use super::*;
    use crate::domain::Evidence;
    use crate::protocol::Doubt;

    /// A writer that can be read while the progress has it.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Log {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    /// Runs so many orders, of which every hundredth ends in doubt, and returns what was shown.
    fn run(orders: usize, terminal_width: Option<u16>) -> String {
        let log = Log::default();
        let mut progress = Progress::new(log.clone(), terminal_width, false);
        progress.event(&Event::Started { orders, seats: 5 }).unwrap();
        for number in 1..=orders {
            let text = format!("order-{number}");
            let request_id = super::super::samples::request();
            progress.event(&Event::Sending { name: name(&text), request_id, number: 1 }).unwrap();
            let outcome = match number % 100 {
                0 => Outcome::InDoubt(Doubt::Strict),
                _ => Outcome::Created { order: placed(&[None]), evidence: Evidence::Answer },
            };
            progress.event(&Event::Ended(ended(&text, outcome))).unwrap();
        }
        progress.finish();
        log.text()
    }

    #[test]
    fn a_log_of_a_few_orders_has_a_line_for_each() {
        insta::assert_snapshot!(run(2, None), @r"
        starting: 2 orders, 5 seats
        + order-1: created: order 5cf72f146967
        + order-2: created: order 5cf72f146967
        ");
    }

    #[test]
    fn a_log_of_many_orders_has_a_line_for_each_part_and_for_each_that_needs_somebody() {
        let text = run(1000, None);
        assert_eq!(text.lines().filter(|line| line.starts_with("? order-")).count(), 10);
        assert_eq!(text.lines().filter(|line| line.contains(" of 1000 orders done: ")).count(), PARTS);
        assert_eq!(text.lines().count(), 1 + 10 + PARTS);
        assert!(
            text.ends_with("1000 of 1000 orders done: 990 created, 0 in flight, 10 in doubt\n"),
            "{text}"
        );
    }

    #[test]
    fn a_terminal_has_a_bar_that_goes_away_and_lines_that_stay() {
        let text = run(3, Some(80));
        assert!(text.contains("/3 orders, "), "{text:?}");
        assert!(text.contains("+ order-1: created: order 5cf72f146967"), "{text:?}");
        let (_, rest) = text.rsplit_once("\r\u{1b}[2K").unwrap();
        assert!(!rest.contains("orders"), "the bar is gone: {rest:?}");
    }

    #[test]
    fn every_event_is_taken_in_any_order() {
        for width in [None, Some(1), Some(80)] {
            let mut progress = Progress::new(Log::default(), width, true);
            every_event().iter().rev().for_each(|event| progress.event(event).unwrap());
        }
    }
}
