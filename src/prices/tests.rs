//! What is a price list and what is none, in both formats.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::domain::{BillingCycle, OfferId};
use crate::manifest::render;

const HEADER: &str = "offerId,termDuration,billingCycle,currency,unitPrice";
const ROW: &str = "CFQ7TTC0LH18:0001,P1Y,monthly,EUR,12.90";

/// Everything that is wrong with a text, a line each, with its hint.
fn wrong(text: &str) -> Vec<String> {
    let loaded = parse("prices", text).expect_err("something is wrong");
    let line =
        |one: &Diagnostic| format!("{}; {}", render::short(one), one.hint.as_deref().unwrap_or("no hint"));
    loaded.diagnostics.iter().map(line).collect()
}

#[track_caller]
fn assert_wrong(text: &str, place: &str, told: &str) {
    let found = wrong(text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(&format!("prices:{place}: ")) && found[0].contains(told), "{}", found[0]);
}

fn price_of(list: &PriceList, offer: &str) -> Option<String> {
    let rates = list.rates(&OfferId::parse(offer).unwrap(), &BillingCycle::Monthly);
    rates.values().next().map(ToString::to_string)
}

#[test]
fn csv_and_json_say_the_same() {
    let csv = format!("{HEADER}\n{ROW}\n84A03D81-6B37-4D66-8D4A-FAEA24541538,,one_time,JPY,400\n");
    let json = r#"[
        { "offerId": "CFQ7TTC0LH18:0001", "termDuration": "P1Y", "billingCycle": "Monthly", "currency": "EUR", "unitPrice": "12.9" },
        { "offerId": "84A03D81-6B37-4D66-8D4A-FAEA24541538", "termDuration": null, "billingCycle": "OneTime", "currency": "JPY", "unitPrice": "400" }
    ]"#;
    let [csv, json] = [csv.as_str(), json].map(|text| parse("prices", text).unwrap());
    assert_eq!(csv, json);
    assert_eq!(csv.len(), 2);
    assert_eq!(csv.digest(), json.digest());
}

#[test]
fn marks_line_ends_quotes_blank_lines_and_the_order_of_columns_do_not_matter() {
    let plain = parse("prices", &format!("{HEADER}\n{ROW}\n")).unwrap();
    for other in [
        format!("\u{feff}{HEADER}\r\n{ROW}\r\n"),
        format!("{HEADER}\n\n\n{ROW}"),
        format!("{HEADER}\n\"CFQ7TTC0LH18:0001\",\"P1Y\",\"monthly\",\"EUR\",\"12.90\"\n"),
        "unitPrice,currency,offerId,billingCycle,termDuration\n12.9,EUR,CFQ7TTC0LH18:0001,monthly,P1Y\n"
            .to_owned(),
        format!("{HEADER}\n{ROW}\n{ROW}\n"),
    ] {
        assert_eq!(parse("prices", &other).as_ref().ok(), Some(&plain), "{other}");
    }
    assert!(parse("prices", &format!("{HEADER}\n")).unwrap().is_empty(), "a list may have no price");
}

#[test]
fn every_problem_of_a_csv_has_its_place() {
    let row = |row: &str| format!("{HEADER}\n\n{row}\n");
    assert_wrong("", "1:1", "this price list is empty");
    assert_wrong(&HEADER.replace(',', ";"), "1:1", "parted by ';'");
    assert_wrong("offerId,currency\n", "1:1", "the header lacks `termDuration`, `billingCycle`, `unitPrice`");
    assert_wrong(&format!("{HEADER},note\n"), "1:54", "unknown column `note`");
    assert_wrong(&HEADER.replace("unitPrice", "unitprice"), "1:44", "did you mean `unitPrice`?");
    assert_wrong(&format!("{HEADER},currency\n"), "1:54", "stands here twice");
    assert_wrong(
        &row("CFQ7TTC0LH18:0001,P1Y,monthly,EUR,12,90"),
        "3:1",
        "this row has 6 cells, and the header has 5",
    );
    assert_wrong(&row("CFQ7TTC0LH18,P1Y,monthly,EUR,1"), "3:1", "is not an offer id");
    assert_wrong(&row("CFQ7TTC0LH18:0001,1Y,monthly,EUR,1"), "3:19", "is not a term");
    assert_wrong(&row("CFQ7TTC0LH18:0001,P1Y,weekly,EUR,1"), "3:23", "is not a billing cycle");
    assert_wrong(&row("CFQ7TTC0LH18:0001,P1Y,unknown,EUR,1"), "3:23", "is not a billing cycle");
    assert_wrong(&row("CFQ7TTC0LH18:0001,P1Y,monthly,eur,1"), "3:31", "did you mean `EUR`?");
    assert_wrong(&row("CFQ7TTC0LH18:0001,P1Y,monthly,EUX,1"), "3:31", "is not a currency");
    assert_wrong(&row("CFQ7TTC0LH18:0001,P1Y,none,EUR,1"), "3:32", "never billed");
    assert_wrong(&row("CFQ7TTC0LH18:0001,P1Y,monthly,EUR,"), "3:35", "this row has no `unitPrice`");
    for (price, told) in [
        ("-1", "never negative"),
        ("1e3", "no exponent"),
        ("NaN", "is not a price"),
        ("\"12,90\"", "no comma"),
        ("€5", "is not a price"),
        ("0.123456789", "at most 8 digits"),
    ] {
        assert_wrong(&row(&format!("CFQ7TTC0LH18:0001,P1Y,monthly,EUR,{price}")), "3:35", told);
    }
    // A quote that is never closed takes the rest of the file into one cell.
    assert_wrong(
        &format!("{HEADER}\n{ROW}\n\"CFQ7TTC0LH18:0001,P1Y,monthly,EUR,1\n{ROW}\n"),
        "3:1",
        "this row has 1 cells",
    );
    // A cell of two lines does not move the places behind it.
    assert_wrong(
        &format!("{HEADER}\nCFQ7TTC0LH18:0001,P1Y,monthly,EUR,\"1\n2\"\n{ROW}\n"),
        "2:35",
        "is not a price",
    );
}

