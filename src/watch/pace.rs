//! When manifests are read, and when a pass is made: a pure state machine; events in, the next thing to do out.
//!
//! Whoever drives it tells what happened ([`Pace::take`]) and asks what is due ([`Pace::due`]). Hints that something may
//! have changed are waited out until they have been quiet for a while. The manifests are read while that is waited for, and
//! read again once it is over: only what two readings agree on is passed over. What decides is their content, so an unchanged tree makes no pass.
//!
//! **Invariant:** no clock, no file, no chance: instants come in as milliseconds of any clock that never goes back.
//! Nothing is due while a pass is under way, and nothing but the end once it was asked for.

use std::time::Duration;

/// How patient a watcher is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// How long hints have to be quiet before the manifests are read for the last time. They are read for the first time
    /// after a sixth of it, so that what takes time (parsing) is done while there is nothing but waiting.
    pub quiet: Duration,
    /// How long it is waited for that quiet at the most.
    pub longest: Duration,
    /// How often the manifests are read although nothing hints at a change: hints get lost.
    pub interval: Duration,
    /// Whether there are hints. Without, two readings lie a quiet while apart.
    pub hints: bool,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            quiet: Duration::from_millis(300),
            longest: Duration::from_secs(2),
            interval: Duration::from_secs(60),
            hints: true,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<D> {
    /// Something may have changed.
    Hint,
    /// The manifests were read and have this digest; `None` where somebody is just changing them.
    Read(Option<D>),
    /// The pass that was due has begun, with what was read last.
    Began,
    /// It is over. Another is wanted once this long has passed, whatever the manifests say.
    Ended {
        /// How long; `None` where only a change makes another.
        again: Option<Duration>,
    },
    /// Settings are to be read anew: the next pass is made whatever the manifests say.
    Reload,
    /// Nothing more is to begin.
    Stop,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Read the manifests.
    Read,
    /// Make a pass with what was read last.
    Pass,
    /// Nothing until this instant, in milliseconds, or until something happens; `None`: only the latter.
    Nothing(Option<u64>),
    /// End.
    End,
}

/// What a watcher is waiting for. `D` is what two readings are compared by.
#[derive(Debug, Clone)]
pub struct Pace<D> {
    rhythm: Rhythm,
    /// The first and the last hint since the manifests were read after a quiet while.
    hints: Option<(u64, u64)>,
    /// Whether they were read since the last hint, while quiet is waited for.
    ahead: bool,
    /// When they are read at the latest.
    next_read: u64,
    /// What was read last and differs from what was passed over, and when it may be read again.
    candidate: Option<(D, u64)>,
    /// Whether two readings agreed on what was read last.
    agreed: bool,
    /// What the last pass was made with.
    passed: Option<D>,
    /// When a pass is wanted whatever the manifests say.
    again: Option<u64>,
    running: bool,
    stopping: bool,
}

impl<D: Clone + Eq> Pace<D> {
    /// Begins: the manifests are read at once.
    #[must_use]
    pub fn new(rhythm: Rhythm, now: u64) -> Self {
        Self {
            rhythm,
            hints: None,
            ahead: false,
            next_read: now,
            candidate: None,
            agreed: false,
            passed: None,
            again: None,
            running: false,
            stopping: false,
        }
    }

    /// Takes in what happened at this instant.
    pub fn take(&mut self, event: Event<D>, now: u64) {
        match event {
            Event::Hint => self.hint(now),
            Event::Read(Some(digest)) => self.read(digest, now),
            Event::Read(None) => {
                self.candidate = None;
                self.agreed = false;
                self.hints = Some((now, now));
                self.ahead = false;
                self.next_read = now + ms(self.rhythm.interval);
            }
            Event::Began => {
                self.running = true;
                self.agreed = false;
                self.again = None;
                if let Some((digest, _)) = self.candidate.take() {
                    self.passed = Some(digest);
                }
            }
            Event::Ended { again } => {
                self.running = false;
                self.again = again.map(|wait| now + ms(wait));
            }
            Event::Reload => {
                self.passed = None;
                self.next_read = now;
            }
            Event::Stop => self.stopping = true,
        }
    }

    /// Says whether hints come.
    pub fn set_hints(&mut self, hints: bool, interval: Duration) {
        self.rhythm.hints = hints;
        self.rhythm.interval = interval;
    }

    /// Returns what is due at this instant.
    #[must_use]
    pub fn due(&self, now: u64) -> Due {
        if self.running {
            return Due::Nothing(None);
        }
        if self.stopping {
            return Due::End;
        }
        let read = self.reading_due();
        // What was read before the last hint is no longer what is there.
        if self.agreed && self.hints.is_none() {
            return Due::Pass;
        }
        if read <= now {
            return Due::Read;
        }
        match self.again {
            // Made with what was passed over last, unless a change is just being read.
            Some(again) if self.candidate.is_none() && self.hints.is_none() => match again <= now {
                true => Due::Pass,
                false => Due::Nothing(Some(again.min(read))),
            },
            _ => Due::Nothing(Some(read)),
        }
    }

    fn hint(&mut self, now: u64) {
        let first = self.hints.map_or(now, |(first, _)| first);
        self.hints = Some((first, now));
        self.ahead = false;
    }

    fn read(&mut self, digest: D, now: u64) {
        if self.hints.is_some() && !self.ahead && self.rhythm.hints {
            self.ahead = true;
        } else {
            self.hints = None;
        }
        self.next_read = now + ms(self.rhythm.interval);
        if self.passed.as_ref() == Some(&digest) {
            self.candidate = None;
            self.agreed = false;
            return;
        }
        self.agreed = self.candidate.as_ref().is_some_and(|(before, _)| *before == digest);
        let apart = if self.rhythm.hints { 0 } else { ms(self.rhythm.quiet) };
        self.candidate = Some((digest, now + apart));
    }

    /// Returns when the manifests are read next.
    fn reading_due(&self) -> u64 {
        let (quiet, longest) = (ms(self.rhythm.quiet), ms(self.rhythm.longest));
        match (self.hints, &self.candidate) {
            // A hint says that it is changing still: before that is over nothing else is a reason to read.
            (Some((first, last)), _) => {
                let wait = if self.ahead || !self.rhythm.hints { quiet } else { quiet / 6 };
                (last + wait).min(first + longest)
            }
            (None, Some((_, again))) => self.next_read.min(*again),
            (None, None) => self.next_read,
        }
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests;
