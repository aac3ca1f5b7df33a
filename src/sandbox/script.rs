//! Decides for each request what goes wrong with it: counts, and draws from a seed.
//!
//! Every rule counts and draws for itself, for every request it matches, whether or not an earlier rule fired. So the
//! same requests in the same order fail in the same way, and a new rule changes nothing about the others.
//!
//! **Invariant:** no clock but the instant that is told with each request, and no randomness but the seed's.

use jiff::Timestamp;

use super::clock;
use super::deed::Deed;
use super::faults::{Faults, Occasion, Rule};

/// The rules, and how far each has come.
#[derive(Debug)]
pub(super) struct Script {
    rules: Vec<Progress>,
}

#[derive(Debug)]
struct Progress {
    rule: Rule,
    seen: u64,
    fired: u64,
    /// When it was first due.
    began: Option<Timestamp>,
    draws: SplitMix64,
}

impl Script {
    pub(super) fn new(faults: &Faults) -> Self {
        let rules = faults.rules.iter().zip(0..).map(|(rule, n)| Progress {
            rule: rule.clone(),
            seen: 0,
            fired: 0,
            began: None,
            draws: SplitMix64(SplitMix64(faults.seed ^ n).next()),
        });
        Self { rules: rules.collect() }
    }

    /// Counts a request that came at an instant, and says what shall go wrong with it.
    pub(super) fn decide(
        &mut self,
        occasion: Occasion,
        customer: Option<&str>,
        now: Timestamp,
    ) -> Option<Deed> {
        let mut decided = None;
        for progress in &mut self.rules {
            let fires = progress.matches(occasion, customer) && progress.fires(now);
            if fires && decided.is_none() {
                progress.fired += 1;
                decided = Some(progress.rule.deed.clone());
            }
        }
        decided
    }
}

impl Progress {
    fn matches(&self, occasion: Occasion, customer: Option<&str>) -> bool {
        let asked = self.rule.on == occasion || self.rule.on == Occasion::Any;
        let wanted = self.rule.only.customer.as_deref();
        let is_wanted = |wanted: &str| customer.is_some_and(|c| c.eq_ignore_ascii_case(wanted));
        asked && wanted.is_none_or(is_wanted)
    }

    fn fires(&mut self, now: Timestamp) -> bool {
        self.seen += 1;
        let drawn = self.draws.next();
        let is_due = match (self.rule.at, self.rule.probability) {
            (Some(at), _) => self.seen == at,
            (None, Some(part)) => unit(drawn) < part,
            (None, None) => true,
        };
        if !is_due || self.rule.after.is_some_and(|after| self.seen <= after) {
            return false;
        }
        let began = *self.began.get_or_insert(now);
        let is_over = self.rule.lasts.is_some_and(|lasts| now >= clock::after(began, lasts));
        !is_over && self.rule.times.is_none_or(|times| self.fired < times)
    }
}

/// Makes a number in [0, 1) of the upper 53 bits, which a double holds exactly.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
fn unit(drawn: u64) -> f64 {
    (drawn >> 11) as f64 / (1_u64 << 53) as f64
}

/// Steele, Lea and Flood's generator: ten lines, and good enough to fail by.
#[derive(Debug)]
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired(yaml: &str, requests: usize) -> Vec<usize> {
        let mut script = Script::new(&Faults::from_yaml(yaml).unwrap());
        let fires = |_: &usize| script.decide(Occasion::Create, Some("c"), Timestamp::UNIX_EPOCH).is_some();
        (1..=requests).filter(fires).collect()
    }

    #[test]
    fn a_rule_fires_at_its_request_or_as_often_as_it_may() {
        assert_eq!(fired("faults: [{ on: create, at: 3, do: bom }]", 5), [3]);
        assert_eq!(fired("faults: [{ on: any, times: 2, do: bom }]", 5), [1, 2]);
        assert_eq!(fired("faults: [{ on: list, do: bom }]", 5), [0; 0]);
        let other = "faults: [{ on: create, match: { customer: other }, do: bom }]";
        assert_eq!(fired(other, 5), [0; 0]);
        let this = "faults: [{ on: create, match: { customer: C }, do: bom }]";
        assert_eq!(fired(this, 2), [1, 2]);
    }

    #[test]
    fn a_storm_begins_after_so_many_requests_and_lasts_so_long() {
        let yaml = "faults: [{ on: any, after: 2, for: 3s, do: bom }]";
        let mut script = Script::new(&Faults::from_yaml(yaml).unwrap());
        let at = |s| Timestamp::from_second(s).unwrap();
        let fires = [0, 100, 101, 103, 104, 105].map(|s| script.decide(Occasion::Get, None, at(s)).is_some());
        assert_eq!(fires, [false, false, true, true, false, false]);
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let yaml =
            |seed: u64| format!("seed: {seed}\nfaults: [{{ on: create, probability: 0.25, do: bom }}]");
        let first = fired(&yaml(7), 1000);
        assert_eq!(first, fired(&yaml(7), 1000));
        assert_ne!(first, fired(&yaml(8), 1000));
        assert!((200..300).contains(&first.len()), "{}", first.len());
    }
}
