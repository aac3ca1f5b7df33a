//! Each of these breaks the program on purpose; were the laws not to notice, they would prove nothing.

use super::*;

/// Returns how many of the worlds break a law.
fn broken(mutation: Mutation, mode: RecoveryMode, way: RequestIds) -> usize {
    let plays = |seed| play(|| Simulation::new(seed, way, mode, mutation).play());
    (0..300).filter(|seed| is_law_broken(plays(*seed).err())).count()
}

/// Says whether an order was bought twice or lost; that something is only left undone breaks no law.
fn is_law_broken(found: Option<String>) -> bool {
    found.is_some_and(|law| law.contains("bought of") || law.contains("is lost"))
}

#[test]
fn an_intent_written_after_the_send_is_noticed() {
    assert!(broken(Mutation::IntentAfterSend, RecoveryMode::Verify, RequestIds::Ignored) > 0);
}

#[test]
fn an_intent_that_is_not_synced_is_noticed() {
    assert!(broken(Mutation::IntentNotSynced, RecoveryMode::Verify, RequestIds::Ignored) > 0);
}

#[test]
fn a_re_send_without_a_wait_is_noticed() {
    assert!(broken(Mutation::NoWait, RecoveryMode::Verify, RequestIds::Ignored) > 0);
}

#[test]
fn no_look_before_the_first_send_is_noticed() {
    let new = |seed| Simulation::new(seed, RequestIds::Ignored, RecoveryMode::Verify, Mutation::NoLook);
    let plays = |seed| play(|| new(seed).play_with_a_lost_state());
    assert!((0..300).any(|seed| is_law_broken(plays(seed).err())));
}

/// Where nobody honours the id, trust is misplaced: the mode says so, and the laws agree.
#[test]
fn trust_in_a_server_that_ignores_the_id_is_noticed() {
    assert!(broken(Mutation::None, RecoveryMode::Trust, RequestIds::Ignored) > 0);
}
