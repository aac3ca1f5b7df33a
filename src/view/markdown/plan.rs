//! A plan for a pull request: a mark to find the comment by, the verdict, what needs somebody, what is bought customer by
//! customer, the counts, the digest.
//!
//! **Invariant:** the text is no longer than its budget unless what may never be left out is: the verdict, the rows of what
//! is blocked or in doubt, the counts and the digest. Only whole rows are left out, those of the least importance first, and
//! how many is said.

use super::super::text::{count, escape, plural};
use super::super::words::{self, Medium};
use super::{PLAN_MARK, notes, row};
use crate::domain::CustomerId;
use crate::plan::{Action, Outlook, Plan, Step};

/// What the lines that say how many are left out take at most.
const REST: usize = 300;

/// More orders than this, and each customer's are folded.
const MOST_OPEN: usize = 20;

const HEAD: &str = "\n| | order | customer | seats | term and billing | what |\n|---|---|---|---:|---|---|\n";
const PRICED_HEAD: &str =
    "\n| | order | customer | seats | term and billing | cost | what |\n|---|---|---|---:|---|---|---|\n";

fn head(plan: &Plan) -> &'static str {
    if plan.costs.is_some() { PRICED_HEAD } else { HEAD }
}

/// Writes the page, `budget` bytes at the most.
pub(super) fn page(plan: &Plan, budget: usize) -> String {
    let of = |wanted: fn(&Action) -> bool| plan.steps.iter().filter(move |step| wanted(&step.action));
    let refused = |step: &&Step| plan.findings(&step.name).iter().any(|one| one.outlook == Outlook::Refused);
    let is_urgent =
        |step: &&Step| matches!(step.action, Action::Blocked(_) | Action::Settle { .. }) || refused(step);
    let urgent: Vec<&Step> = plan.steps.iter().filter(is_urgent).collect();
    let bought: Vec<&Step> = of(|action| *action == Action::Create).filter(|step| !refused(step)).collect();
    let renamed: Vec<&Step> = of(|action| matches!(action, Action::Rename { .. })).collect();
    let orphans: Vec<&Step> = of(|action| matches!(action, Action::Orphan { .. })).collect();

    let mut text = format!("{PLAN_MARK}{} -->\n**{}**\n", plan.lineage, words::verdict(plan));
    text.extend(words::scope(plan, Medium::Markdown).iter().map(|line| format!("\n{line}\n")));
    let limits = words::limits(plan, Medium::Markdown);
    if !limits.is_empty() {
        text.push('\n');
        text.extend(limits.iter().map(|line| format!("- {line}\n")));
    }
    let foot = foot(plan);
    if !urgent.is_empty() {
        text.push_str(head(plan));
        text.extend(urgent.iter().map(|step| row(step, plan)));
        let room = budget.saturating_sub(text.len() + foot.len() + REST);
        text.push_str(&explained(&urgent, plan, room));
    }

    let mut room = budget.saturating_sub(text.len() + foot.len() + REST);
    let mut shown = 0;
    let is_open = bought.len() <= MOST_OPEN;
    let mut sections: Vec<(String, Vec<&Step>, bool)> =
        customers(&bought).into_iter().map(|steps| (summary(&steps), steps, is_open)).collect();
    let total = bought.len() + renamed.len() + orphans.len();
    for (steps, title) in
        [(renamed, "to rename, nothing is bought"), (orphans, "without a manifest, nothing is cancelled")]
    {
        let is_open = steps.len() <= MOST_OPEN;
        sections.push((format!("{} {title}", count(steps.len(), "order")), steps, is_open));
    }
    for (title, steps, is_open) in sections.iter().filter(|(_, steps, _)| !steps.is_empty()) {
        text.push_str(&section(title, steps, plan, *is_open, (&mut room, &mut shown)));
    }
    if shown < total {
        text.push_str(&truncated(total - shown));
    }
    text + &foot
}

