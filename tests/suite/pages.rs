//! Pages as a browser has them: what is read, searched and sorted, who can use them, and that nobody's text is markup.
//!
//! A browser's own parser and its script engine judge here (jsdom), and axe for those who do not see the page. What
//! only a real browser can tell, such as the layout, is not looked at; the contrast of the colours is computed in
//! `src/view/html`.

mod browser;
mod plans;
mod watched;
mod watchers;

use orderform::domain::is_harmful;
use orderform::plan::{Action, Plan};
use orderform::view::{Trouble, html_plan};
use serde_json::{Value, json};

use browser::Browser;

const TROUBLE: Trouble<'_> = Trouble {
    exit_code: 5,
    message: "the plan goes beyond the limits of `orderform.yaml`; nothing was attempted",
    causes: &[],
    hint: Some("apply fewer orders at a time, or have the limit raised in a review"),
    manifests: None,
    exceeded: &[],
    changes: None,
};

fn page(plan: &Plan) -> String {
    html_plan(Some(plan), None)
}

/// The pages that everything has to hold of, each with what it is.
fn all() -> Vec<(&'static str, String)> {
    let mut kept = plans::to_buy(4, 2);
    kept.steps.iter_mut().for_each(|step| {
        step.action = Action::Keep { order_id: orderform::domain::OrderId::parse("5cf72f146967").unwrap() };
    });
    vec![
        ("no order", page(&plans::plan(vec![]))),
        ("nothing to do", page(&kept)),
        ("three orders", page(&plans::to_buy(3, 3))),
        ("every action", page(&plans::every_action())),
        ("many orders for many customers", page(&plans::to_buy(120, 40))),
        ("with prices", page(&plans::priced(plans::to_buy(30, 12)))),
        ("every action with prices", page(&plans::priced(plans::every_action()))),
        ("beyond the limits", html_plan(Some(&plans::to_buy(30, 5)), Some(&TROUBLE))),
        ("no plan", html_plan(None, Some(&TROUBLE))),
    ]
}

