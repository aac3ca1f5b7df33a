//! `freeze` and `windows`: what is not to be bought for a while, and when a watcher may, as a project has it.
//!
//! **Invariant:** one that cannot be read is reported; it never becomes none, or one of less, unnoticed.

use super::code::Code;
use super::diagnostic::{Region, did_you_mean, quoted, spelt};
use super::fields::{Fields, Value};
use super::grammar::{FREEZE, WINDOW};
use super::limits::customer;
use super::order::sourced_texts;
use super::validate::{choice, free_text, instant};
use crate::domain::{AllowedCustomer, DAY_MINUTES, Freeze, Keeper, TimeWindow, Windows, Zone};

/// The days of a week, as manifests name them.
const DAYS: [(&str, usize); 7] =
    [("mon", 0), ("tue", 1), ("wed", 2), ("thu", 3), ("fri", 4), ("sat", 5), ("sun", 6)];

/// What is frozen, before it is known whom the names in it stand for.
#[derive(Debug)]
pub(super) struct FreezeDraft {
    pub(super) freeze: Freeze,
    pub(super) names: Vec<(String, Region)>,
    /// Where it says of which orders it is; `None` where it is of everything.
    pub(super) narrowed: Option<Region>,
}

/// Reads what is frozen.
pub(super) fn freezes(value: Value<'_>) -> Vec<FreezeDraft> {
    value.items().into_iter().flatten().filter_map(freeze).collect()
}

fn freeze(value: Value<'_>) -> Option<FreezeDraft> {
    let fields = value.fields(&FREEZE)?;
    let reason = fields.value("reason").and_then(free_text);
    let until = fields.value("until").map(instant);
    let narrowed = fields.value("labels").or_else(|| fields.value("customers"));
    let narrowed = narrowed.map(|value| value.findings.at(value.key));
    let labels = fields.value("labels").into_iter().flat_map(sourced_texts);
    let labels = labels.map(|(key, label)| (key, label.value)).collect();
    let mut draft = FreezeDraft {
        freeze: Freeze { reason: String::new(), until: None, customers: Default::default(), labels },
        names: Vec::new(),
        narrowed,
    };
    if let Some(value) = fields.value("customers") {
        customers(value, &mut draft);
    }
    draft.freeze.reason = reason?;
    draft.freeze.until = until.unwrap_or(None);
    Some(draft)
}

fn customers(value: Value<'_>, draft: &mut FreezeDraft) {
    let Some(items) = value.items() else { return };
    if items.len() == 0 {
        let hint = "name somebody, or remove the key where orders of all customers are meant";
        value.findings.report(Code::FreezeOfNobody, value.key, "`customers` names nobody", hint);
    }
    for item in items {
        match customer(item, Keeper::Project) {
            Some(AllowedCustomer::Id(id)) => {
                draft.freeze.customers.insert(id);
            }
            Some(AllowedCustomer::Name(name)) => {
                draft.names.push((name, item.findings.at(item.node.span)));
            }
            None => {}
        }
    }
}

/// Reads when a watcher may buy.
pub(super) fn windows(value: Value<'_>) -> Windows {
    let Some(items) = value.items() else { return Windows::default() };
    if items.len() == 0 {
        let hint = "write a window, or remove the key where any time is meant";
        value.findings.report(Code::Window, value.key, "`windows` has no window", hint);
    }
    Windows(items.filter_map(window).collect())
}

fn window(value: Value<'_>) -> Option<TimeWindow> {
    let fields = value.fields(&WINDOW)?;
    let (days, zone) = (days(&fields), fields.value("timezone").and_then(zone));
    let from = fields.value("from").and_then(|value| time_of_day(value, DAY_MINUTES - 1));
    let to_value = fields.value("to");
    let to = to_value.and_then(|value| time_of_day(value, DAY_MINUTES));
    if let (Some(from), Some(to), Some(value)) = (from, to, to_value)
        && from == to
    {
        let hint = "for all day, write `from: \"00:00\"` and `to: \"24:00\"`";
        value.report(Code::Window, "the window closes when it opens", hint);
        return None;
    }
    Some(TimeWindow { days: days?, from: from?, to: to?, zone: zone? })
}

fn days(fields: &Fields<'_>) -> Option<[bool; 7]> {
    let Some(value) = fields.value("days") else { return Some([true; 7]) };
    let items = value.items()?;
    if items.len() == 0 {
        let hint = "name a day, or remove the key where every day is meant";
        value.findings.report(Code::Window, value.key, "`days` names no day", hint);
        return None;
    }
    let mut days = [false; 7];
    for item in items {
        days[choice(item, &DAYS)?] = true;
    }
    Some(days)
}

/// Takes `HH:MM`, in minutes from midnight.
fn time_of_day(value: Value<'_>, most: u16) -> Option<u16> {
    let text = value.text()?;
    let part = |part: &str| (part.len() == 2).then(|| part.parse::<u16>().ok()).flatten();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let parts = text.split_once(':').filter(|_| digits);
    let read = parts.and_then(|(hours, minutes)| Some((part(hours)?, part(minutes)?)));
    let minutes = read.filter(|(_, minutes)| *minutes < 60).map(|(hours, minutes)| hours * 60 + minutes);
    let Some(minutes) = minutes.filter(|minutes| *minutes <= most) else {
        let hint =
            "write hours and minutes, such as `\"08:00\"` or `\"17:30\"`; `\"24:00\"` is the end of the day";
        value.report(Code::Window, format!("{} is not a time of day that can stand here", spelt(text)), hint);
        return None;
    };
    // `08:00` is a number of base 60 to readers of YAML 1.1.
    if value.scalar().is_some_and(|(_, plain)| plain) {
        let message = format!("{} is a number to other YAML readers; a time is meant here", quoted(text));
        value.report(Code::NotText, message, format!("put quotes around it: `\"{text}\"`"));
        return None;
    }
    Some(minutes)
}

fn zone(value: Value<'_>) -> Option<Zone> {
    let text = value.text()?;
    match Zone::named(text) {
        Some(zone) if zone.name() == text => Some(zone),
        Some(zone) => {
            let message = format!("{} is not how that time zone is written", spelt(text));
            value.report(Code::TimeZone, message, did_you_mean(text, zone.name()));
            None
        }
        None => {
            let hint = "write a name of the IANA time zone database, such as `Europe/Berlin` or `UTC`";
            value.report(Code::TimeZone, format!("{} is not a time zone", spelt(text)), hint);
            None
        }
    }
}