/// Says how many orders are left out: to people, and to a job that wants to know.
fn truncated(orders: usize) -> String {
    let left_out = count(orders, "order");
    format!(
        "\n{left_out} more: there is no room here, `orderform plan` shows all of them\n\n\
         <!-- orderform:truncated leftOut={orders} -->\n"
    )
}

/// Writes the counts, the totals and the digest.
fn foot(plan: &Plan) -> String {
    let mut foot = String::new();
    if plan.steps.iter().any(|step| !matches!(step.action, Action::Keep { .. })) {
        foot = format!("\n{}\n", words::counts(&plan.counts()));
    }
    foot.extend(plan.totals().as_ref().and_then(words::totals).map(|totals| format!("\n{totals}\n")));
    foot.extend(words::checks(plan).map(|checks| format!("\n{checks}\n")));
    foot + &format!("\nplan `{}`\n", plan.approved())
}

/// Says why each of these needs somebody, as far as there is room. Their rows stand in any case: what is at stake is
/// never left out, only what is said of it.
fn explained(urgent: &[&Step], plan: &Plan, room: usize) -> String {
    let mut told = String::new();
    for (number, step) in urgent.iter().enumerate() {
        let account = accounts(&[*step], plan);
        if told.len() + account.len() > room {
            let left_out = count(urgent.len() - number, "order");
            told +=
                &format!("\nWhy {left_out} of these need somebody is left out: `orderform plan` says it\n");
            break;
        }
        told += if told.is_empty() { &account } else { account.trim_start_matches('\n') };
    }
    told
}

