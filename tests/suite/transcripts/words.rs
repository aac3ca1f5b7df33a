//! Manifests to write, and the placeholders that stand for whatever differs from run to run.

/// The customers, and what a transcript calls them.
pub(super) const CUSTOMERS: [(&str, &str); 3] = [
    (CONTOSO, "[contoso]"),
    (FABRIKAM, "[fabrikam]"),
    ("00000000-0000-4000-8000-000000000000", "[stranger]"),
];

pub(crate) const CONTOSO: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";
pub(crate) const FABRIKAM: &str = "f81d98dd-c2f4-499e-a194-5619e260344e";

/// A new commerce offer, and a legacy one.
pub(super) const OFFER: &str = "CFQ7TTC0LH18:0001:CFQ7TTC0K971";
pub(super) const LEGACY: &str = "84A03D81-6B37-4D66-8D4A-FAEA24541538";

/// Writes a manifest of one new commerce order.
pub(crate) fn order(name: &str, customer: &str, quantity: u32) -> String {
    order_with("", name, customer, quantity)
}

/// Writes a manifest of one new commerce order with something more in its metadata.
pub(super) fn order_with(metadata: &str, name: &str, customer: &str, quantity: u32) -> String {
    format!(
        "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: {name}\n  autoRenewEnabled: true\n{metadata}spec:\n  customerId: {customer}\n  \
         billingCycle: monthly\n  lineItems:\n    - offerId: {OFFER}\n      quantity: {quantity}\n      termDuration: P1Y\n"
    )
}

/// Returns the body of an order bought in the portal that looks like one of [`order`].
pub(super) fn portal_order(customer: &str, quantity: u32) -> String {
    format!(
        r#"{{"referenceCustomerId":"{customer}","billingCycle":"monthly","lineItems":[{{"lineItemNumber":0,"offerId":"{OFFER}","quantity":{quantity},"termDuration":"P1Y"}}]}}"#
    )
}

/// Puts placeholders in the place of whatever differs from run to run.
pub(super) fn normalise(text: &str, directory: &str) -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let mut text = text.replace(directory, "[dir]").replace(&format!(" on {host},"), " on [host],");
    for (id, name) in CUSTOMERS {
        text = text.replace(id, name);
    }
    let mut text = text.replace(LEGACY, "[legacy-offer]");
    for label in ["cancel by    ", "\"cancelUntil\":\"", "\"cancelUntil\": \""] {
        let pieces: Vec<&str> = text.split(label).collect();
        // Instants have a placeholder of their own.
        let days = pieces.iter().skip(1).map(|rest| match rest.get("2026-03-08".len()..) {
            Some(after) if !after.starts_with('T') => format!("{label}[day]{after}"),
            _ => format!("{label}{rest}"),
        });
        text = std::iter::once(pieces[0].to_owned()).chain(days).collect();
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let starts_word = !shown.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
        let found = starts_word.then(|| placeholder(rest)).flatten();
        let (length, with) = found.unwrap_or((c.len_utf8(), &rest[..c.len_utf8()]));
        shown.push_str(with);
        rest = &rest[length..];
    }
    shown
}

/// Returns how long the changing thing is that a text begins with, and its placeholder.
fn placeholder(text: &str) -> Option<(usize, &'static str)> {
    let hex = text.bytes().take_while(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b)).count();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if is_shaped(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") {
        return Some((36, "[guid]"));
    }
    if is_shaped(text, "dddd-dd-ddTdd:dd:dd") {
        let end = text.bytes().take_while(|b| b.is_ascii_digit() || b"-:T.Z".contains(b)).count();
        return Some((end, "[time]"));
    }
    if is_shaped(text, "until dddd-dd-dd") && !text["until 2026-12-03".len()..].starts_with('T') {
        return Some(("until 2026-12-03".len(), "until [day]"));
    }
    let ends_word = |at: usize| !text[at..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    match hex {
        64 if ends_word(64) => return Some((64, "[hash]")),
        12 if ends_word(12) => return Some((12, "[order]")),
        _ => {}
    }
    for (before, with) in [
        ("127.0.0.1:", "127.0.0.1:[port]"),
        ("\"syncs\":", "\"syncs\":[syncs]"),
        ("\"etag\":\"", "\"etag\":\"[etag]"),
        ("\"etag\": \"", "\"etag\": \"[etag]"),
    ] {
        let Some(after) = text.strip_prefix(before) else { continue };
        let value = after.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'=').count();
        if value > 0 {
            return Some((before.len() + value, with));
        }
    }
    let pid = text.strip_prefix("process ").map(|pid| pid.bytes().take_while(u8::is_ascii_digit).count());
    if let Some(length @ 1..) = pid {
        return Some(("process ".len() + length, "process [pid]"));
    }
    let is_size = digits > 0 && text[digits..].starts_with(" bytes");
    is_size.then_some((digits, "[n]"))
}

/// Says whether a text begins as a pattern says: `x` a hexadecimal digit, `d` a digit.
fn is_shaped(text: &str, pattern: &str) -> bool {
    let fits = |(byte, like): (u8, u8)| match like {
        b'x' => byte.is_ascii_hexdigit(),
        b'd' => byte.is_ascii_digit(),
        other => byte == other,
    };
    text.len() >= pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)
}
