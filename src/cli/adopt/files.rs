//! The manifests of what is adopted: one file a customer, in the canonical layout.
//!
//! **Invariant:** a file is there whole or not at all, and no file is written over. An order is in it only if reading it gives
//! exactly what is recorded.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::failure::Failure;
use super::super::new::place;
use crate::domain::{CustomerId, DesiredOrder, Place};
use crate::manifest::{self, Severity, Sources, write};
use crate::plan::{Adoptee, Adoption, LeftOut, Origin, Why};

/// A customer's manifests, ready to be written.
pub(super) struct Pages<'a> {
    /// The project's settings and defaults, which they are read with.
    pub(super) settings: &'a Sources,
    pub(super) customer: CustomerId,
    /// What the manifests call it.
    pub(super) name: &'a str,
    /// Whether a manifest describes it already.
    pub(super) is_described: bool,
    /// The file.
    pub(super) path: &'a Path,
}

/// What is written.
#[derive(Default)]
pub(super) struct Text {
    /// Empty where nothing is.
    pub(super) text: String,
    /// What reading it gives.
    pub(super) orders: Vec<DesiredOrder>,
}

impl Pages<'_> {
    /// Writes the manifests of what has none; what no manifest can say is taken out of the adoption.
    pub(super) fn compose(&self, adoption: &mut Adoption) -> Text {
        let head = write::customer(self.name, &self.customer.to_string());
        let mut composed = Text::default();
        let mut kept = Vec::new();
        for order in std::mem::take(&mut adoption.orders) {
            if order.origin == Origin::Wanted {
                kept.push(order);
                continue;
            }
            let document = write::naming_customer(&self.desired(&order));
            match self.read(&head, &document, &order) {
                Ok(read) => {
                    if composed.text.is_empty() && !self.is_described {
                        composed.text.clone_from(&head);
                    }
                    if !composed.text.is_empty() {
                        composed.text.push_str("---\n");
                    }
                    composed.text.push_str(&document);
                    composed.orders.push(read);
                    kept.push(order);
                }
                Err(problem) => adoption.left_out.push(LeftOut {
                    order_id: Some(order.order.order_id),
                    line: None,
                    title: None,
                    why: Why::Unwritable(problem),
                }),
            }
        }
        adoption.orders = kept;
        composed
    }

    fn desired(&self, order: &Adoptee) -> DesiredOrder {
        DesiredOrder {
            name: order.name.clone(),
            spec: order.spec.clone(),
            customer_name: Some(self.name.to_owned()),
            formerly: None,
            allow_duplicate: false,
            auto_renew: order.auto_renew,
            labels: std::collections::BTreeMap::new(),
            place: Place { file: Arc::from(self.path.to_string_lossy().as_ref()), line: 1 },
        }
    }

    /// Reads a document as it will be read, or says what is wrong with it.
    fn read(&self, head: &str, document: &str, order: &Adoptee) -> Result<DesiredOrder, String> {
        let mut sources = self.settings.settings();
        sources.add(&self.path.to_string_lossy(), format!("{head}---\n{document}"));
        let mut loaded = manifest::parse(sources);
        if let Some(error) = loaded.diagnostics.iter().find(|one| one.severity() == Severity::Error) {
            return Err(error.message.clone());
        }
        match loaded.orders.pop() {
            Some(read) if read.spec == order.spec => Ok(read),
            _ => Err("`defaults.yaml` of its directory would make another order of it".to_owned()),
        }
    }
}

/// Finds the file of a customer that is not there yet: `NAME.yaml`, `NAME-2.yaml` and so on.
pub(super) fn free(root: &Path, directory: &Path, name: &str) -> Result<PathBuf, Failure> {
    let mut number = 1_u32;
    loop {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = place::within(root, &directory.join(format!("{name}{suffix}.yaml")))?;
        if fs::symlink_metadata(&path).is_err() {
            return Ok(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
        }
        number += 1;
    }
}

/// Makes a file, in one step.
pub(super) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::of_file("make", path, &error);
    let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent).map_err(failed)?;
    // Hidden, so that nobody reads it for a manifest if it is left behind.
    let mut temporary = tempfile::Builder::new().prefix(".orderform-").tempfile_in(parent).map_err(failed)?;
    temporary.write_all(text.as_bytes()).map_err(failed)?;
    temporary.as_file().set_permissions(Permissions::from_mode(0o644)).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist_noclobber(path).map_err(|error| failed(error.error))?;
    File::open(parent).and_then(|dir| dir.sync_all()).map_err(failed)
}
