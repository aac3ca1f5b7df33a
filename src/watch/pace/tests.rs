//! The laws of the pace, in virtual time: a driver that does what is due, and a world that changes as a seed says.

use proptest::prelude::*;

use super::*;

/// What somebody does to the manifests: after so long, they become this, with or without a hint.
#[derive(Debug, Clone)]
struct Deed {
    after: u64,
    becomes: u8,
    hint: bool,
}

/// What a driver did, and when.
#[derive(Debug, Default)]
struct Played {
    reads: Vec<u64>,
    /// When, and with what.
    passes: Vec<(u64, u8)>,
    hints: Vec<u64>,
    turns: usize,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = (0u64..3000, 0u8..4, any::<bool>());
    let deed = deed.prop_map(|(after, becomes, hint)| Deed { after, becomes, hint });
    proptest::collection::vec(deed, 0..30)
}

/// Plays the deeds, then lets an hour pass. A reading takes a millisecond, a pass seven.
fn play(rhythm: Rhythm, deeds: &[Deed]) -> Played {
    let mut pace = Pace::new(rhythm, 0);
    let (mut now, mut world, mut held, mut played) = (0u64, 0u8, 0u8, Played::default());
    let mut at = 0;
    let mut coming: Vec<(u64, &Deed)> = Vec::new();
    for deed in deeds {
        at += deed.after;
        coming.push((at, deed));
    }
    coming.reverse();
    let end = at + 3_600_000;
    while now < end {
        played.turns += 1;
        while coming.last().is_some_and(|(at, _)| *at <= now) {
            let (_, deed) = coming.pop().unwrap();
            world = deed.becomes;
            if deed.hint {
                played.hints.push(now);
                pace.take(Event::Hint, now);
            }
        }
        match pace.due(now) {
            Due::Read => {
                played.reads.push(now);
                held = world;
                now += 1;
                pace.take(Event::Read(Some(held)), now);
            }
            Due::Pass => {
                played.passes.push((now, held));
                pace.take(Event::Began, now);
                now += 7;
                pace.take(Event::Ended { again: None }, now);
            }
            Due::Nothing(until) => {
                let until = until.unwrap_or(end);
                assert!(until > now, "it would spin");
                now = coming.last().map_or(until, |(at, _)| until.min(*at)).max(now + 1);
            }
            Due::End => unreachable!("nobody asked for it"),
        }
    }
    played
}

proptest! {
    #[test]
    fn what_is_there_in_the_end_is_passed_over_even_where_every_hint_is_lost(deeds in deeds(), hints: bool) {
        let played = play(Rhythm { hints, ..Rhythm::default() }, &deeds);
        let last = deeds.last().map_or(0, |deed| deed.becomes);
        prop_assert_eq!(played.passes.last().map(|pass| pass.1), Some(last));
    }

    #[test]
    fn an_unchanged_tree_makes_no_pass(deeds in deeds()) {
        let played = play(Rhythm::default(), &deeds);
        prop_assert!(played.passes.windows(2).all(|two| two[0].1 != two[1].1), "{:?}", played.passes);
    }

    #[test]
    fn a_hint_is_read_while_quiet_is_waited_for_and_passed_over_after_it_and_never_later_than_is_allowed(deeds in deeds()) {
        let rhythm = Rhythm::default();
        let played = play(rhythm, &deeds);
        let (quiet, longest) = (ms(rhythm.quiet), ms(rhythm.longest));
        for hint in &played.hints {
            let read = *played.reads.iter().find(|read| *read >= hint).unwrap();
            // A pass or a reading may be under way.
            prop_assert!(read <= hint + longest + 20, "hint at {hint}, read at {read}");
            let Some((pass, _)) = played.passes.iter().find(|(pass, _)| *pass >= *hint) else { continue };
            let waited = |since: &u64| since <= hint && *pass >= since + longest;
            prop_assert!(*pass >= hint + quiet || played.hints.iter().any(waited), "hint at {hint}, pass at {pass}");
        }
    }

    /// What takes long is done while there is nothing but waiting: after the quiet it is only held against what is known.
    #[test]
    fn a_change_that_is_hinted_at_is_passed_over_two_milliseconds_after_the_quiet(after in 2_000u64..50_000) {
        let deeds = [Deed { after, becomes: 1, hint: true }];
        let played = play(Rhythm::default(), &deeds);
        let hint = played.hints[0];
        prop_assert_eq!(played.passes.last(), Some(&(hint + ms(Rhythm::default().quiet) + 1, 1)));
        let between: Vec<u64> = played.reads.iter().map(|read| read.wrapping_sub(hint)).filter(|read| *read < 1000).collect();
        prop_assert_eq!(between, [50, 300]);
    }

    #[test]
    fn it_reads_on_an_interval_and_does_not_spin(deeds in deeds()) {
        let rhythm = Rhythm::default();
        let played = play(rhythm, &deeds);
        let apart = played.reads.windows(2).all(|two| two[1] - two[0] <= ms(rhythm.interval) + ms(rhythm.longest) + 20);
        prop_assert!(apart, "{:?}", played.reads);
        prop_assert!(played.turns < 200 + 10 * deeds.len(), "{} turns", played.turns);
    }

    #[test]
    fn every_pass_was_read_twice_and_without_hints_a_quiet_while_apart(deeds in deeds(), hints: bool) {
        let rhythm = Rhythm { hints, ..Rhythm::default() };
        let played = play(rhythm, &deeds);
        for (at, _) in &played.passes {
            let before: Vec<u64> = played.reads.iter().filter(|read| *read < at).copied().collect();
            let [.., first, second] = before[..] else { panic!("a pass after {before:?}") };
            prop_assert!(hints || second - first >= ms(rhythm.quiet));
        }
    }
}