fn texts(pages: &[String]) -> Vec<&str> {
    pages.iter().map(String::as_str).collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn axe_finds_nothing_with_the_script_and_without() {
    let Some(browser) = Browser::open("that everybody can use the HTML report") else { return };
    let (names, pages): (Vec<_>, Vec<_>) = all().into_iter().unzip();
    let seen = browser.observe_all("axe", &texts(&pages), &[]);
    for (what, found) in names.iter().zip(&seen) {
        for way in ["scripted", "still"] {
            assert_eq!(strings(&found[way]["violations"]), [""; 0], "{what}, {way}");
            // It looked: a page that it saw nothing of would have no violation either.
            let passes = strings(&found[way]["passes"]);
            for rule in ["document-title", "html-has-lang", "landmark-main-is-top-level", "heading-order"] {
                assert!(passes.contains(&rule), "{what}, {way}: {passes:?}");
            }
        }
    }
}

#[test]
fn axe_would_find_what_is_wrong() {
    let Some(browser) = Browser::open("that the judge of the HTML report judges") else { return };
    let page = page(&plans::to_buy(3, 3));
    let broken =
        [(" lang=\"en\"", "", "html-has-lang"), ("<label for=\"search\">Search orders</label>", "", "label")];
    for (is, becomes, rule) in broken {
        let broken = page.replacen(is, becomes, 1);
        assert_ne!(broken, page);
        let found = browser.observe("axe", &broken)["scripted"]["violations"].to_string();
        assert!(found.contains(rule), "{rule}: {found}");
    }
}

#[test]
fn every_order_is_there_without_the_script_and_no_control_is() {
    let Some(browser) = Browser::open("the HTML report without its script") else { return };
    let plans = [plans::every_action(), plans::to_buy(3000, 400)];
    let pages = plans.each_ref().map(page);
    for (plan, seen) in plans.iter().zip(browser.observe_all("still", &texts(&pages), &[])) {
        let mut orders = strings(&seen["orders"]);
        orders.sort_unstable();
        let names: Vec<&str> = plan.steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(orders, names);
        assert_eq!((&seen["buttons"], &seen["isSearchShown"]), (&json!(0), &json!(false)));
        assert!(seen["text"].as_str().unwrap().contains(&plan.digest()));
    }
}

#[test]
fn what_is_typed_filters_orders_of_all_kinds_and_is_counted_aloud() {
    let Some(browser) = Browser::open("searching in the HTML report") else { return };
    let mut plan = plans::every_action();
    plan.steps[0].spec.line_items[0].friendly_name = Some("Büro für alle".into());
    let name = plan.steps[0].name.to_string();
    let words = ["BURO", "fabrikam", "no such order", "", "  "];
    let seen = browser.observe_all("search", &[&page(&plan)], &words).remove(0);
    let total = plan.steps.len();
    assert_eq!((&seen["all"], &seen["isShown"]), (&json!(total), &json!(true)));
    let [accents, customer, nothing, cleared, blanks] = seen["typed"].as_array().unwrap().as_slice() else {
        panic!("{seen}")
    };
    assert_eq!(strings(&accents["orders"]), [name], "case and accents do not matter");
    let of_customer = |text: &&str| text.starts_with("fabrikam-");
    let expected = plan.steps.iter().map(|step| step.name.as_str()).filter(of_customer).count();
    let found = strings(&customer["orders"]);
    assert!(found.len() == expected && found.iter().all(of_customer), "{found:?}");
    assert_eq!(customer["said"], format!("{expected} of {total} orders"));
    assert_eq!(
        (&nothing["said"], &nothing["sections"]),
        (&json!(format!("0 of {total} orders")), &json!([]))
    );
    for all in [cleared, blanks] {
        assert_eq!(strings(&all["orders"]).len(), total);
        assert_eq!((&all["said"], &all["open"]), (&json!(format!("{total} orders")), &json!(0)));
    }
}

#[test]
fn every_heading_sorts_its_table_and_says_so() {
    let Some(browser) = Browser::open("sorting in the HTML report") else { return };
    let seen = browser.observe("sort", &page(&plans::to_buy(60, 7)));
    let presses = seen.as_array().unwrap();
    assert!(presses.len() >= 10, "{seen}");
    for press in presses {
        let (by, sort) = (press["by"].as_str().unwrap(), press["sort"].as_str().unwrap());
        assert_eq!(
            (press["said"].as_str(), &press["others"]),
            (Some(&*format!("sorted by {}, {sort}", by.to_lowercase())), &json!(0))
        );
        let cells = strings(&press["cells"]);
        let mut expected = cells.clone();
        match by {
            "Seats" => expected.sort_by_key(|cell| cell.replace(',', "").parse::<u64>().unwrap()),
            "Order" | "Customer" => expected.sort_by_key(|cell| natural(cell)),
            _ => continue,
        }
        if sort == "descending" {
            expected.reverse();
        }
        assert_eq!(cells, expected, "{by}, {sort}");
    }
    let directions: Vec<&str> = presses.iter().map(|press| press["sort"].as_str().unwrap()).collect();
    assert!(directions.contains(&"ascending") && directions.contains(&"descending"));
}

/// Splits a name so that `order-9` comes before `order-10`.
fn natural(text: &str) -> Vec<(u64, String)> {
    let part = |part: &str| (part.parse().unwrap_or(0), part.to_owned());
    text.split('-').map(part).collect()
}

#[test]
fn amounts_are_sorted_by_currency_and_what_is_unknown_is_no_amount() {
    let Some(browser) = Browser::open("sorting amounts in the HTML report") else { return };
    let seen = browser.observe("sort", &page(&plans::priced(plans::to_buy(60, 7))));
    let by_amount = |press: &&Value| press["by"] == "Committed";
    let presses: Vec<&Value> = seen.as_array().unwrap().iter().filter(by_amount).collect();
    let [down, up] = presses[..] else { panic!("{seen}") };
    assert_eq!((&down["sort"], &up["sort"]), (&json!("descending"), &json!("ascending")));
    for press in [down, up] {
        let mut amounts: Vec<(String, f64)> = strings(&press["cells"]).into_iter().map(amount).collect();
        if press["sort"] == "descending" {
            amounts.reverse();
        }
        assert!(amounts.is_sorted_by(|a, b| a <= b), "{amounts:?}");
        let currencies: Vec<&str> = amounts.iter().map(|(currency, _)| currency.as_str()).collect();
        assert!(["?", "EUR", "GBP"].iter().all(|one| currencies.contains(one)), "{currencies:?}");
    }
}

/// Reads what a cell begins with: a currency and an amount, or a sign that nobody knows.
fn amount(cell: &str) -> (String, f64) {
    let mut words = cell.split(' ');
    let currency = words.next().unwrap().to_owned();
    let amount: String = words.next().unwrap().chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    (currency, amount.parse().unwrap_or(0.0))
}

#[test]
fn a_printer_gets_everything_unfolded() {
    let Some(browser) = Browser::open("printing the HTML report") else { return };
    let seen = browser.observe("print", &page(&plans::every_action()));
    assert!(seen["before"].as_u64().unwrap() > 3, "{seen}");
    assert_eq!((&seen["during"], &seen["after"]), (&json!(0), &seen["before"]));
}

/// Texts that would be something else than a text, if anything let them.
const HOSTILE: [&str; 9] = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</style></title><svg onload=alert(1)>",
    "\"><a href=\"javascript:alert(1)\" autofocus onfocus=alert(1)>",
    "' onmouseover='alert(1)",
    "<!-- x --><!DOCTYPE html>&lt;b&gt;",
    "\u{1}x\u{2}\u{3}y\u{4}",
    "a\u{202e}b\u{2066}c\u{200b}d\r\n\u{0}",
    "{{7*7}} ${7*7} `x` \\u003cb\\u003e",
];

