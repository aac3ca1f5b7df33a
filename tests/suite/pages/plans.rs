//! Plans to make pages of: empty, small, large, with every action, and around a text.

use orderform::domain::*;
use orderform::plan::{self, Action, Block, Difference, Former, Pins, Plan, Step};

fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

fn order_id() -> OrderId {
    OrderId::parse("5cf72f146967").unwrap()
}

fn request_id() -> RequestId {
    RequestId::derive(Lineage::from_random(1), &name("a"), Generation::FIRST, "{}")
}

/// Makes a plan of steps, with pins.
pub(super) fn plan(mut steps: Vec<Step>) -> Plan {
    steps.sort_by(|a, b| a.name.cmp(&b.name));
    let rules = [(Rule::ORDERS_PER_RUN, 20), (Rule::SEATS_PER_DAY, 2000)];
    let project = rules.into_iter().map(|(rule, most)| (rule, Bound::Most(most))).collect();
    let pins = Pins {
        place: Some(EndpointId::Origin("https://api.partnercenter.microsoft.com".into())),
        head: "0".repeat(64),
        manifests: format!("sha256:{}", "1".repeat(64)),
        limits: Rulebook { project, organisation: None },
        tool: "orderform 0.1.0".into(),
        ..Pins::default()
    };
    let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    let state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
    let plan = Plan { serial: 41, steps, pins: Some(pins), ..plan::build(&[], &state) };
    Plan { limits: plan::judge(&plan, &state, None, None), ..plan }
}

const PRODUCTS: [(&str, &str); 4] = [
    ("CFQ7TTC0LH18:0001:CFQ7TTC0K971", "Microsoft 365 Business Basic"),
    ("CFQ7TTC0LF8R:0001:CFQ7TTC0K9B2", "Microsoft 365 E3"),
    ("CFQ7TTC0HL8W:0001:CFQ7TTC0K6LC", "Power BI Pro"),
    ("CFQ7TTC0LHWM:0001:CFQ7TTC0K5MW", "Visio Plan 2"),
];

/// Makes one step for one of so many customers.
pub(super) fn step(number: usize, customers: usize, action: Action) -> Step {
    let customer = number % customers.max(1);
    let (offer, product) = PRODUCTS[number % PRODUCTS.len()];
    let seats = u32::try_from(number * 37 % 211 + 1).unwrap();
    let mut line = LineItem::new(OfferId::parse(offer).unwrap(), seats);
    line.friendly_name = (number % 5 != 4).then(|| product.to_owned());
    line.term_duration = TermDuration::read(["P1Y", "P1M", "P3Y"][number % 3]);
    let customer_id = CustomerId::parse(&format!("00000000-0000-4000-8000-{customer:012}")).unwrap();
    let mut spec = OrderSpec::new(customer_id, vec![line]);
    spec.billing_cycle = Some(BillingCycle::Monthly);
    let names = ["contoso", "fabrikam", "relecloud", "adventure-works", "northwind", "tailspin", "wingtip"];
    let customer_name = match customer {
        few if few < names.len() => names[few].to_owned(),
        more => format!("{}-{more}", names[more % names.len()]),
    };
    Step {
        name: name(&format!("{customer_name}-order-{number}")),
        customer_id,
        customer_name: Some(customer_name),
        spec,
        allow_duplicate: false,
        auto_renew: (number % 50 == 7).then_some(false),
        offers: std::collections::BTreeMap::new(),
        action,
    }
}

/// Makes a plan of so many orders to buy.
pub(super) fn to_buy(orders: usize, customers: usize) -> Plan {
    plan((0..orders).map(|number| step(number, customers, Action::Create)).collect())
}

