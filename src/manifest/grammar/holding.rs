//! `freeze` and `windows` of a project: what is not to be bought for a while, and when a watcher may.

use super::limits::CUSTOMER;
use super::{FREE_TEXT, Form, Key, Shape};

const CUSTOMERS: Form = Form::List { of: &CUSTOMER, least: 1, most: usize::MAX };

/// An item of `freeze`.
pub(in crate::manifest) static FREEZE: Shape = Shape {
    name: "freeze",
    about: "Orders that are not to be bought for a while; without `customers` and `labels`, all of them.",
    keys: &[
        Key::must("reason", FREE_TEXT, "Why, for whoever meets it.").such_as(&["year-end audit"]),
        Key::may(
            "until",
            Form::Text(
                "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$",
                "an instant is a date, a time and an offset, such as `2027-01-07T08:00:00+01:00`",
            ),
            "The instant at which it is over, with its offset; without one, somebody has to take it out.",
        )
        .such_as(&["\"2027-01-07T08:00:00+01:00\""]),
        Key::may("customers", CUSTOMERS, "Only orders of these: tenant ids, or names of `kind: Customer`.")
            .such_as(&["[contoso]"]),
        Key::may("labels", Form::Texts, "Only orders with all of these labels.").such_as(&["{ region: emea }"]),
    ],
    refused: &[],
};

const TIME: &str = "a time of day is hours and minutes, such as `08:00` or `17:30`, in quotes";

/// An item of `windows`.
pub(in crate::manifest) static WINDOW: Shape = Shape {
    name: "window",
    about: "When `watch --auto-apply` may buy, by the clock of a place.",
    keys: &[
        Key::may(
            "days",
            Form::List {
                of: &Form::Choice(&[
                    ("mon", "Monday."),
                    ("tue", "Tuesday."),
                    ("wed", "Wednesday."),
                    ("thu", "Thursday."),
                    ("fri", "Friday."),
                    ("sat", "Saturday."),
                    ("sun", "Sunday."),
                ]),
                least: 1,
                most: usize::MAX,
            },
            "On which days; every day by default. A window that goes past midnight is of the day it begins on.",
        )
        .such_as(&["[mon, tue, wed, thu, fri]"]),
        Key::must("from", Form::Text("^([01][0-9]|2[0-3]):[0-5][0-9]$", TIME), "When it opens.")
            .such_as(&["\"08:00\""]),
        Key::must(
            "to",
            Form::Text("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", TIME),
            "When it closes; `24:00` is the end of the day, and an earlier time than `from` is one of the next day.",
        )
        .such_as(&["\"17:00\""]),
        Key::must(
            "timezone",
            Form::Text(
                "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$",
                "a time zone is a name of the IANA database, such as `Europe/Berlin` or `UTC`",
            ),
            "By which clock: a name of the IANA time zone database.",
        )
        .such_as(&["Europe/Berlin"]),
    ],
    refused: &[],
};
