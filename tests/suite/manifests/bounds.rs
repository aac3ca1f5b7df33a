//! No input costs more than its length allows; counted, not timed. What anchors and aliases copy is counted beside the
//! builder (`src/manifest/builder.rs`).

use std::fmt::Write;

use orderform::manifest::{self, Code, Loaded, Sources};

use super::rendered;

const HEAD: &str = "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: contoso-exchange\n";
const SPEC: &str = "spec:\n  customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04\n";
const LINES: &str = "  lineItems:\n    - { offerId: CFQ7TTC0LH18:0001, quantity: 5 }\n";

fn parse(text: impl Into<String>) -> Loaded {
    let mut sources = Sources::new();
    sources.add("a.yaml", text);
    manifest::parse(sources)
}

fn repeated(times: usize, each: impl Fn(usize) -> String) -> String {
    (0..times).map(each).collect()
}

fn order(number: usize, spec: &str) -> String {
    format!(
        "---\napiVersion: orderform/v1\nkind: Order\nmetadata: {{ name: o{number} }}\nspec: {{ {spec}, \
         lineItems: [{{ offerId: CFQ7TTC0LH18:0001, quantity: 1 }}] }}\n"
    )
}

pub(super) fn more_errors_than_are_shown() -> Loaded {
    parse(repeated(300, |number| order(number, "customer: nobody, billingCycle: montly")))
}

#[test]
fn of_a_file_full_of_errors_the_first_hundred_are_shown_and_one_that_says_so() {
    let loaded = more_errors_than_are_shown();
    assert_eq!(loaded.diagnostics.len(), 101);
    let (last, others) = loaded.diagnostics.split_last().unwrap();
    assert_eq!(last.code, Code::TooManyProblems);
    assert!(others.iter().all(|d| d.region < last.region && d.code != Code::TooManyProblems));
    assert!(!loaded.is_valid() && loaded.orders.is_empty());
}

#[test]
fn each_file_has_its_own_hundred_and_warnings_are_not_counted() {
    let wrong = |number| order(number, "customerId: x");
    let warned = |number| {
        order(number, &format!("customerId: 4d3cf487-70f4-4e1e-9ff1-{number:012}, billingCycle: unknown"))
    };
    let mut sources = Sources::new();
    sources.add("a.yaml", repeated(250, wrong));
    sources.add("b.yaml", repeated(250, |number| wrong(number + 300)));
    sources.add("c.yaml", repeated(250, |number| warned(number + 600)));
    let loaded = manifest::parse(sources);
    let of = |file: &str| loaded.diagnostics.iter().filter(|d| &*d.region.file == file).count();
    assert_eq!([of("a.yaml"), of("b.yaml"), of("c.yaml")], [101, 101, 250]);
}

/// Each text is about 100 kB; what comes back is short.
#[test]
fn what_is_said_about_a_long_text_is_short() {
    let long = "9".repeat(100_000);
    let values = [
        format!("{HEAD}{SPEC}  billingCycle: {long}\n{LINES}"),
        format!("{HEAD}{SPEC}  lineItems: [{{ offerId: {long}, quantity: 5 }}]\n"),
        format!("{HEAD}{SPEC}  lineItems: [{{ offerId: {}A, quantity: 5 }}]\n", "A:".repeat(50_000)),
        format!("{HEAD}{SPEC}  lineItems: [{{ offerId: CFQ7TTC0LH18:0001, quantity: {long} }}]\n"),
        format!("{HEAD}{SPEC}  lineItems: [{{ offerId: CFQ7TTC0LH18:0001, quantity: 0{long} }}]\n"),
        format!(
            "{HEAD}{SPEC}  lineItems: [{{ offerId: CFQ7TTC0LH18:0001, quantity: {} }}]\n",
            "1_".repeat(50_000)
        ),
        format!("{HEAD}{SPEC}  lineItems: [{{ offerId: CFQ7TTC0LH18:0001, quantity: 1.{long} }}]\n"),
        format!(
            "{HEAD}{SPEC}  lineItems: [{{ offerId: CFQ7TTC0LH18:0001, quantity: 5, friendlyName: {long} }}]\n"
        ),
        format!("{HEAD}  labels:\n    ? {long}\n    : x\n{SPEC}{LINES}"),
        format!("{HEAD}{SPEC}  \"{long}\": x\n{LINES}"),
        format!("{}{SPEC}{LINES}", HEAD.replace("contoso-exchange", &long)),
        format!("{}{SPEC}{LINES}", HEAD.replace("contoso-exchange", &"n".repeat(100_000))),
        format!("{}{SPEC}{LINES}", HEAD.replace("Order", &long)),
        format!("{}{SPEC}{LINES}", HEAD.replace("orderform/v1", &long)),
        format!("{HEAD}{}{LINES}", SPEC.replace("4d3cf487", &long)),
        format!("{HEAD}{}{LINES}", SPEC.replace("4d3cf487", &"f".repeat(100_000))),
    ];
    for text in values {
        let loaded = parse(text.as_str());
        assert_eq!(loaded.diagnostics.len(), 1, "{}", &rendered(&loaded)[..200]);
        let shown = rendered(&loaded);
        assert!(shown.len() < 1000, "{} bytes: {}", shown.len(), &shown[..500]);
    }
}

