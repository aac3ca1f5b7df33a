//! What is read of an expression, and what it fits.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Expression {
    Expression::parse(text).unwrap_or_else(|mistake| panic!("`{text}`: {mistake:?}"))
}

fn mistake(text: &str) -> (String, MistakeKind) {
    let Mistake { span, kind } = Expression::parse(text).unwrap_err();
    (text[span].to_owned(), kind)
}

fn fits(expression: &str, name: &str, labels: &[(&str, &str)]) -> bool {
    let name = OrderName::parse(name).unwrap();
    let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    read(expression).fits(&Subject {
        name: &name,
        customer_id: CustomerId::parse("4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04").unwrap(),
        customer_names: &BTreeSet::from(["contoso"]),
        labels: &labels,
    })
}

#[test]
fn a_bare_pattern_is_a_name_and_keys_say_what_else_is_looked_at() {
    let emea = [("region", "emea")];
    for (expression, expected) in [
        ("contoso-office", true),
        ("contoso-*", true),
        ("contoso-?ffice", true),
        ("contoso", false),
        ("*", true),
        ("name=contoso-*", true),
        ("name==contoso-*", true),
        ("name!=contoso-*", false),
        ("customer=contoso", true),
        ("customer=con*", true),
        ("customer=4D3CF487-70F4-4E1E-9FF1-B2BFCE8D9F04", true),
        ("customer=4d3cf487-*", true),
        ("customer!=fabrikam", true),
        ("label.region=emea", true),
        ("label.region=apac", false),
        ("label.region!=apac", true),
        ("label.team=*", false),
        ("label.team!=*", true),
        ("label.region=emea,contoso-*", true),
        (" label.region = emea , customer != contoso ", false),
    ] {
        assert_eq!(fits(expression, "contoso-office", &emea), expected, "{expression}");
    }
}

#[test]
fn a_backslash_takes_what_follows_as_it_is() {
    assert!(fits(r"label.a\.b\=c=x\,y\*\\ z", "n", &[("a.b=c", r"x,y*\ z")]));
    assert!(!fits(r"label.a=x\*", "n", &[("a", "xy")]));
    assert!(fits(r"label.a=\ x\ ", "n", &[("a", " x ")]));
    assert!(!fits(r"label.a= x ", "n", &[("a", " x ")]));
}

#[test]
fn spelling_and_order_make_no_other_expression() {
    let canonical = "name=a*,label.x!=y";
    for text in ["a*,label.x!=y", "label.x != y, name==a**", "a*,a*,label.x!=y"] {
        assert_eq!(read(text), read(canonical), "{text}");
        assert_eq!(read(text).to_string(), canonical);
    }
    assert_ne!(read("a"), read("a*"));
    assert_ne!(read(r"label.x=\*"), read("label.x=*"));
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    for (text, at, kind) in [
        ("", "", MistakeKind::NothingHere),
        ("a,,b", "", MistakeKind::NothingHere),
        ("a, ", " ", MistakeKind::NothingHere),
        ("Contoso-*", "C", MistakeKind::NotInNames('C')),
        ("a b", " ", MistakeKind::NotInNames(' ')),
        ("customer=Contoso", "C", MistakeKind::NotInNames('C')),
        ("region=emea", "region", MistakeKind::UnknownKey("region".into())),
        ("=emea", "=", MistakeKind::UnknownKey(String::new())),
        ("label.=emea", "label.", MistakeKind::NoLabel),
        ("label=emea", "label", MistakeKind::NoLabel),
        ("label.region", "label.region", MistakeKind::NoOperator),
        ("label.region!=", "!=", MistakeKind::NoValue),
        ("name=", "=", MistakeKind::NoValue),
        ("a\\", "\\", MistakeKind::NothingEscaped),
        ("label.x=\u{202e}", "\u{202e}", MistakeKind::Unseen),
    ] {
        assert_eq!(mistake(text), (at.to_owned(), kind), "{text}");
    }
    let long = "a".repeat(LONGEST_EXPRESSION + 1);
    assert_eq!(mistake(&long).1, MistakeKind::TooLong);
}

/// Compares as it would be written down, without an eye on what it costs.
fn fits_naively(signs: &[Sign], text: &[char]) -> bool {
    match (signs.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some((Sign::Any, rest)), _) => {
            fits_naively(rest, text) || (!text.is_empty() && fits_naively(signs, &text[1..]))
        }
        (Some((Sign::One, rest)), Some((_, others))) => fits_naively(rest, others),
        (Some((Sign::Just(c), rest)), Some((first, others))) => c == first && fits_naively(rest, others),
        (Some(_), None) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_is_an_expression_or_a_mistake_within_it(
        text in r"(?s)([a-z*?,=! \\.]|name|customer|label\.|\PC|[\x00-\x1f\u{80}-\u{9f}\u{200b}-\u{206f}]){0,40}"
    ) {
        match Expression::parse(&text) {
            Ok(expression) => {
                let written = expression.to_string();
                let again = Expression::parse(&written);
                prop_assert_eq!(again.as_ref(), Ok(&expression), "{}", written);
                prop_assert!(!written.chars().any(crate::domain::is_harmful), "{written}");
            }
            Err(Mistake { span, .. }) => prop_assert!(text.get(span.clone()).is_some(), "{span:?}"),
        }
    }

    #[test]
    fn wildcards_fit_what_they_are_said_to(signs in r"[ab*?]{1,8}", text in "[ab]{0,8}") {
        let expression = read(&format!("label.x={signs}"));
        let pattern = &expression.terms().next().unwrap().pattern;
        let text_signs: Vec<char> = text.chars().collect();
        prop_assert_eq!(pattern.fits(&text), fits_naively(&pattern.0, &text_signs));
    }
}