/// The same plan with prices: in euros, for `fabrikam` in pounds, and for one product in none.
pub(super) fn priced(plan: Plan) -> Plan {
    let mut prices = Prices::default();
    for (offer, _) in &PRODUCTS[1..] {
        for (code, unit_price) in [("EUR", "12.90"), ("GBP", "9.5")] {
            for term in ["P1M", "P1Y", "P3Y"] {
                let row = Price {
                    offer_id: OfferId::parse(offer).unwrap(),
                    term_duration: TermDuration::read(term),
                    billing_cycle: BillingCycle::Monthly,
                    currency: Currency::parse(code).unwrap(),
                    unit_price: parse_price(unit_price).unwrap(),
                };
                prices.list.insert(row).unwrap();
            }
        }
    }
    prices.currency = Currency::parse("EUR").ok();
    let fabrikam = plan.steps.iter().filter(|step| step.customer_name.as_deref() == Some("fabrikam"));
    let pounds = Currency::parse("GBP").unwrap();
    prices.by_customer = fabrikam.map(|step| (step.customer_id, pounds)).collect();
    plan.price(&prices)
}

/// Every action, and a block of every look.
pub(super) fn every_action() -> Plan {
    let differences = vec![
        Difference {
            field: "spec.lineItems[0].quantity".into(),
            recorded: Some("25".into()),
            desired: Some("40".into()),
        },
        Difference {
            field: "spec.lineItems[0].friendlyName".into(),
            recorded: None,
            desired: Some("for the board".into()),
        },
    ];
    let actions = [
        Action::Create,
        Action::Create,
        Action::Settle { request_id: request_id() },
        Action::Rename { from: name("old-e5"), order_id: order_id() },
        Action::Orphan { order_id: order_id() },
        Action::Keep { order_id: order_id() },
        Action::Keep { order_id: order_id() },
        Action::Blocked(Block::CreatedDiffers { order_id: order_id(), differences: differences.clone() }),
        Action::Blocked(Block::PendingDiffers(differences)),
        Action::Blocked(Block::PendingWithoutManifest),
        Action::Blocked(Block::LooksRenamed { from: vec![name("old-e3")], was: Former::Orphan }),
        Action::Blocked(Block::SameAs(vec![name("contoso-order-1")])),
        Action::Blocked(Block::FormerNameShared { from: name("old-e3"), with: vec![name("b"), name("c")] }),
        Action::Blocked(Block::NotReviewed { pending: true }),
    ];
    let mut steps: Vec<Step> =
        actions.into_iter().enumerate().map(|(number, action)| step(number, 3, action)).collect();
    let mut second = LineItem::new(OfferId::parse("MS-AZR-0145P").unwrap(), 1);
    second.partner_id_on_record = Some("873452".into());
    second.promotion_id = Some("39NFJQT1PFPB:0003:39NFJQT1Q5KP".into());
    steps[1].spec.line_items.push(second);
    steps[1].customer_name = None;
    plan(steps)
}

/// Everything, with one text in every place that takes one.
pub(super) fn around(text: &str) -> Plan {
    let mut plan = every_action();
    for step in &mut plan.steps {
        step.customer_name = Some(text.to_owned());
        step.spec.billing_cycle = Some(BillingCycle::Other(text.to_owned()));
        for line in &mut step.spec.line_items {
            line.friendly_name = Some(text.to_owned());
            line.custom_term_end_date = Some(text.to_owned());
            line.promotion_id = Some(text.to_owned());
            line.partner_id_on_record = Some(text.to_owned());
            line.term_duration = Some(TermDuration::read("x").unwrap());
            line.provisioning_context.insert(text.to_owned(), text.to_owned());
        }
        if let Action::Blocked(Block::PendingDiffers(all) | Block::CreatedDiffers { differences: all, .. }) =
            &mut step.action
        {
            *all = vec![Difference {
                field: text.to_owned(),
                recorded: Some(text.to_owned()),
                desired: Some(text.to_owned()),
            }];
        }
    }
    let pins = plan.pins.as_mut().unwrap();
    pins.place = Some(EndpointId::Origin(text.to_owned()));
    pins.scope.path = text.to_owned();
    pins.tool = text.to_owned();
    plan
}