#[test]
fn while_somebody_changes_the_tree_nothing_is_passed_over() {
    let mut pace = Pace::new(Rhythm::default(), 0);
    for now in [0, 300, 600] {
        assert_eq!(pace.due(now), Due::Read);
        pace.take(Event::Read(None), now);
        assert_eq!(pace.due(now), Due::Nothing(Some(now + 50)));
    }
    for now in [900, 1100] {
        assert_eq!(pace.due(now), Due::Read);
        pace.take(Event::Read(Some('a')), now);
    }
    assert_eq!(pace.due(1100), Due::Pass);
}

#[test]
fn a_hint_between_two_readings_makes_it_wait_for_quiet_again() {
    let mut pace = Pace::new(Rhythm::default(), 0);
    pace.take(Event::Read(Some('a')), 0);
    pace.take(Event::Read(Some('a')), 1);
    pace.take(Event::Hint, 2);
    assert_eq!(pace.due(2), Due::Nothing(Some(52)));
    pace.take(Event::Read(Some('b')), 52);
    assert_eq!(pace.due(52), Due::Nothing(Some(302)));
    pace.take(Event::Hint, 200);
    pace.take(Event::Read(Some('b')), 300);
    assert_eq!(pace.due(300), Due::Nothing(Some(500)));
    pace.take(Event::Read(Some('c')), 500);
    assert_eq!(pace.due(500), Due::Read);
    pace.take(Event::Read(Some('c')), 501);
    assert_eq!(pace.due(501), Due::Pass);
}

/// A pace that has passed over `'a'`.
fn settled() -> Pace<char> {
    let mut pace = Pace::new(Rhythm::default(), 0);
    for event in [Event::Read(Some('a')), Event::Read(Some('a')), Event::Began, Event::Ended { again: None }]
    {
        pace.take(event, 0);
    }
    pace
}

#[test]
fn a_pass_that_wants_another_gets_it_at_its_time_and_not_before() {
    let mut pace = settled();
    assert_eq!(pace.due(1), Due::Nothing(Some(60_000)));
    pace.take(Event::Began, 1);
    pace.take(Event::Ended { again: Some(Duration::from_secs(5)) }, 2);
    assert_eq!(pace.due(2), Due::Nothing(Some(5002)));
    assert_eq!(pace.due(5002), Due::Pass);
    pace.take(Event::Began, 5002);
    pace.take(Event::Ended { again: None }, 5002);
    assert_eq!(pace.due(5003), Due::Nothing(Some(60_000)));
}

#[test]
fn settings_read_anew_make_a_pass_over_the_same_manifests() {
    let mut pace = settled();
    pace.take(Event::Reload, 10);
    for now in [10, 11] {
        assert_eq!(pace.due(now), Due::Read);
        pace.take(Event::Read(Some('a')), now);
    }
    assert_eq!(pace.due(12), Due::Pass);
}

#[test]
fn once_it_is_to_stop_it_ends_as_soon_as_the_pass_is_over() {
    let mut pace = settled();
    pace.take(Event::Hint, 1);
    pace.take(Event::Began, 1);
    pace.take(Event::Stop, 2);
    assert_eq!(pace.due(2), Due::Nothing(None));
    pace.take(Event::Ended { again: Some(Duration::ZERO) }, 3);
    assert_eq!(pace.due(3), Due::End);
}
