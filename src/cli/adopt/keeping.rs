//! Where an adoption is kept: in the state, or nowhere, to see what it would come to.

use std::path::PathBuf;

use super::super::failure::Failure;
use super::super::record::Pen;
use crate::domain::{EndpointId, FoldError, Record, RecordKind, State, Timestamp};
use crate::plan::{Adoption, Origin};

/// Where it is kept.
pub(super) enum Keeping {
    /// Nowhere: what it would come to.
    Dry(Box<State>),
    Writing {
        pen: Box<Pen>,
        directory: PathBuf,
    },
}

impl Keeping {
    pub(super) fn state(&self) -> &State {
        match self {
            Self::Dry(state) => state,
            Self::Writing { pen, .. } => &pen.state,
        }
    }

    /// Makes records durable, or, where nothing is kept, takes the state that they lead to.
    pub(super) fn record(
        &mut self,
        endpoint: EndpointId,
        time: Option<Timestamp>,
        kinds: Vec<RecordKind>,
        after: State,
    ) -> Result<(), Failure> {
        match self {
            Self::Dry(state) => **state = after,
            Self::Writing { .. } if kinds.is_empty() => {}
            Self::Writing { pen, .. } => {
                let bound = pen.binding(endpoint)?;
                pen.append(time, bound.into_iter().chain(kinds).collect())?;
            }
        }
        Ok(())
    }
}

/// Returns the records of what is not recorded yet.
pub(super) fn records(adoption: &Adoption) -> Vec<RecordKind> {
    let new = adoption.orders.iter().filter(|one| one.origin != Origin::Recorded);
    let of = new.flat_map(|one| {
        let (name, spec, order) = (one.name.clone(), Box::new(one.spec.clone()), one.order.clone());
        let adopted = RecordKind::Adopted { name: name.clone(), spec, order };
        [adopted, RecordKind::TermsKnown { name, terms: one.terms.clone() }]
    });
    of.collect()
}

/// Returns the state after these records.
pub(super) fn folded(state: &State, kinds: &[RecordKind]) -> Result<State, FoldError> {
    let mut after = state.clone();
    for kind in kinds {
        after.fold(&Record { serial: after.serial + 1, time: None, kind: kind.clone() })?;
    }
    Ok(after)
}
