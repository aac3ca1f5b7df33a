//! What documents have to do with one another: names that clash, customers that are named and not described.
//!
//! **Invariant:** identical orders under different names are not judged here; whether one of them is a rename depends
//! on the state, and the planner has it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Customer;
use super::code::{Code, Severity};
use super::diagnostic::{Diagnostic, Region, quoted};
use super::document::{CustomerDraft, Document, Named, ProjectDraft, Stray, misplaced};
use super::holding::FreezeDraft;
use super::ids;
use super::nearest::nearest;
use super::order::{CustomerRef, OrderDraft};
use super::origin::{Origins, Sourced};
use crate::domain::{Currency, CustomerId, DesiredOrder, Freeze, OrderName, OrderSpec, Place, Project};

/// How many names are looked at for suggestions, all unknown customers together; each costs a look at every name.
const MAX_LOOKS: usize = 20_000;

/// All documents of all files, judged together.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) orders: Vec<DesiredOrder>,
    pub(super) customers: Vec<Customer>,
    /// The origins of the values of each order, where they were noted.
    pub(super) origins: Vec<Origins>,
    pub(super) project: Option<Project>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

type Customers = HashMap<OrderName, (Option<Sourced<CustomerId>>, Region)>;

/// Judges the documents together. `all_read` says whether every document could be read: if not, a customer may well be
/// described in one that could not, and is not called unknown. `is_whole` says whether the
/// project has no orders but these.
pub(super) fn judge(
    documents: Vec<Document>,
    project_file: Option<&Arc<str>>,
    all_read: bool,
    is_whole: bool,
) -> Judged {
    let (mut orders, mut customers, mut projects) = (Vec::new(), Vec::new(), Vec::new());
    let mut found = Vec::new();
    for document in documents {
        match document {
            Document::Order(order) => orders.push(*order),
            Document::Customer(customer) => customers.push(customer),
            Document::Project(project) => projects.push(*project),
            Document::Defaults(draft) => found.push(misplaced(draft.region, Stray::Defaults)),
            Document::Organisation(draft) => found.push(misplaced(draft.region, Stray::Organisation)),
        }
    }
    for region in orders.iter().map(|o| &o.region).chain(customers.iter().map(|c| &c.region)) {
        if Some(&region.file) == project_file {
            found.push(misplaced(region.clone(), Stray::InProjectFile));
        }
    }
    let draft = judge_projects(projects, project_file, &mut found);
    let described = customers.iter().filter_map(describe).collect();
    let customers = judge_customers(customers, &mut found);
    judge_names(&orders, &mut found);
    if all_read {
        judge_references(&orders, &customers, &mut found);
    }
    let freezes = draft.iter().flat_map(|draft| &draft.freezes).map(|freeze| freeze.narrowed.clone());
    let narrowed: Vec<Option<Region>> = freezes.collect();
    let project = draft.map(|draft| finish_project(draft, &customers, all_read, &mut found));
    judge_products(&orders, &customers, &mut found);
    let mut judged = Judged { project, customers: described, ..Judged::default() };
    for (order, origins) in orders.into_iter().filter_map(|draft| finish(draft, &customers)) {
        judged.orders.push(order);
        judged.origins.extend(origins);
    }
    // An order that is wrong may be the one that is meant.
    let is_whole = is_whole && found.iter().all(|one| one.severity() == Severity::Warning);
    if is_whole && !judged.orders.is_empty() {
        let freezes = judged.project.iter().flat_map(|project| &project.freeze).zip(narrowed);
        found.extend(freezes.filter_map(|(freeze, at)| idle_freeze(freeze, at?, &judged.orders)));
    }
    judged.diagnostics = found;
    judged
}

/// Says that a customer is there, where it has a name.
fn describe(draft: &CustomerDraft) -> Option<Customer> {
    let line = draft.region.span.map_or(1, |span| span.line);
    let place = Place { file: Arc::clone(&draft.region.file), line };
    let (customer_id, currency) = (draft.id.as_ref().map(|id| id.value), draft.currency);
    draft.name.as_ref().map(|named| Customer { name: named.name.to_string(), customer_id, currency, place })
}

fn judge_projects(
    projects: Vec<ProjectDraft>,
    project_file: Option<&Arc<str>>,
    found: &mut Vec<Diagnostic>,
) -> Option<ProjectDraft> {
    let mut first: Option<ProjectDraft> = None;
    for draft in projects {
        if Some(&draft.region.file) != project_file {
            found.push(misplaced(draft.region, Stray::Project));
        } else if let Some(first) = &first {
            let message = "there is more than one `kind: Project`";
            let diagnostic = Diagnostic::new(Code::DuplicateProject, draft.region, message)
                .related(first.region.clone(), "first written here");
            found.push(diagnostic.hint("make one of them"));
        } else {
            first = Some(draft);
        }
    }
    first
}

