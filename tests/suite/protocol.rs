//! The laws of one attempt, under any answers, lists, clocks, stops and crashes, in all three recovery modes.
//!
//! `proptest` draws what the world does next, and shrinks what breaks a law. The model beside the machine keeps what
//! really happened, in time that no clock of the machine shows.

mod model;

use orderform::domain::RecoveryMode;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use model::Model;

/// What the POST in flight comes to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    Made,
    MadeForAnother,
    Lost,
    Refused(u16),
    Fault(u16),
    Throttled(u64),
    Unreached,
    SignInRenewed,
    NotSignedIn,
}

/// What the list shows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown {
    Nothing,
    One,
    Two,
    Unlike,
    Failed,
}

/// What happens next, whatever the machine waits for.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub(crate) reply: Reply,
    pub(crate) shown: Shown,
    pub(crate) proof: bool,
    pub(crate) stop: bool,
    pub(crate) hold: bool,
    /// Kills the program; so many of the records in hand are kept.
    pub(crate) crash: Option<usize>,
    /// How much time passes before.
    pub(crate) passes_ms: u64,
    /// What the server's clock does beside that.
    pub(crate) jump_ms: i64,
    /// Whether the server sends a `Date`.
    pub(crate) dated: bool,
}

fn turns() -> impl Strategy<Value = Turn> {
    let reply = prop_oneof![
        4 => Just(Reply::Lost),
        1 => Just(Reply::Made),
        1 => Just(Reply::MadeForAnother),
        2 => prop::sample::select(vec![400, 401, 404, 422]).prop_map(Reply::Refused),
        1 => prop::sample::select(vec![409, 500, 503]).prop_map(Reply::Fault),
        2 => (0u64..200).prop_map(Reply::Throttled),
        1 => Just(Reply::Unreached),
        1 => Just(Reply::SignInRenewed),
        1 => Just(Reply::NotSignedIn),
    ];
    let shown = prop_oneof![
        6 => Just(Shown::Nothing),
        1 => Just(Shown::One),
        1 => Just(Shown::Two),
        1 => Just(Shown::Unlike),
        1 => Just(Shown::Failed),
    ];
    let passes =
        prop_oneof![6 => 0u64..2_000, 2 => 0u64..130_000, 1 => 0u64..700_000, 2 => 1_700_000u64..4_000_000];
    let jump = prop_oneof![
        8 => Just(0i64),
        1 => Just(365 * 86_400_000),
        1 => Just(-365 * 86_400_000),
        1 => (0i64..4_000_000).prop_map(|ms| -ms),
    ];
    let crash = prop_oneof![5 => Just(None), 1 => (0usize..4).prop_map(Some)];
    let odds = |p| prop::bool::weighted(p);
    (reply, shown, odds(0.05), odds(0.1), odds(0.03), crash, passes, jump, odds(0.95)).prop_map(
        |(reply, shown, proof, stop, hold, crash, passes_ms, jump_ms, dated)| Turn {
            reply,
            shown,
            proof,
            stop,
            hold,
            crash,
            passes_ms,
            jump_ms,
            dated,
        },
    )
}

/// The mode is all that is drawn at first; the rest comes turn by turn.
struct Attempts;

impl ReferenceStateMachine for Attempts {
    type State = RecoveryMode;
    type Transition = Turn;

    fn init_state() -> BoxedStrategy<RecoveryMode> {
        prop::sample::select(RecoveryMode::ALL.map(|(_, mode)| mode).to_vec()).boxed()
    }

    fn transitions(_: &RecoveryMode) -> BoxedStrategy<Turn> {
        turns().boxed()
    }

    fn apply(mode: RecoveryMode, _: &Turn) -> RecoveryMode {
        mode
    }
}

struct Laws;

impl StateMachineTest for Laws {
    type SystemUnderTest = Model;
    type Reference = Attempts;

    fn init_test(mode: &RecoveryMode) -> Model {
        Model::new(*mode)
    }

    fn apply(mut model: Model, _: &RecoveryMode, turn: Turn) -> Model {
        model.take(&turn);
        model
    }
}

#[test]
fn no_attempt_breaks_a_law_whatever_the_world_does() {
    let config = ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((mode, turns, seen) in Attempts::sequential_strategy(1..60))| {
        Laws::test_sequential(ProptestConfig::default(), mode, turns, seen);
    });
}
