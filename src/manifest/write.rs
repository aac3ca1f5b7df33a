//! A desired order as a manifest: every value that is bought, in canonical order, written so that it reads back the same.
//!
//! **Invariant:** reading what is written here gives the same order; a text is written without quotes only where every
//! YAML reader takes it for that text.

use serde_json::{Map, Value};

use super::grammar::API_VERSION;
use super::plain;
use crate::domain::{DesiredOrder, LineItem, is_harmful};

/// A manifest as values, before it is text.
enum Tree<'o> {
    Text(&'o str),
    Owned(String),
    Whole(u32),
    Boolean(bool),
    List(Vec<Tree<'o>>),
    Mapping(Vec<(&'o str, Tree<'o>)>),
}

/// Writes an order as a YAML document, with a comment after each value that `comment` has one for.
///
/// `comment` is asked with the path of the value, such as `spec.lineItems[0].offerId`; what it returns must be one line.
#[must_use]
pub fn yaml(order: &DesiredOrder, comment: &dyn Fn(&str) -> Option<String>) -> String {
    let mut lines = Vec::new();
    block(&tree(order, Said::Id), "", "", &mut lines);
    let widest =
        lines.iter().filter(|(text, _)| text.len() <= 80).map(|(text, _)| width(text)).max().unwrap_or(0);
    let mut out = String::new();
    for (text, path) in lines {
        out += &text;
        if let Some(comment) = comment(&path) {
            let blanks = widest.saturating_sub(width(&text)) + 2;
            out += &format!("{:blanks$}# {comment}", "");
        }
        out.push('\n');
    }
    out
}

/// Writes an order as the JSON of its manifest.
#[must_use]
pub fn json(order: &DesiredOrder) -> Value {
    json_of(&tree(order, Said::Id))
}

/// Writes an order as a YAML document that calls the customer by its name, where it has one.
#[must_use]
pub fn naming_customer(order: &DesiredOrder) -> String {
    let mut lines = Vec::new();
    block(&tree(order, Said::Name), "", "", &mut lines);
    lines.into_iter().map(|(text, _)| text + "\n").collect()
}

/// Writes a customer as a YAML document.
#[must_use]
pub fn customer(name: &str, id: &str) -> String {
    let (name, id) = (scalar(name), scalar(id));
    format!(
        "apiVersion: {API_VERSION}\nkind: Customer\nmetadata:\n  name: {name}\nspec:\n  customerId: {id}\n"
    )
}

/// How a customer is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Id,
    Name,
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn tree(order: &DesiredOrder, said: Said) -> Tree<'_> {
    let mut metadata = vec![("name", Tree::Text(order.name.as_str()))];
    if !order.labels.is_empty() {
        let labels = order.labels.iter().map(|(key, text)| (key.as_str(), Tree::Text(text)));
        metadata.push(("labels", Tree::Mapping(labels.collect())));
    }
    metadata.extend(order.formerly.as_ref().map(|name| ("formerly", Tree::Text(name.as_str()))));
    metadata.extend(order.allow_duplicate.then_some(("allowDuplicate", Tree::Boolean(true))));
    metadata.extend(order.auto_renew.map(|renew| ("autoRenewEnabled", Tree::Boolean(renew))));
    let mut spec = vec![match order.customer_name.as_deref().filter(|_| said == Said::Name) {
        Some(name) => ("customer", Tree::Text(name)),
        None => ("customerId", Tree::Owned(order.spec.customer_id.to_string())),
    }];
    spec.extend(order.spec.billing_cycle.as_ref().map(|cycle| ("billingCycle", Tree::Text(cycle.as_str()))));
    let attestation = order.spec.partner_on_record_attestation_accepted;
    spec.extend(attestation.map(|accepted| ("partnerOnRecordAttestationAccepted", Tree::Boolean(accepted))));
    spec.push(("lineItems", Tree::List(order.spec.line_items.iter().map(line_item).collect())));
    Tree::Mapping(vec![
        ("apiVersion", Tree::Text(API_VERSION)),
        ("kind", Tree::Text("Order")),
        ("metadata", Tree::Mapping(metadata)),
        ("spec", Tree::Mapping(spec)),
    ])
}