/// Says whom the names in what is frozen stand for. A freeze of somebody who is not there would hold nothing.
fn finish_project(
    draft: ProjectDraft,
    customers: &Customers,
    all_read: bool,
    found: &mut Vec<Diagnostic>,
) -> Project {
    let mut project = draft.project;
    for FreezeDraft { mut freeze, names, .. } in draft.freezes {
        for (name, region) in names {
            match OrderName::parse(&name).ok().and_then(|name| customers.get(&name)) {
                Some((id, _)) => freeze.customers.extend(id.as_ref().map(|id| id.value)),
                None if !all_read => {}
                None => found.push(frozen_stranger(&name, region, customers)),
            }
        }
        project.freeze.push(freeze);
    }
    project
}

/// Says that a freeze fits no order. One that is over does not either, and can go.
fn idle_freeze(freeze: &Freeze, at: Region, orders: &[DesiredOrder]) -> Option<Diagnostic> {
    let fits = orders.iter().any(|order| freeze.is_of(order));
    let hint = "write labels and customers as the orders have them, or take the freeze out";
    let message = "the freeze fits no order, so it holds nothing";
    (!fits).then(|| Diagnostic::new(Code::FreezeOfNothing, at, message).hint(hint))
}

fn frozen_stranger(name: &str, region: Region, customers: &Customers) -> Diagnostic {
    let message = format!("no customer is named {}, so the freeze would not hold", quoted(name));
    let mut names: Vec<&str> = customers.keys().map(OrderName::as_str).collect();
    names.sort_unstable();
    names.truncate(MAX_LOOKS);
    Diagnostic::new(Code::FreezeOfNobody, region, message).hint(match nearest(name, names) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "write the tenant id, or describe the customer in the directory".to_owned(),
    })
}

fn judge_customers(drafts: Vec<CustomerDraft>, found: &mut Vec<Diagnostic>) -> Customers {
    let mut customers = Customers::new();
    let mut tenants: HashMap<CustomerId, (Named, Option<Currency>)> = HashMap::new();
    for draft in drafts {
        let Some(named) = draft.name else { continue };
        if let Some((_, first)) = customers.get(&named.name) {
            found.push(twice("customer", &named, first));
            continue;
        }
        if let Some(id) = draft.id.as_ref().map(|id| id.value) {
            match tenants.get(&id) {
                Some((first, currency)) if *currency != draft.currency => {
                    found.push(two_currencies(&named, first));
                }
                Some((first, _)) => found.push(same_tenant(&named, first)),
                None => {
                    tenants.insert(id, (named.clone(), draft.currency));
                }
            }
        }
        customers.insert(named.name, (draft.id, named.region));
    }
    customers
}

fn same_tenant(named: &Named, first: &Named) -> Diagnostic {
    let message = format!("customers `{}` and `{}` have the same tenant id", first.name, named.name);
    Diagnostic::new(Code::SameTenant, named.region.clone(), message)
        .related(first.region.clone(), "the other one")
        .hint("if they are one customer, keep one document; otherwise correct one id")
}

fn two_currencies(named: &Named, first: &Named) -> Diagnostic {
    let message = format!(
        "customers `{}` and `{}` have the same tenant id, and not the same currency",
        first.name, named.name
    );
    Diagnostic::new(Code::TwoCurrencies, named.region.clone(), message)
        .related(first.region.clone(), "the other one")
        .hint("a customer is charged in one currency: keep one document, or write the same in both")
}

fn twice(what: &str, second: &Named, first: &Region) -> Diagnostic {
    let message = format!("{what} name `{}` is used twice", second.name);
    Diagnostic::new(Code::DuplicateName, second.region.clone(), message)
        .related(first.clone(), "first used here")
        .hint("give one of them another name: a name stands for one thing across all files")
}

fn judge_names(orders: &[OrderDraft], found: &mut Vec<Diagnostic>) {
    let mut names: HashMap<&OrderName, &Region> = HashMap::with_capacity(orders.len());
    for named in orders.iter().filter_map(|order| order.name.as_ref()) {
        match names.get(&named.name) {
            Some(first) => found.push(twice("order", named, first)),
            None => {
                names.insert(&named.name, &named.region);
            }
        }
    }
    let mut former: HashMap<&OrderName, &Region> = HashMap::new();
    for order in orders {
        let Some(named) = &order.formerly else {
            continue;
        };
        let own = order.name.as_ref().filter(|own| own.name == named.name);
        let (other, why, hint) = if let Some(own) = own {
            (
                &own.region,
                "is the order's own name",
                "write the name it was recorded under before, or remove `formerly`",
            )
        } else if let Some(order) = names.get(&named.name) {
            (
                *order,
                "is still the name of an order",
                "if that order was renamed, remove the old document; if not, remove `formerly`",
            )
        } else if let Some(first) = former.get(&named.name) {
            (*first, "is claimed by two orders", "one order takes over the record: keep one `formerly`")
        } else {
            former.insert(&named.name, &named.region);
            continue;
        };
        let message = format!("former name `{}` {why}", named.name);
        let diagnostic = Diagnostic::new(Code::FormerlyInUse, named.region.clone(), message);
        found.push(diagnostic.related(other.clone(), "here").hint(hint));
    }
}

