//! When the next request may leave: a pure state machine, instants in milliseconds in, decisions out.
//!
//! Three things hold a request back. A *bucket* keeps all of them below what Partner Center allows a tenant ("Order
//! resources": 500 a minute), rejected ones included, because those count there too. A *pause* begins where it asks to
//! wait ("API throttling guidance": `Retry-After` is the floor): nobody asks anything before it is over, and each
//! rejection after another one doubles it. The *window* is how many may be in flight: a rejection halves it, a window full
//! of answers opens it by one. After a pause a single request goes first, and the others wait for what comes of it.
//!
//! **Invariant:** no clock, no waiting and no request in here, and nothing leaves within a pause.

/// The most requests in flight; nobody wants more ([`crate::cli`] allows 256 orders).
const MOST_IN_FLIGHT: u32 = 256;

/// How many may leave at once after a quiet time. With 450 a minute, no minute has more than 490.
const BURST: u64 = 40;

/// The longest pause of our own making, in milliseconds; what Partner Center asks for may be longer.
const LONGEST_OWN_MS: u64 = 60_000;

/// The pause where it asked to wait and did not say how long.
const UNSAID_MS: u64 = 1_000;

/// By how much a pause must get longer to be worth telling anew: a crowd that is rejected together is one story.
const NEWS_MS: u64 = 1_000;

/// What one request costs: the bucket is filled by `per_minute` of these a millisecond.
const ONE: u64 = 60_000;

/// What holds requests back.
#[derive(Debug)]
pub(super) struct Governor {
    /// How many may leave a minute; as many as like where absent.
    per_minute: Option<u32>,
    credit: u64,
    credited_at: u64,
    in_flight: u32,
    window: u32,
    /// Answers since the window was changed.
    well: u32,
    /// When the window was cut last. What left before is of the same crowd.
    cut_at: u64,
    pause: Pause,
}

/// The pause under way, or the last one.
#[derive(Debug, Default)]
struct Pause {
    from: u64,
    until: u64,
    /// How many rejections followed each other, each of a request that left after the pause before.
    rejections: u32,
    /// What the first of them asked for.
    first_ms: u64,
    /// Whether nobody knows yet if it is really over.
    is_tried: bool,
    /// How many requests that left after it are in flight.
    trying: u32,
    /// How often there was something to tell.
    news: u64,
    /// Until when it was told to last.
    told_until: u64,
    /// How long those before it lasted.
    before_ms: u64,
}

/// What is said to one who would like to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It may leave, and counts as in flight from now on.
    Go,
    /// Not before this instant.
    NotBefore(u64),
    /// Not before one that is in flight has ended.
    OnceOneEnded,
}

/// What came of a request, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// An answer of the service itself.
    Answer,
    /// 429, or 503 with `Retry-After`; with what that says, in milliseconds.
    Rejection(Option<u64>),
    /// No answer, or one of something that failed.
    Nothing,
}

impl Governor {
    /// Begins with a full bucket.
    pub(super) fn new(per_minute: Option<u32>) -> Self {
        Self {
            per_minute,
            credit: BURST * ONE,
            credited_at: 0,
            in_flight: 0,
            window: MOST_IN_FLIGHT,
            well: 0,
            cut_at: 0,
            pause: Pause::default(),
        }
    }

    /// Decides about one that would like to leave.
    pub(super) fn ask(&mut self, now: u64) -> Decision {
        if !self.pause.is_before(now) {
            return Decision::NotBefore(self.pause.until + 1);
        }
        let is_full = match self.pause.is_tried {
            true => self.pause.trying > 0,
            false => self.in_flight >= self.window,
        };
        if is_full {
            return Decision::OnceOneEnded;
        }
        if let Some(at) = self.charge(now) {
            return Decision::NotBefore(at);
        }
        self.in_flight += 1;
        self.pause.trying += 1;
        Decision::Go
    }

    /// Takes what a request costs from the bucket, or says when there will be enough.
    fn charge(&mut self, now: u64) -> Option<u64> {
        let rate = u64::from(self.per_minute?.max(1));
        let passed = now.saturating_sub(self.credited_at);
        self.credit = self.credit.saturating_add(passed.saturating_mul(rate)).min(BURST * ONE);
        self.credited_at = now;
        if self.credit < ONE {
            return Some(now + (ONE - self.credit).div_ceil(rate));
        }
        self.credit -= ONE;
        None
    }

    /// One that was let go at this instant is not in flight any more.
    pub(super) fn ended(&mut self, let_go_at: u64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if self.pause.is_before(let_go_at) {
            self.pause.trying = self.pause.trying.saturating_sub(1);
        }
    }

    /// Learns what came of a request that left then. It is still in flight.
    pub(super) fn learn(&mut self, left_at: u64, now: u64, came: Came) {
        match came {
            Came::Answer => self.open(left_at),
            Came::Rejection(asked_ms) => {
                self.cut(left_at, now);
                self.pause.prolong(left_at, now, asked_ms);
            }
            Came::Nothing => {}
        }
    }

    fn open(&mut self, left_at: u64) {
        if self.pause.is_before(left_at) {
            self.pause.is_tried = false;
            self.pause.rejections = 0;
        }
        self.well += 1;
        if self.well >= self.window {
            self.window = (self.window + 1).min(MOST_IN_FLIGHT);
            self.well = 0;
        }
    }

    fn cut(&mut self, left_at: u64, now: u64) {
        if self.cut_at > 0 && left_at < self.cut_at {
            return;
        }
        // Never more were in flight than this, so a window that nobody filled has said nothing.
        let filled = if self.pause.is_tried { self.window } else { self.window.min(self.in_flight) };
        self.window = (filled / 2).max(1);
        self.well = 0;
        self.cut_at = now;
    }

    /// Returns for how many more milliseconds nothing may leave.
    pub(super) fn left_ms(&self, now: u64) -> u64 {
        self.pause.until.saturating_sub(now)
    }

    /// Returns how often there was something to tell of pauses.
    pub(super) fn news(&self) -> u64 {
        self.pause.news
    }

    /// Returns how long all pauses have lasted by now, in milliseconds.
    pub(super) fn paused_ms(&self, now: u64) -> u64 {
        self.pause.before_ms + now.min(self.pause.until).saturating_sub(self.pause.from)
    }
}

impl Pause {
    /// Says whether it is over at an instant. Instants are whole milliseconds, rounded down, so it lasts through its last.
    fn is_before(&self, instant: u64) -> bool {
        self.news == 0 || instant > self.until
    }

    fn prolong(&mut self, left_at: u64, now: u64, asked_ms: Option<u64>) {
        let asked = asked_ms.unwrap_or(UNSAID_MS);
        if self.is_before(left_at) {
            self.rejections += 1;
            if self.rejections == 1 {
                self.first_ms = asked.max(UNSAID_MS);
            }
        }
        let own = match self.rejections.saturating_sub(1) {
            0 => 0,
            doublings => self.first_ms.saturating_mul(1 << doublings.min(16)).min(LONGEST_OWN_MS),
        };
        let until = now.saturating_add(asked.max(own));
        if self.is_before(now) {
            self.before_ms += self.until - self.from;
            self.from = now;
            (self.is_tried, self.trying) = (true, 0);
            self.news += 1;
            self.told_until = until;
        } else if until >= self.told_until.saturating_add(NEWS_MS) {
            self.news += 1;
            self.told_until = until;
        }
        self.until = self.until.max(until);
    }
}

#[cfg(test)]
mod tests;