#[test]
fn nobodys_text_becomes_an_element_or_an_attribute() {
    let Some(browser) = Browser::open("that nobody's text is markup in the HTML report") else { return };
    let pages: Vec<String> =
        ["harmless"].iter().chain(&HOSTILE).map(|text| page(&plans::around(text))).collect();
    let seen = browser.observe_all("structure", &texts(&pages), &[]);
    // The policy is the same, and so is everything else but the texts.
    let built = |structure: &Value| structure.to_string().replace("harmless", "");
    for ((text, page), structure) in HOSTILE.iter().zip(&pages[1..]).zip(&seen[1..]) {
        assert_eq!(built(structure), built(&seen[0]), "{text}");
        let outside = page.replace(include_str!("../../src/view/html/style.css"), "");
        let outside = outside.replace(include_str!("../../src/view/html/script.js"), "");
        assert!(outside.chars().all(|c| c == '\n' || !is_harmful(c)), "{text}");
    }
}

#[test]
fn a_page_asks_for_nothing() {
    let Some(browser) = Browser::open("that the HTML report asks for nothing") else { return };
    let (names, pages): (Vec<_>, Vec<_>) = all().into_iter().unzip();
    let seen = browser.observe_all("structure", &texts(&pages), &[]);
    for (what, structure) in names.iter().zip(&seen) {
        for element in structure.as_array().unwrap() {
            let name = element["name"].as_str().unwrap();
            assert!(
                !["link", "img", "iframe", "object", "embed", "base", "form", "use", "image"].contains(&name),
                "{what}: {element}"
            );
            for (attribute, value) in element["attributes"].as_object().unwrap() {
                let is_ours = attribute != "href" || value.as_str().unwrap().starts_with('#');
                let is_harmless = !attribute.starts_with("on")
                    && !["src", "srcset", "style", "action", "ping"].contains(&&**attribute);
                assert!(is_ours && is_harmless, "{what}: {element}");
            }
        }
    }
}