fn judge_references(orders: &[OrderDraft], customers: &Customers, found: &mut Vec<Diagnostic>) {
    let mut names: Vec<&str> = customers.keys().map(OrderName::as_str).collect();
    names.sort_unstable();
    let mut looks_left = MAX_LOOKS;
    // A default that many orders take is one mistake.
    let mut reported: HashSet<&Region> = HashSet::new();
    for order in orders {
        let Some(CustomerRef::Name(named)) = &order.customer else {
            continue;
        };
        if customers.contains_key(&named.name) || !reported.insert(&named.region) {
            continue;
        }
        let name = named.name.as_str();
        let is_affordable = names.len() <= looks_left;
        looks_left = looks_left.saturating_sub(names.len());
        let meant = nearest(name, names.iter().copied().filter(|_| is_affordable));
        let hint = match meant {
            _ if CustomerId::parse(name).is_ok() => {
                format!("this is a tenant id: write `customerId: {name}`")
            }
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!(
                "describe it (`orderform new customer {name} TENANT_ID` does); if it is described in another directory, \
                 name the one that holds both"
            ),
        };
        let message = format!("no customer is named {}", quoted(name));
        found.push(Diagnostic::new(Code::UnknownCustomer, named.region.clone(), message).hint(hint));
    }
}

/// Warns of orders that buy one product twice for a customer, with the same term: more seats, or a mistake.
fn judge_products(orders: &[OrderDraft], customers: &Customers, found: &mut Vec<Diagnostic>) {
    type Bought = (CustomerId, String, Option<String>);
    let mut first_of: HashMap<Bought, &OrderDraft> = HashMap::new();
    for order in orders {
        let customer = match &order.customer {
            Some(CustomerRef::Id(id)) => Some(*id),
            Some(CustomerRef::Name(named)) => {
                customers.get(&named.name).and_then(|(id, _)| id.as_ref()).map(|id| id.value)
            }
            None => None,
        };
        let (Some(customer), Some(named)) = (customer, &order.name) else { continue };
        let mut warned = false;
        for line in &order.lines {
            let product = line.offer_id.product().to_ascii_uppercase();
            let term = line.term_duration.as_ref().map(|term| term.as_str().to_owned());
            let first = *first_of.entry((customer, product, term)).or_insert(order);
            let is_meant = first.allow_duplicate && order.allow_duplicate;
            // A rename or a name that is used twice has its own words.
            let is_other = |other: &Named| {
                other.name != named.name && order.formerly.is_none() && first.formerly.is_none()
            };
            let is_said = warned || is_meant || ids::is_no_offer(&line.offer_id);
            if let (false, Some(other)) = (is_said, first.name.as_ref().filter(|other| is_other(other))) {
                found.push(same_product(named, other, line.offer_id.product()));
                warned = true;
            }
        }
    }
}

fn same_product(named: &Named, first: &Named, product: &str) -> Diagnostic {
    let message = format!(
        "orders `{}` and `{}` buy {} with the same term for one customer",
        first.name,
        named.name,
        quoted(product)
    );
    Diagnostic::new(Code::SameProduct, named.region.clone(), message)
        .related(first.region.clone(), "the other one")
        .hint("if both are meant, write `allowDuplicate: true` in the `metadata` of both; if not, remove one")
}

/// Makes the order that is wanted, where its customer is known.
fn finish(mut draft: OrderDraft, customers: &Customers) -> Option<(DesiredOrder, Option<Origins>)> {
    let (customer_id, customer_name) = match draft.customer? {
        CustomerRef::Id(id) => (id, None),
        CustomerRef::Name(named) => {
            let id = customers.get(&named.name)?.0.as_ref()?;
            if let Some(origins) = &mut draft.origins {
                origins.insert("spec.customerId".to_owned(), id.region.clone());
            }
            (id.value, Some(named.name.as_str().to_owned()))
        }
    };
    let order = DesiredOrder {
        name: draft.name?.name,
        spec: OrderSpec {
            customer_id,
            billing_cycle: draft.billing_cycle,
            partner_on_record_attestation_accepted: draft.attestation,
            line_items: draft.lines,
        },
        customer_name,
        formerly: draft.formerly.map(|named| named.name),
        allow_duplicate: draft.allow_duplicate,
        auto_renew: draft.auto_renew,
        labels: draft.labels,
        place: draft.place,
    };
    Some((order, draft.origins))
}