#[test]
fn a_key_that_is_written_again_and_again_is_one_mistake() {
    let loaded = parse(format!("{HEAD}{SPEC}{LINES}{}", "  billingCycle: monthly\n".repeat(5_000)));
    assert_eq!(loaded.diagnostics.len(), 1);
    assert_eq!(loaded.diagnostics[0].message, "key `billingCycle` is written 5000 times");
}

#[test]
fn an_unknown_customer_by_default_is_one_mistake_however_many_orders_take_it() {
    let mut sources = Sources::new();
    sources.add("defaults.yaml", "apiVersion: orderform/v1\nkind: Defaults\nspec: { customer: nobody }\n");
    sources.add("orders.yaml", repeated(500, |number| order(number, "billingCycle: monthly")));
    let customer = |number| {
        format!(
            "---\napiVersion: orderform/v1\nkind: Customer\nmetadata: {{ name: nobod{number} }}\n\
             spec: {{ customerId: 4d3cf487-70f4-4e1e-9ff1-{number:012} }}\n"
        )
    };
    // More names than are looked at for each order, were it said for each.
    sources.add("customers.yaml", repeated(300, customer));
    let loaded = manifest::parse(sources);
    assert_eq!(loaded.diagnostics.len(), 1, "{}", rendered(&loaded));
    assert_eq!(&*loaded.diagnostics[0].region.file, "defaults.yaml");
}

#[test]
fn a_mistake_in_a_value_that_aliases_repeat_is_one() {
    let lines = "  lineItems:\n    - &a { offerId: CFQ7TTC0LH18:0001, quantity: 0, colour: red }\n";
    let loaded = parse(format!("{HEAD}{SPEC}{lines}{}", "    - *a\n    - <<: *a\n".repeat(20)));
    let codes: Vec<Code> = loaded.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::Quantity, Code::UnknownKey]);
}

/// The parser holds a flow collection whole: what it may be long is what a document may be long.
#[test]
fn a_document_is_at_most_so_long_and_a_file_as_long_as_it_likes() {
    let long = format!("{HEAD}{SPEC}{LINES}# {}\n", "x".repeat(128 * 1024));
    let loaded =
        parse(format!("{}---\n{long}", order(1, "customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04")));
    assert_eq!(loaded.diagnostics.len(), 1, "{}", rendered(&loaded));
    let first = &loaded.diagnostics[0];
    assert_eq!((first.code, first.region.span.map(|span| span.line)), (Code::TooComplex, Some(6)));
    let many = |number| order(number, &format!("customerId: 4d3cf487-70f4-4e1e-9ff1-{number:012}"));
    let loaded = parse(repeated(2_000, many));
    assert_eq!((loaded.diagnostics.len(), loaded.orders.len()), (0, 2_000));
}

/// What stands once in a `defaults.yaml` is copied into every order: it has to be small.
#[test]
fn defaults_are_no_lever() {
    let orders =
        repeated(100, |number| order(number, &format!("customerId: 4d3cf487-70f4-4e1e-9ff1-{number:012}")));
    let with = |defaults: String| {
        let mut sources = Sources::new();
        sources.add("defaults.yaml", format!("apiVersion: orderform/v1\nkind: Defaults\nspec:\n{defaults}"));
        sources.add("orders.yaml", orders.clone());
        manifest::parse(sources)
    };
    let labels = |count: usize, letters: usize| {
        let mut text = "  labels:\n".to_owned();
        (0..count)
            .for_each(|number| writeln!(text, "    label-{number:02}: {}", "x".repeat(letters)).unwrap());
        text
    };
    let fits = with(labels(32, 22));
    assert!(fits.is_valid(), "{}", rendered(&fits));
    assert_eq!(fits.orders[99].labels.len(), 32);
    for too_much in [labels(33, 1), labels(2, 500), labels(4_000, 10)] {
        let loaded = with(too_much);
        let codes: Vec<Code> = loaded.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::TooComplex], "{}", rendered(&loaded));
    }
    let partners = repeated(10_000, |number| format!("\"{number}\", "));
    let loaded = with(format!("  additionalPartnerIdsOnRecord: [{partners}]\n"));
    let codes: Vec<Code> = loaded.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::TooManyPartners]);
}

/// Labels of several directories come together in the orders below.
#[test]
fn the_labels_of_all_directories_above_are_counted_together() {
    let mut sources = Sources::new();
    for (file, from) in [("defaults.yaml", 0), ("a/defaults.yaml", 20)] {
        let labels = repeated(20, |number| format!("    label-{}: x\n", from + number));
        let text = format!("apiVersion: orderform/v1\nkind: Defaults\nspec:\n  labels:\n{labels}");
        sources.add(file, text);
    }
    sources.add("a/order.yaml", order(1, "customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04"));
    let loaded = manifest::parse(sources);
    assert_eq!(loaded.diagnostics.len(), 1, "{}", rendered(&loaded));
    assert_eq!(&*loaded.diagnostics[0].region.file, "a/defaults.yaml");
}
