//! How much may be bought, and whether a plan keeps to it.
//!
//! Whatever a plan may send counts: orders to buy, and attempts to settle, since those may be sent again. What was
//! bought within the last hour and day counts by the server's time it was recorded at.

use std::time::Duration;

use super::Plan;
use crate::domain::{Limits, Recorded, State, Timestamp};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A limit that a plan would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Which one, as it is written under `spec.limits`.
    pub rule: &'static str,
    /// What it allows.
    pub limit: u64,
    /// What it would come to.
    pub value: u64,
}

/// Lists the limits that carrying out the plan at `now` would exceed.
#[must_use]
pub fn exceeded(plan: &Plan, state: &State, limits: &Limits, now: Timestamp) -> Vec<Exceeded> {
    let run = to_send(plan);
    let [hour, day] = [HOUR, DAY].map(|window| add(run, bought_since(state, now.before(window))));
    let values = [run.0, hour.0, day.0, run.1, hour.1, day.1];
    let rules = limit_rules(limits).into_iter().zip(values);
    let over = rules.filter_map(|((rule, limit), value)| {
        let limit = limit.filter(|limit| value > *limit)?;
        Some(Exceeded { rule, limit, value })
    });
    // A plan that sends nothing exceeds nothing.
    over.filter(|_| run.0 > 0).collect()
}

/// Returns every limit with the word it has under `spec.limits`; `None` is without limit.
#[must_use]
pub fn limit_rules(limits: &Limits) -> [(&'static str, Option<u64>); 6] {
    let Limits {
        orders_per_run,
        orders_per_hour,
        orders_per_day,
        seats_per_run,
        seats_per_hour,
        seats_per_day,
    } = *limits;
    [
        ("ordersPerRun", orders_per_run.map(u64::from)),
        ("ordersPerHour", orders_per_hour.map(u64::from)),
        ("ordersPerDay", orders_per_day.map(u64::from)),
        ("seatsPerRun", seats_per_run),
        ("seatsPerHour", seats_per_hour),
        ("seatsPerDay", seats_per_day),
    ]
}

/// Orders and seats.
type Amount = (u64, u64);

fn add(a: Amount, b: Amount) -> Amount {
    (a.0 + b.0, a.1 + b.1)
}

fn to_send(plan: &Plan) -> Amount {
    let sends = plan.steps.iter().filter(|step| step.is_sent());
    sends.fold((0, 0), |sum, step| add(sum, (1, step.spec.seats())))
}

fn bought_since(state: &State, since: Timestamp) -> Amount {
    let bought = state.orders.values().filter_map(|recorded| match recorded {
        Recorded::Created(bought) if bought.request_id.is_some() => Some(bought),
        _ => None,
    });
    let recent = bought.filter(|bought| bought.recorded.is_none_or(|recorded| recorded >= since));
    recent.fold((0, 0), |sum, bought| add(sum, (1, bought.spec.seats())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::spec;
    use crate::domain::*;
    use crate::plan::{Action, Step};

    fn plan(quantities: &[u32]) -> Plan {
        let step = |(n, quantity): (usize, &u32)| Step {
            name: OrderName::parse(&format!("order-{n}")).unwrap(),
            customer_id: spec(1).customer_id,
            customer_name: None,
            spec: spec(*quantity),
            allow_duplicate: false,
            auto_renew: None,
            action: Action::Create,
        };
        let steps = quantities.iter().enumerate().map(step).collect();
        Plan { lineage: Lineage::from_random(1), serial: 1, steps, pins: None, costs: None }
    }

    /// A state in which five seats were bought at second 1,000.
    fn state() -> State {
        let lineage = Lineage::from_random(1);
        let name = OrderName::parse("earlier").unwrap();
        let genesis = RecordKind::Genesis { lineage, tool: "test".into() };
        let mut state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
        let attempt = Box::new(samples::attempt(5, &[0]));
        let order = PlacedOrder::from(&samples::order("1", 5));
        let kinds = [
            RecordKind::Intended { name: name.clone(), attempt },
            RecordKind::Created { name, order, evidence: Evidence::Answer },
        ];
        for kind in kinds {
            let time = Some(Timestamp::from_unix_ms(1_000_000));
            state.fold(&Record { serial: state.serial + 1, time, kind }).unwrap();
        }
        state
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(seconds * 1000)
    }

    #[test]
    fn a_run_is_held_to_its_orders_and_seats() {
        let limits = Limits { orders_per_run: Some(1), seats_per_run: Some(9), ..Limits::default() };
        assert_eq!(exceeded(&plan(&[9]), &state(), &limits, at(1000)), []);
        let over = exceeded(&plan(&[5, 5]), &state(), &limits, at(1000));
        assert_eq!(over[0], Exceeded { rule: "ordersPerRun", limit: 1, value: 2 });
        assert_eq!(over[1], Exceeded { rule: "seatsPerRun", limit: 9, value: 10 });
    }

    #[test]
    fn what_was_bought_within_the_hour_counts_and_what_was_before_does_not() {
        let limits = Limits { seats_per_hour: Some(9), orders_per_day: Some(1), ..Limits::default() };
        let rules = |now| {
            exceeded(&plan(&[5]), &state(), &limits, at(now)).iter().map(|e| e.rule).collect::<Vec<_>>()
        };
        assert_eq!(rules(1000 + 3600), ["ordersPerDay", "seatsPerHour"]);
        assert_eq!(rules(1001 + 3600), ["ordersPerDay"]);
        assert_eq!(rules(1001 + 24 * 3600), [""; 0]);
    }

    #[test]
    fn a_plan_that_sends_nothing_exceeds_nothing() {
        let limits = Limits { orders_per_day: Some(0), ..Limits::default() };
        assert_eq!(exceeded(&plan(&[]), &state(), &limits, at(1000)), []);
    }
}
