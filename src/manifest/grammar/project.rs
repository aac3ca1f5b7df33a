//! `kind: Project`: the settings of `orderform.yaml`.

use super::{
    CURRENCY, FREE_TEXT, FREEZE, Form, Key, LIMITS, NAME, RECEIVER, Refused, STATUS, Shape, WINDOW, kind_key,
    version_key,
};

const SECRET: &str = "is a secret, and no secret stands in a file";
const TOKEN: &str =
    "remove it, replace it where it was issued, and set `ORDERFORM_ACCESS_TOKEN` where the program runs";

const ABOUT: &str =
    "The settings of a directory of manifests. It stands in `orderform.yaml` at the root of the directory.";

/// The document of `orderform.yaml`.
pub(in crate::manifest) static PROJECT: Shape = Shape {
    name: "project",
    about: ABOUT,
    keys: &[
        version_key(),
        kind_key("Project", ABOUT),
        Key::may("metadata", Form::Mapping(&PROJECT_METADATA), "What the project is known by."),
        Key::may("spec", Form::Mapping(&PROJECT_SPEC), "The settings."),
    ],
    refused: &[STATUS],
};

pub(in crate::manifest) static PROJECT_METADATA: Shape = Shape {
    name: "projectMetadata",
    about: "What a project is known by.",
    keys: &[Key::may("name", NAME, "A name, for people.").such_as(&["licences"])],
    refused: &[],
};

pub(in crate::manifest) static PROJECT_SPEC: Shape = Shape {
    name: "projectSpec",
    about: "The settings of a project.",
    keys: &[
        Key::may(
            "lineage",
            Form::Text(
                "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
                "a lineage is a GUID that `orderform init` writes; restore the one that was there before",
            ),
            "Which history the recorded state belongs to. `orderform init` writes it; never change it: without it, \
             orders would be bought again.",
        ),
        Key::may("stateDir", FREE_TEXT, "Where the state lives, from here; `--state-dir` goes before it.")
            .such_as(&[".orderform"]),
        Key::may(
            "cloud",
            Form::Choice(&[
                ("public", "The public cloud."),
                ("us-government", "For the government of the United States."),
                ("china", "Operated by 21Vianet."),
            ]),
            "Which cloud is bought from.",
        ),
        Key::may(
            "integrationSandbox",
            Form::Boolean,
            "`true`: the account is an integration sandbox of Partner Center, and `plan --check` keeps its limits in mind.",
        ),
        Key::may("recovery", Form::Mapping(&RECOVERY), "How an attempt without an answer is settled."),
        Key::may(
            "limits",
            Form::Mapping(&LIMITS),
            "How much may be bought; beyond it, `apply` does nothing.",
        ),
        Key::may(
            "freeze",
            Form::List { of: &Form::Mapping(&FREEZE), least: 0, most: usize::MAX },
            "What is not to be bought for a while.",
        ),
        Key::may(
            "windows",
            Form::List { of: &Form::Mapping(&WINDOW), least: 1, most: usize::MAX },
            "When `watch --auto-apply` may buy; at any time where it is left out. A person may apply at any time.",
        ),
        Key::may(
            "prices",
            FREE_TEXT,
            "The price list, CSV or JSON, from here and inside the project; `--prices` goes before it.",
        )
        .such_as(&["prices.csv"]),
        Key::may(
            "currency",
            CURRENCY,
            "The currency that counts where the list has several; a customer's own goes before it.",
        )
        .such_as(&["EUR"]),
        Key::may(
            "notify",
            Form::List { of: &Form::Mapping(&RECEIVER), least: 0, most: usize::MAX },
            "Who is told what `orderform watch` does.",
        ),
    ],
    refused: &[
        Refused("accessToken", SECRET, TOKEN),
        Refused("refreshToken", SECRET, TOKEN),
        Refused("clientSecret", SECRET, TOKEN),
        Refused(
            "endpoint",
            "is not a setting of the project",
            "name it where the program is called: `--endpoint URL`, or `ORDERFORM_ENDPOINT`",
        ),
    ],
};

pub(in crate::manifest) static RECOVERY: Shape = Shape {
    name: "recovery",
    about: "How an attempt without an answer is settled.",
    keys: &[
        Key::may(
            "mode",
            Form::Choice(&[
                (
                    "verify",
                    "Settle by evidence; send again only once the order list shows that nothing was bought.",
                ),
                ("trust", "Also send again at once with the same request id, within ten minutes."),
                ("strict", "Never send again: a person decides."),
            ]),
            "What counts as evidence, and what may be sent again.",
        ),
        Key::may(
            "settleAfter",
            // A week at most: 604800 seconds, 10080 minutes, 168 hours.
            Form::Text(
                "^0{0,6}([0-9]{1,5}|[1-5][0-9]{5}|60[0-3][0-9]{3}|604[0-7][0-9]{2}|604800)s$|\
                 ^0{0,6}([0-9]{1,4}|100[0-7][0-9]|10080)m$|^0{0,6}([0-9]{1,2}|1[0-5][0-9]|16[0-8])h$",
                "a duration is such as `90s`, `30m` or `2h`, a week at most",
            ),
            "How old the last send must be before the order list counts as evidence; `30m` by default.",
        )
        .such_as(&["30m"]),
        Key::may(
            "marker",
            Form::Choice(&[("none", "No mark.")]),
            "A mark on the order that shows whose it is.",
        ),
    ],
    refused: &[],
};
