//! What needs a person: a card for every order that is blocked or in doubt, with why and what to do.

use maud::{Markup, html};

use super::costs;
use super::orders::{badge, customer, what};
use super::rich::sentence;
use crate::plan::{Action, Block, Cost, Difference, Plan, Step};
use crate::view::text::{LONGEST_TEXT, escape, shorten};
use crate::view::words::{self, Account, Medium, grouped};

/// Says whether a step waits for a person, or for an answer.
pub(super) fn needs_attention(step: &Step) -> bool {
    matches!(step.action, Action::Blocked(_) | Action::Settle { .. })
}

/// Writes the card of an order.
pub(super) fn card(step: &Step, plan: &Plan) -> Markup {
    let account = words::with_findings(words::step(step, Medium::Html), plan, step, Medium::Html);
    card_of(step, &badge(&step.action), &account, plan.cost(&step.name))
}

/// Writes the card of an order with what a person is told about it.
pub(super) fn card_of(step: &Step, badge: &Markup, account: &Account, cost: Option<&Cost>) -> Markup {
    let differences = differences(&step.action);
    html! {
        article.card data-order {
            header {
                h3 { (step.name.as_str()) }
                (badge)
                p.soft {
                    (customer(step)) ", " (grouped(step.spec.seats()))
                    (if step.spec.seats() == 1 { " seat" } else { " seats" })
                    @if let Some(cost) = cost { ", " (costs::in_words(cost)) }
                }
            }
            div.why {
                h4 { "Why" }
                p { (sentence(&account.headline)) }
                @if differences.is_empty() {
                    @for detail in &account.details { p.soft { (sentence(detail)) } }
                } @else {
                    (difference_table(differences))
                }
            }
            @if !account.hints.is_empty() {
                div.todo {
                    h4 { "What to do" }
                    ul { @for hint in &account.hints { li { (sentence(hint)) } } }
                }
            }
            details.content {
                summary { "What it would buy" }
                div { (what(step)) p.soft { (words::term_and_billing(&step.spec)) } }
            }
        }
    }
}

fn differences(action: &Action) -> &[Difference] {
    match action {
        Action::Blocked(Block::PendingDiffers(differences) | Block::CreatedDiffers { differences, .. }) => {
            differences
        }
        _ => &[],
    }
}

fn difference_table(differences: &[Difference]) -> Markup {
    let value = |value: &Option<String>| match value {
        Some(value) => html! { bdi { (escape(&shorten(value, LONGEST_TEXT))) } },
        None => html! { span.soft { "absent" } },
    };
    html! {
        table.differences {
            caption.quiet { "What differs" }
            thead { tr { th scope="col" { "Field" } th scope="col" { "Recorded" } th scope="col" { "Wanted" } } }
            tbody {
                @for one in differences {
                    tr {
                        th scope="row" { code { (escape(&shorten(&one.field, LONGEST_TEXT))) } }
                        td { (value(&one.recorded)) }
                        td { (value(&one.desired)) }
                    }
                }
            }
        }
    }
}