#[test]
fn every_problem_of_a_json_has_its_place() {
    let with = |entry: &str| {
        format!(
            "[\n  {{ \"offerId\": \"CFQ7TTC0LH18:0001\", \"billingCycle\": \"monthly\", \"currency\": \"EUR\",\n    {entry} }}\n]\n"
        )
    };
    assert_wrong("[\n  1,\n]", "3:1", "this is not a price list in JSON: trailing comma");
    assert_wrong("{}", "1:0".replace('0', "1").as_str(), "this is not a price list in JSON");
    assert_wrong("[ 1 ]", "1:3", "is an object");
    assert_wrong(&with("\"unitPrice\": 12.90"), "3:18", "`unitPrice` is a text");
    assert_wrong(&with("\"unitPrice\": \"1e3\""), "3:18", "no exponent");
    assert_wrong(&with("\"price\": \"1\""), "3:14", "unknown column `price`");
    assert_wrong(&with("\"unitPrice\": \"1\", \"unitPrice\": \"1\""), "3:36", "stands in this row twice");
    assert_wrong(&with("\"termDuration\": \"P1Y\""), "2:3", "this row has no `unitPrice`");
}

#[test]
fn two_prices_for_one_thing_are_both_shown() {
    let text = format!("{HEADER}\n{ROW}\ncfq7ttc0lh18:0001,P1Y,monthly,EUR,13\n");
    assert_wrong(&text, "3:1", "is not an offer id");
    let text = format!("{HEADER}\n{ROW}\nCFQ7TTC0LH18:0001,P1Y,Monthly,EUR,13\n");
    let loaded = parse("prices", &text).unwrap_err();
    let diagnostic = &loaded.diagnostics[0];
    assert_eq!(
        render::short(diagnostic),
        "prices:3:35: error[OF0503]: this price is 13, and the one before it for the same thing is 12.9"
    );
    assert_eq!(diagnostic.related[0].region.span.unwrap(), Span { line: 2, column: 35, length: 5 });
}

#[test]
fn all_problems_are_shown_at_once_and_no_more_than_a_hundred() {
    let three = format!("{HEADER}\n?,P9Y,daily,eur,-1\n{ROW}\n{ROW},\n");
    assert_eq!(wrong(&three).len(), 6);
    let many = format!("{HEADER}\n{}", "x,P1Y,monthly,EUR,1\n".repeat(5000));
    let found = wrong(&many);
    assert_eq!(found.len(), 101);
    assert!(found[100].contains("more than 100 errors"));
}

#[test]
fn partner_centers_own_sheet_is_recognised() {
    let sheet = "ProductTitle,ProductId,SkuId,TermDuration,BillingPlan,Market,Currency,UnitPrice\n";
    assert!(wrong(sheet).iter().any(|line| line.contains("Partner Center's own price sheet")));
}

#[test]
fn a_list_of_a_hundred_thousand_rows_is_read_whole() {
    let mut text = format!("{HEADER}\n");
    for n in 0..100_000 {
        let _infallible = writeln!(text, "CFQ7TTC{n:05}:0001,P1Y,monthly,EUR,{}.{:02}", n / 100, n % 100);
    }
    let list = parse("prices", &text).unwrap();
    assert_eq!(list.len(), 100_000);
    assert_eq!(price_of(&list, "CFQ7TTC99999:0001").as_deref(), Some("999.99"));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[\\[\\{\",:;a-zA-Z0-9.\r\n ]{0,80}|\\PC{0,60}", with_header in any::<bool>()) {
        let text = if with_header { format!("{HEADER}\n{text}") } else { text };
        if let Err(loaded) = parse("prices", &text) {
            for one in &loaded.diagnostics {
                let _shown = render::human(one, &loaded.sources, false);
            }
        }
    }
}
