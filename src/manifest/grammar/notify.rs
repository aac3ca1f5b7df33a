//! `notify` of a project: who is told what a watcher does.

use super::{Form, Key, NAME, Refused, Shape};

/// A name that every shell takes for a variable.
const VARIABLE: Form = Form::Text(
    "^[A-Za-z_][A-Za-z0-9_]{0,127}$",
    "this names an environment variable, such as `DESK_URL`; the secret itself stands in no file",
);

const TOPIC: Form = Form::Choice(&[
    ("doubt", "An order is in doubt."),
    ("failed", "A pass failed."),
    ("held", "Something holds everything: the kill switch, a limit."),
    ("invalid", "The manifests are wrong."),
    ("refused", "An order was not bought."),
    ("blocked", "An order waits for a person."),
    ("bought", "An order was bought, or found to be."),
    ("planned", "Something is to be done."),
    ("recovered", "It went on after passes that failed, were held, or had wrong manifests."),
]);

pub(in crate::manifest) static RECEIVER: Shape = Shape {
    name: "receiver",
    about: "Somebody who is told what a watcher does, by a webhook.",
    keys: &[
        Key::must("name", NAME, "What it is called in messages.").such_as(&["licensing-desk"]),
        Key::must("urlFrom", VARIABLE, "The environment variable that holds its URL; `https` only.")
            .such_as(&["DESK_URL"]),
        Key::must(
            "shape",
            Form::Choice(&[
                ("json", "A document of orderform's own: `orderform schema notification`."),
                ("teams", "An Adaptive Card, for a workflow of Microsoft Teams."),
                ("slack", "Blocks, for an incoming webhook of Slack."),
            ]),
            "What it reads.",
        ),
        Key::may(
            "secretFrom",
            VARIABLE,
            "The environment variable that holds the secret to sign with, as Standard Webhooks has it: `whsec_…`.",
        )
        .such_as(&["DESK_SECRET"]),
        Key::may(
            "on",
            Form::List { of: &TOPIC, least: 0, most: usize::MAX },
            "What it is told of; everything where it is left out.",
        )
        .such_as(&["[doubt, failed, held]"]),
    ],
    refused: &[
        Refused(
            "url",
            "is a secret, and no secret stands in a file: `urlFrom` names the variable that holds it",
            "write `urlFrom: DESK_URL`, and set that variable where the watcher runs",
        ),
        Refused(
            "secret",
            "stands in no file: `secretFrom` names the variable that holds it",
            "write `secretFrom: DESK_SECRET`, and set that variable where the watcher runs",
        ),
    ],
};
