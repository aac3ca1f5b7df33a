//! Which orders a plan is about.
//!
//! **Invariant:** expressions are written as they are read again: the same one is always the same text.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::OrderName;
use crate::plan::{Changed, Expression, Outside, Pins, Scope, Selection};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScopeJson<'a> {
    path: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    only: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    except: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_since: Option<ChangedJson<'a>>,
    /// What is outside; where a scope is only asked for, nothing is known of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    outside: Option<OutsideJson>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ChangedJson<'a> {
    commit: Cow<'a, str>,
    names: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OutsideJson {
    orders: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    in_doubt: Vec<String>,
}

impl<'a> ScopeJson<'a> {
    /// Takes a scope as it was asked for.
    pub(super) fn asked(scope: &'a Scope) -> Self {
        let Scope { path, selection: Selection { only, except, changed } } = scope;
        let texts =
            |expressions: &BTreeSet<Expression>| expressions.iter().map(ToString::to_string).collect();
        let changed_since = changed.as_ref().map(|Changed { commit, names }| ChangedJson {
            commit: commit.into(),
            names: names.iter().map(ToString::to_string).collect(),
        });
        Self { path: path.into(), only: texts(only), except: texts(except), changed_since, outside: None }
    }

    /// Takes the scope of a plan, and what it leaves out.
    pub(super) fn of(pins: &'a Pins) -> Self {
        let Outside { orders, in_doubt } = &pins.outside;
        let in_doubt = in_doubt.iter().map(ToString::to_string).collect();
        Self { outside: Some(OutsideJson { orders: *orders, in_doubt }), ..Self::asked(&pins.scope) }
    }

    /// Reads a scope as it was asked for.
    pub(super) fn read(self) -> Result<Scope, String> {
        let changed = self.changed_since.map(|changed| {
            Ok::<_, String>(Changed { commit: changed.commit.into_owned(), names: names(changed.names)? })
        });
        let selection = Selection {
            only: expressions(self.only)?,
            except: expressions(self.except)?,
            changed: changed.transpose()?,
        };
        Ok(Scope { path: self.path.into_owned(), selection })
    }

    /// Reads what a scope leaves out.
    pub(super) fn read_outside(self) -> Result<Outside, String> {
        let OutsideJson { orders, in_doubt } = self.outside.ok_or("its `scope` has no `outside`")?;
        Ok(Outside { orders, in_doubt: names(in_doubt)? })
    }
}

fn expressions(texts: Vec<String>) -> Result<BTreeSet<Expression>, String> {
    let read =
        |text: String| Expression::parse(&text).map_err(|_| "an expression of its scope is none".to_owned());
    texts.into_iter().map(read).collect()
}

fn names<C: FromIterator<OrderName>>(texts: Vec<String>) -> Result<C, String> {
    texts.iter().map(|text| OrderName::parse(text).map_err(|error| error.to_string())).collect()
}
