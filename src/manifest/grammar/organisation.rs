//! `kind: Organisation`: the limits that no project can override.

use super::{Form, Key, LIMITS, NAME, STATUS, Shape, kind_key, version_key};
use crate::domain::Rule;

const ABOUT: &str = "Limits that hold for every project, whatever its own say. It stands in a file of its own, outside of the \
            projects, which `--organisation FILE` or `ORDERFORM_ORGANISATION` names.";

/// How many rules a file can set.
const RAISABLE: usize = Rule::ALL.len();

/// Every rule, with nothing to be said about it beyond its word.
const RULES: [(&str, &str); RAISABLE] = {
    let mut rules = [("", ""); RAISABLE];
    let mut at = 0;
    while at < RAISABLE {
        rules[at] = (Rule::ALL[at].0, "");
        at += 1;
    }
    rules
};

/// The document of an organisation's file.
pub(in crate::manifest) static ORGANISATION: Shape = Shape {
    name: "organisation",
    about: ABOUT,
    keys: &[
        version_key(),
        kind_key("Organisation", ABOUT),
        Key::may("metadata", Form::Mapping(&ORGANISATION_METADATA), "What the organisation is known by."),
        Key::must("spec", Form::Mapping(&ORGANISATION_SPEC), "The limits."),
    ],
    refused: &[STATUS],
};

pub(in crate::manifest) static ORGANISATION_METADATA: Shape = Shape {
    name: "organisationMetadata",
    about: "What an organisation is known by.",
    keys: &[Key::may("name", NAME, "A name, for people.").such_as(&["licensing-desk"])],
    refused: &[],
};

pub(in crate::manifest) static ORGANISATION_SPEC: Shape = Shape {
    name: "organisationSpec",
    about: "The limits of an organisation.",
    keys: &[
        Key::must(
            "limits",
            Form::Mapping(&LIMITS),
            "How much may be bought; beyond it, `apply` does nothing.",
        ),
        Key::may(
            "mayBeRaised",
            Form::List { of: &Form::Choice(&RULES), least: 0, most: usize::MAX },
            "The limits that `--allow` may raise for one run. All others hold.",
        )
        .such_as(&["[ordersPerRun]"]),
    ],
    refused: &[],
};
