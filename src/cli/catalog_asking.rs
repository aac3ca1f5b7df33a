//! Asking Partner Center before anything is bought: which availabilities a plan needs, and what would be refused.
//!
//! **Invariant:** nothing is bought here, and no state is made or changed. Availabilities are chosen before the plan is held
//! against what was reviewed, and before anybody is asked.

use std::sync::Arc;

use super::connect::{Connection, Target};
use super::failure::Failure;
use super::materials::Materials;
use super::terminal::Terminal;
use crate::domain::{Prices, State};
use crate::facts::{Depth, Learnt, learn};
use crate::partner_center::{Client, RealTimer, render};
use crate::plan::{self, Checks, Plan};

/// Chooses the availabilities that a plan leaves open, and says how many requests it took. An order for which there is not
/// exactly one is blocked.
pub(super) async fn resolve(
    (plan, prices): (Plan, Option<&Prices>),
    state: &State,
    target: &Target,
    materials: &Materials,
    terminal: &Terminal,
) -> Result<Plan, Failure> {
    if plan.open_steps().next().is_none() {
        return Ok(plan);
    }
    let connection = Connection::open(target, &materials.project, &materials.state_dir).await?;
    let asking = resolve_at((plan, prices), state, &connection.client, terminal);
    let resolved = connection.telling(terminal, asking).await;
    connection.close().await?;
    resolved
}

/// The same over a connection that is there.
pub(super) async fn resolve_at(
    (plan, prices): (Plan, Option<&Prices>),
    state: &State,
    client: &Arc<Client>,
    terminal: &Terminal,
) -> Result<Plan, Failure> {
    let open = plan.open_offers().len();
    if open == 0 {
        return Ok(plan);
    }
    let learnt = learn(&plan, Depth::Availabilities, client, &Arc::new(RealTimer)).await?;
    terminal.say(&format!("note: {} to resolve {}", requests(learnt.requests), availabilities(open)));
    let found = learnt.resolutions(&plan);
    Ok(plan.resolve(&found, state, prices, render))
}

/// Asks all that bears on whether the orders of a plan will be refused, and writes what was found into it.
pub(super) async fn check(
    (plan, prices): (Plan, Option<&Prices>),
    state: &State,
    target: &Target,
    materials: &Materials,
    terminal: &Terminal,
) -> Result<Plan, Failure> {
    let learnt = match plan.steps.iter().any(plan::is_checked) {
        false => Learnt::default(),
        true => {
            let connection = Connection::look(target, &materials.project, &materials.state_dir).await?;
            let timer = Arc::new(RealTimer);
            let asking = learn(&plan, Depth::Everything, &connection.client, &timer);
            let learnt = connection.telling(terminal, asking).await;
            connection.close().await?;
            learnt?
        }
    };
    let found = learnt.resolutions(&plan);
    let mut plan = plan.resolve(&found, state, prices, render);
    let findings = plan::check_plan(
        &plan,
        state,
        |customer| learnt.facts.get(&customer),
        materials.project.integration_sandbox,
    );
    plan.checks = Some(Checks { requests: learnt.requests, findings });
    Ok(plan)
}

fn requests(requests: u64) -> String {
    if requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") }
}

fn availabilities(count: usize) -> String {
    if count == 1 { "1 availability".to_owned() } else { format!("{count} availabilities") }
}
