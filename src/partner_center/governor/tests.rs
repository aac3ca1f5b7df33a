//! The laws of the governor, against made-up histories of asking and being answered.

use proptest::prelude::*;

use super::*;

/// What happens next in a made-up history.
#[derive(Debug, Clone)]
enum Turn {
    /// So much time passes.
    Pass(u64),
    /// Somebody would like to ask.
    Ask,
    /// One in flight, by its place, comes to this.
    Come(usize, Came),
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let came = prop_oneof![
        6 => Just(Came::Answer),
        2 => (0_u64..70_000).prop_map(|ms| Came::Rejection(Some(ms))),
        1 => Just(Came::Rejection(None)),
        1 => Just(Came::Nothing),
    ];
    let turn = prop_oneof![
        3 => (1_u64..3_000).prop_map(Turn::Pass),
        1 => (1_u64..90_000).prop_map(Turn::Pass),
        8 => Just(Turn::Ask),
        6 => (any::<usize>(), came).prop_map(|(which, came)| Turn::Come(which, came)),
    ];
    prop::collection::vec(turn, 1..400)
}

/// A history under way: the governor, and what an onlooker knows.
struct History {
    governor: Governor,
    now: u64,
    in_flight: Vec<u64>,
    left: Vec<u64>,
    /// Before this instant nobody may ask.
    floor: u64,
    /// Whether the last pause is over for sure.
    is_over: bool,
}

impl History {
    fn new(per_minute: Option<u32>) -> Self {
        let governor = Governor::new(per_minute);
        Self { governor, now: 0, in_flight: vec![], left: vec![], floor: 0, is_over: true }
    }

    fn ask(&mut self) -> Decision {
        let decision = self.governor.ask(self.now);
        if decision == Decision::Go {
            assert!(
                self.left.is_empty() || self.floor == 0 || self.now > self.floor,
                "left at {} before {}",
                self.now,
                self.floor
            );
            let trying = self.in_flight.iter().filter(|left| **left > self.floor).count();
            assert!(self.is_over || trying == 0, "{trying} are trying already whether the pause is over");
            self.in_flight.push(self.now);
            self.left.push(self.now);
        }
        decision
    }

    fn come(&mut self, which: usize, came: Came) {
        if self.in_flight.is_empty() {
            return;
        }
        let left_at = self.in_flight.remove(which % self.in_flight.len());
        self.governor.learn(left_at, self.now, came);
        self.governor.ended(left_at);
        match came {
            Came::Rejection(asked_ms) => {
                self.floor = self.floor.max(self.now + asked_ms.unwrap_or(0));
                self.is_over = false;
            }
            Came::Answer if left_at > self.floor => self.is_over = true,
            _ => {}
        }
    }

    fn play(&mut self, turns: &[Turn]) {
        for turn in turns {
            match turn {
                Turn::Pass(ms) => self.now += ms,
                Turn::Ask => {
                    self.ask();
                }
                Turn::Come(which, came) => self.come(*which, *came),
            }
        }
    }
}

proptest! {
    #[test]
    fn nothing_leaves_before_a_pause_is_over_and_then_one_goes_first(turns in turns()) {
        History::new(Some(450)).play(&turns);
        History::new(None).play(&turns);
    }

    #[test]
    fn no_minute_has_more_than_the_bucket_holds_and_is_given(turns in turns(), per_minute in 1_u32..600) {
        let mut history = History::new(Some(per_minute));
        history.play(&turns);
        for (first, from) in history.left.iter().enumerate() {
            let within = history.left[first..].iter().take_while(|left| **left < from + 60_000).count();
            prop_assert!(within as u64 <= BURST + u64::from(per_minute), "{within} in the minute from {from}");
        }
    }

    #[test]
    fn whoever_comes_back_when_told_leaves_in_the_end(turns in turns()) {
        let mut history = History::new(Some(450));
        history.play(&turns);
        while !history.in_flight.is_empty() {
            history.come(0, Came::Nothing);
        }
        let gone = (0..4).any(|_| match history.ask() {
            Decision::Go => true,
            Decision::NotBefore(at) => {
                assert!(at > history.now);
                history.now = at;
                false
            }
            Decision::OnceOneEnded => panic!("none is in flight"),
        });
        prop_assert!(gone);
    }
}

/// Lets as many go as may, and returns how many that were.
fn crowd(history: &mut History) -> usize {
    std::iter::from_fn(|| (history.ask() == Decision::Go).then_some(())).take(500).count()
}

fn all_come(history: &mut History, came: Came) {
    while !history.in_flight.is_empty() {
        history.come(0, came);
    }
}

#[test]
fn a_rejection_halves_what_is_in_flight_once_a_crowd_and_answers_open_it_one_by_one() {
    let mut history = History::new(None);
    for _ in 0..16 {
        assert_eq!(history.ask(), Decision::Go);
    }
    history.now = 100;
    all_come(&mut history, Came::Rejection(Some(1_000)));
    history.now = 2_000;
    assert_eq!(crowd(&mut history), 1, "one goes first");
    all_come(&mut history, Came::Answer);
    for expected in [8, 9, 10] {
        history.now += 10;
        let more = crowd(&mut history);
        assert!((expected..=expected + 1).contains(&more), "{more} instead of {expected}");
        all_come(&mut history, Came::Answer);
    }
}

#[test]
fn rejections_that_follow_each_other_double_the_pause_up_to_a_minute_and_never_shorten_what_was_asked() {
    let mut history = History::new(None);
    let mut lasted = Vec::new();
    for asked in [5_000, 5_000, 5_000, 5_000, 5_000, 90_000] {
        assert_eq!(history.ask(), Decision::Go);
        history.come(0, Came::Rejection(Some(asked)));
        lasted.push(history.governor.left_ms(history.now) / 1000);
        history.now += history.governor.left_ms(history.now) + 1;
    }
    assert_eq!(lasted, [5, 10, 20, 40, 60, 90]);
    assert_eq!(history.ask(), Decision::Go);
    history.come(0, Came::Answer);
    assert_eq!(history.ask(), Decision::Go);
    history.come(0, Came::Rejection(None));
    assert_eq!(history.governor.left_ms(history.now), 1_000, "an answer begins it afresh");
}

#[test]
fn a_crowd_that_is_rejected_together_is_told_of_once_and_its_pause_counted_once() {
    let mut history = History::new(None);
    for _ in 0..8 {
        assert_eq!(history.ask(), Decision::Go);
    }
    for _ in 0..8 {
        history.now += 50;
        history.come(0, Came::Rejection(Some(10_000)));
    }
    assert_eq!(history.governor.news(), 1);
    history.now += 3_000;
    assert_eq!(history.governor.paused_ms(history.now), 3_350);
    history.now += 60_000;
    assert_eq!(history.governor.paused_ms(history.now), 10_350);
}