fn line_item(line: &LineItem) -> Tree<'_> {
    fn text(text: Option<&String>) -> Option<Tree<'_>> {
        text.map(|text| Tree::Text(text))
    }
    let additional = &line.additional_partner_ids_on_record;
    let additional = || Tree::List(additional.iter().map(|partner| Tree::Text(partner)).collect());
    let renews_to = |term| Tree::Mapping(vec![("termDuration", Tree::Text(term))]);
    let context = &line.provisioning_context;
    let context =
        || Tree::Mapping(context.iter().map(|(key, text)| (key.as_str(), Tree::Text(text))).collect());
    let keys = [
        ("offerId", Some(Tree::Text(line.offer_id.as_str()))),
        ("quantity", Some(Tree::Whole(line.quantity))),
        ("friendlyName", text(line.friendly_name.as_ref())),
        ("termDuration", line.term_duration.as_ref().map(|term| Tree::Text(term.as_str()))),
        ("customTermEndDate", text(line.custom_term_end_date.as_ref())),
        ("promotionId", text(line.promotion_id.as_ref())),
        ("partnerIdOnRecord", text(line.partner_id_on_record.as_ref())),
        (
            "additionalPartnerIdsOnRecord",
            (!line.additional_partner_ids_on_record.is_empty()).then(additional),
        ),
        ("attestationAccepted", line.attestation_accepted.map(Tree::Boolean)),
        ("renewsTo", line.renews_to.as_ref().map(|term| renews_to(term.as_str()))),
        ("provisioningContext", (!line.provisioning_context.is_empty()).then(context)),
    ];
    Tree::Mapping(keys.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

/// Writes a mapping or list as lines, each with the path of its value; `lead` is what the first line begins with.
fn block(tree: &Tree<'_>, lead: &str, path: &str, lines: &mut Vec<(String, String)>) {
    // What stands before a line other than the first is as wide, and blank.
    let blank = " ".repeat(lead.len());
    match tree {
        Tree::Mapping(entries) => {
            for (at, (key, value)) in entries.iter().enumerate() {
                let lead = if at == 0 { lead } else { &blank };
                let path = if path.is_empty() { (*key).to_owned() } else { format!("{path}.{key}") };
                entry(&format!("{lead}{}:", scalar(key)), value, &format!("{blank}  "), &path, lines);
            }
        }
        Tree::List(items) => {
            for (at, item) in items.iter().enumerate() {
                let path = format!("{path}[{at}]");
                match item {
                    Tree::Mapping(_) | Tree::List(_) => block(item, &format!("{blank}- "), &path, lines),
                    item => lines.push((format!("{blank}- {}", scalar_of(item)), path)),
                }
            }
        }
        item => lines.push((format!("{lead}{}", scalar_of(item)), path.to_owned())),
    }
}

fn entry(head: &str, value: &Tree<'_>, below: &str, path: &str, lines: &mut Vec<(String, String)>) {
    match value {
        Tree::Mapping(_) | Tree::List(_) => {
            lines.push((head.to_owned(), path.to_owned()));
            block(value, below, path, lines);
        }
        value => lines.push((format!("{head} {}", scalar_of(value)), path.to_owned())),
    }
}

fn scalar_of(tree: &Tree<'_>) -> String {
    match tree {
        Tree::Text(text) => scalar(text),
        Tree::Owned(text) => scalar(text),
        Tree::Whole(number) => number.to_string(),
        Tree::Boolean(truth) => truth.to_string(),
        Tree::List(_) | Tree::Mapping(_) => unreachable!("those are written as blocks"),
    }
}

/// Writes a text as YAML, in quotes where it could be taken for something else. Characters that could do harm on a screen,
/// and `##`, which begins a command for a build server, are escaped: it reads back the same.
#[must_use]
pub fn scalar(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_alphanumeric());
    let ends = !text.ends_with([' ', ':']);
    let is_null = matches!(text, "null" | "Null" | "NULL");
    let is_plain = begins
        && ends
        && !is_null
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains("##")
        && !text.chars().any(is_harmful)
        && plain::taken_for(text).is_none();
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// Writes a text in double quotes: JSON's strings are YAML's, too.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string().replace("##", "#\\u0023");
    if !json.chars().any(is_harmful) {
        return json;
    }
    let escaped = |c: char| if is_harmful(c) { format!("\\U{:08x}", u32::from(c)) } else { c.into() };
    json.chars().map(escaped).collect()
}

fn json_of(tree: &Tree<'_>) -> Value {
    match tree {
        Tree::Text(text) => (*text).into(),
        Tree::Owned(text) => text.as_str().into(),
        Tree::Whole(number) => (*number).into(),
        Tree::Boolean(truth) => (*truth).into(),
        Tree::List(items) => items.iter().map(json_of).collect(),
        Tree::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| ((*key).to_owned(), json_of(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_where_somebody_could_take_it_for_something_else() {
        for text in [
            "contoso",
            "office 365",
            "Käse",
            "P1Y",
            "CFQ7TTC0LH18:0001",
            "a#b",
            "a-b",
            "ü: x".trim_end_matches(": x"),
        ] {
            assert_eq!(scalar(text), text);
        }
        for text in [
            "",
            "no",
            "1e3",
            "2027-06-30",
            "null",
            "- a",
            "a: b",
            "a #b",
            " a",
            "a ",
            "a:",
            "*a",
            "\"",
            "{a",
            "'",
        ] {
            assert_eq!(scalar(text), Value::from(text).to_string(), "{text}");
        }
        assert_eq!(scalar("a ##[b] ###"), r##""a #\u0023[b] #\u0023#""##);
        assert_eq!(scalar("a\u{202e}\u{7f}\u{e0041}\n"), r#""a\U0000202e\U0000007f\U000e0041\n""#);
    }
}
