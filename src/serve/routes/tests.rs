//! What is seen of limits as time goes by, although nothing happens and the watcher says nothing new.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch as channel;

use super::*;
use crate::domain::samples::{attempt, order, spec};
use crate::domain::{
    Bound, Evidence, Lineage, OrderName, PlacedOrder, Record, RecordKind, Rule, Rulebook, State as Recorded,
    Timestamp,
};
use crate::plan::{Action, Pins, Plan, Step, build};
use crate::serve::Clock;
use crate::watch::{Picture, Vitals};

fn bought() -> Timestamp {
    Timestamp::from_unix_ms(1_000_000)
}

fn soon() -> Timestamp {
    bought().after(Duration::from_secs(60))
}

fn later() -> Timestamp {
    bought().after(Duration::from_secs(7200))
}

fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

/// A state in which five seats were bought.
fn state() -> Recorded {
    let lineage = Lineage::from_random(1);
    let genesis = RecordKind::Genesis { lineage, tool: "test".into() };
    let mut state = Recorded::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
    let order = PlacedOrder::from(&order("earlier", 5));
    for kind in [
        RecordKind::Intended { name: name("earlier"), attempt: Box::new(attempt(5, &[0])) },
        RecordKind::Created { name: name("earlier"), order, evidence: Evidence::Answer },
    ] {
        state.fold(&Record { serial: state.serial + 1, time: Some(bought()), kind }).unwrap();
    }
    state
}

/// One order is to be bought, where the hour has room for one.
fn picture() -> Picture {
    let state = state();
    let rules = [(Rule::ORDERS_PER_HOUR, 1), (Rule::CUSTOMER_SEATS_PER_DAY, 100), (Rule::SEATS_PER_RUN, 9)];
    let project = rules.map(|(rule, most)| (rule, Bound::Most(most))).into_iter().collect();
    let step = Step {
        name: name("new"),
        customer_id: spec(5).customer_id,
        customer_name: None,
        spec: spec(5),
        allow_duplicate: false,
        auto_renew: None,
        offers: std::collections::BTreeMap::new(),
        action: Action::Create,
    };
    let pins = Pins { limits: Rulebook { project, organisation: None }, ..Pins::default() };
    let plan = Plan { steps: vec![step], pins: Some(pins), ..build(&[], &state) };
    Picture::new(plan, Arc::new(state), None, soon())
}

/// Returns who asks soon after the pass and who asks later, of the same watcher.
fn known() -> [Known; 2] {
    let mut status = Status::new("kim".into(), "test".into(), ".".into(), bought(), false);
    status.picture = Some(Arc::new(picture()));
    let clock = Clock { local: soon, steady: Arc::new(|| 0) };
    let status = channel::Sender::new(Arc::new(status)).subscribe();
    let interval = Duration::from_secs(60);
    let known = Known {
        watched: Watched { status, vitals: Arc::new(Vitals::new(0)), clock, interval },
        streams: Arc::new(Semaphore::new(1)),
        document: Arc::default(),
        page: Arc::default(),
    };
    let mut afterwards = known.clone();
    afterwards.watched.clock.local = later;
    [known, afterwards]
}

async fn body(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn metrics_tell_what_is_used_of_limits_by_hour_and_day_when_they_are_asked_for() {
    let [now, afterwards] = known();
    let told = async |known: &Known| {
        let text = body(exposition(State(known.clone()), HeaderMap::new()).await).await;
        text.lines()
            .filter(|line| line.starts_with("orderform_limit_"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let used = |orders: u64| {
        [
            format!("orderform_limit_used{{rule=\"ordersPerHour\"}} {orders}"),
            "orderform_limit_used{rule=\"perCustomer.seatsPerDay\"} 5".to_owned(),
            "orderform_limit_allowed{rule=\"ordersPerHour\"} 1".to_owned(),
            "orderform_limit_allowed{rule=\"perCustomer.seatsPerDay\"} 100".to_owned(),
        ]
    };
    assert_eq!(told(&now).await, used(1));
    assert_eq!(told(&afterwards).await, used(0), "what was bought is older than an hour");
}

#[tokio::test]
async fn the_document_has_limits_as_they_are_when_it_is_asked_for() {
    let [now, afterwards] = known();
    let told = async |known: &Known| {
        let document: Value = serde_json::from_str(&body(status(State(known.clone())).await).await).unwrap();
        let row = |limits: &Value| {
            let rows = limits.as_array().unwrap().iter();
            let mut rows = rows.filter(|row| row["rule"] == "ordersPerHour");
            rows.next()
                .map(|row| (row["value"].as_u64().unwrap(), row["exceeded"].as_bool().unwrap()))
                .unwrap()
        };
        (row(&document["limits"]), row(&document["plan"]["limits"]))
    };
    assert_eq!(told(&now).await, ((1, false), (2, true)));
    assert_eq!(told(&now).await, ((1, false), (2, true)), "from what was kept");
    assert_eq!(told(&afterwards).await, ((0, false), (1, false)));
}

#[tokio::test]
async fn the_page_has_a_limit_that_holds_as_exceeded_for_as_long_as_it_is() {
    let [now, afterwards] = known();
    let shown = async |known: &Known| body(page(State(known.clone()), RawQuery(None)).await).await;
    let (page, later) = (shown(&now).await, shown(&afterwards).await);
    assert!(page.contains("1 of 1<") && page.contains("with all that is to be bought</th>"));
    assert!(page.contains("2 of 1 <span class=\"badge stop\">"), "{page}");
    assert!(later.contains("0 of 1<") && !later.contains(" exceeded</span>"));
    for page in [page, later] {
        assert!(
            page.contains("5 of 9<"),
            "nothing is used up of a limit a run, so that is what is to be bought"
        );
    }
}