/// Groups steps by customer, in the order in which customers first appear.
fn customers<'p>(steps: &[&'p Step]) -> Vec<Vec<&'p Step>> {
    let mut groups: Vec<(CustomerId, Vec<&Step>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for step in steps {
        let at = *places.entry(step.customer_id).or_insert_with(|| {
            groups.push((step.customer_id, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(step);
    }
    groups.into_iter().map(|(_, steps)| steps).collect()
}

fn summary(steps: &[&Step]) -> String {
    let seats: u64 = steps.iter().map(|step| step.spec.seats()).sum();
    let who = steps.first().map_or_else(String::new, |step| match &step.customer_name {
        Some(name) => name.clone(),
        None => step.customer_id.to_string(),
    });
    format!("<code>{}</code>: {}, {}", html(&who), count(steps.len(), "order"), plural(seats, "seat"))
}

/// Writes rows that can be folded, as many as there is room for; takes that from the room, and counts them.
fn section(
    title: &str,
    steps: &[&Step],
    plan: &Plan,
    is_open: bool,
    (room, shown): (&mut usize, &mut usize),
) -> String {
    let open = if is_open { " open" } else { "" };
    let begin = format!("\n<details{open}><summary>{title}</summary>\n{}", head(plan));
    let end = "\n</details>\n";
    let Some(mut left) = room.checked_sub(begin.len() + end.len()) else {
        return String::new();
    };
    let (mut rows, mut told) = (String::new(), String::new());
    let before = *shown;
    for step in steps {
        let (row, note) = (row(step, plan), accounts(&[*step], plan));
        let Some(rest) = left.checked_sub(row.len() + note.len()) else { break };
        left = rest;
        rows += &row;
        told += if told.is_empty() { &note } else { note.trim_start_matches('\n') };
        *shown += 1;
    }
    if *shown == before {
        return String::new();
    }
    *room = left;
    format!("{begin}{rows}{told}{end}")
}

fn accounts(steps: &[&Step], plan: &Plan) -> String {
    let account = |step: &Step| {
        let account = words::step(step, Medium::Markdown);
        let account = words::with_findings(account, plan, step, Medium::Markdown);
        words::explain_cost(account, plan.cost(&step.name), Medium::Markdown)
    };
    notes(steps.iter().map(|step| (step.name.as_str(), account(step))))
}

/// Makes a text harmless where HTML is read.
fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Markdown is read here, too: none of its signs stays one.
            c if c.is_ascii_punctuation() && !matches!(c, '-' | '.' | ' ') => {
                safe.push_str(&format!("&#{};", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    fn plan(create: usize, blocked: usize) -> Plan {
        let sample = samples::every_step();
        let blocking = sample.steps.iter().find(|step| matches!(step.action, Action::Blocked(_))).unwrap();
        let steps = (0..create + blocked).map(|n| {
            let mut step = blocking.clone();
            step.name = crate::domain::OrderName::parse(&format!("order-{n}")).unwrap();
            if n < create {
                step.action = Action::Create;
                step.customer_id =
                    crate::domain::CustomerId::parse(&format!("00000000-0000-4000-8000-{:012}", n / 30))
                        .unwrap();
                step.customer_name = Some(format!("customer-{}", n / 30));
            }
            step
        });
        Plan { steps: steps.collect(), ..sample }
    }

    #[test]
    fn what_does_not_fit_is_left_out_in_whole_rows_and_counted() {
        let plan = plan(5000, 40);
        for budget in [30_000, 60_000, 200_000] {
            let text = page(&plan, budget);
            assert!(text.len() <= budget, "{} bytes of {budget}", text.len());
            assert!(text.starts_with("<!-- orderform:plan "));
            assert!(
                text.contains("5000 orders to buy")
                    && text.ends_with(&format!("\nplan `{}`\n", plan.approved()))
            );
            assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
            assert_eq!(text.matches("| `!` |").count(), 40, "what is blocked is always there");
            let shown = text.matches("| `+` |").count();
            let left_out = text.lines().find(|line| line.contains("there is no room here"));
            let number: usize = left_out.unwrap().split(' ').next().unwrap().parse().unwrap();
            assert!(text.lines().filter(|line| line.starts_with("| `+`")).all(|line| line.ends_with(" |")));
            assert!(shown > 0 && shown + number == 5000);
        }
    }

    #[test]
    fn with_room_for_all_of_it_nothing_is_left_out() {
        let text = page(&plan(45, 2), usize::MAX);
        assert_eq!(text.matches("| `+` |").count(), 45);
        assert_eq!(text.matches("<details>").count(), 2, "folded, as there are many");
        assert!(!text.contains("no room"));
        assert!(page(&plan(20, 0), usize::MAX).contains("<details open>"));
    }

    #[test]
    fn what_can_never_be_left_out_stays_when_there_is_no_room_at_all() {
        let plan = plan(10, 3);
        let text = page(&plan, 0);
        assert_eq!(text.matches("| `!` |").count(), 3);
        assert!(text.contains(&plan.approved()) && text.contains("10 to buy"));
        assert!(text.contains("\nWhy 3 orders of these need somebody is left out"));
        assert!(text.contains("\n<!-- orderform:truncated leftOut=10 -->\n"));
    }

    #[test]
    fn why_orders_are_blocked_goes_before_their_rows_do() {
        let plan = plan(0, 500);
        let whole = page(&plan, usize::MAX);
        let budget = whole.len() - 1;
        let text = page(&plan, budget);
        assert!(text.len() <= budget && text.contains("need somebody is left out"));
        assert_eq!(text.matches("| `!` |").count(), 500);
        assert!(!whole.contains("left out"));
    }

    #[test]
    fn a_customers_name_is_no_markup() {
        for text in [
            "</summary><script>",
            "@org/team",
            "#12 **b** [a](b) `c` <!-- x -->",
            "a&lt;",
            "\u{202e}\n::error::",
        ] {
            let safe = html(text);
            assert!(!safe.contains(['<', '>', '@', '*', '[', '`', '"', '\n']), "{safe}");
            assert!(!safe.contains("#12 "), "{safe}");
        }
        assert_eq!(html("contoso-1"), "contoso-1");
    }
}
