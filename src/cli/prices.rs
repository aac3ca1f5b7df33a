//! Which price list counts: the one that is named, or the project's.

use std::path::PathBuf;

use clap::Args;

use super::failure::{Failure, exit};
use super::materials::{Materials, show_diagnostics};
use super::terminal::Terminal;
use crate::domain::Prices;
use crate::prices;

/// What orders cost.
#[derive(Debug, Clone, Args)]
pub(super) struct PricesArgs {
    /// A price list, CSV or JSON, to say what orders cost [default: `spec.prices` of the project].
    #[arg(long = "prices", value_name = "FILE", env = "ORDERFORM_PRICES")]
    file: Option<PathBuf>,
}

impl PricesArgs {
    /// Reads the price list, if there is one; every problem of it is shown.
    pub(super) fn read(&self, materials: &Materials, terminal: &Terminal) -> Result<Option<Prices>, Failure> {
        let (project, root) = (&materials.project, &materials.root);
        let list = match (&self.file, &project.prices) {
            (Some(file), _) => prices::load(file, None),
            (None, Some(file)) => prices::load(&root.join(file), Some(root)),
            (None, None) => return Ok(None),
        };
        match list {
            Ok(list) => {
                let by_customer = materials.currencies.clone();
                Ok(Some(Prices { list, currency: project.currency, by_customer }))
            }
            Err(wrong) => {
                show_diagnostics(&wrong, terminal, true);
                let problems = match wrong.diagnostics.len() {
                    1 => "1 problem".to_owned(),
                    n => format!("{n} problems"),
                };
                let failure = Failure::new(format!("the price list has {problems}; nothing was attempted"));
                Err(failure.exit(exit::MANIFESTS).manifests(*wrong))
            }
        }
    }

    /// Returns the list that counts, if there is one.
    pub(super) fn path(&self, materials: &Materials) -> Option<PathBuf> {
        let of_project = materials.project.prices.as_ref().map(|file| materials.root.join(file));
        self.file.clone().or(of_project)
    }

    /// Returns the flag by which the file that was named is named again.
    pub(super) fn flags(&self) -> String {
        let file = self.file.as_ref();
        file.map_or_else(String::new, |file| format!(" --prices {}", file.display()))
    }
}
