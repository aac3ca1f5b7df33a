//! The manifests that are churned: what they want, and what is done to them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::git;

/// A directory of manifests behind a symbolic link, `current`.
pub(super) struct Tree {
    base: PathBuf,
    /// Each order by its name: the name it began with, and how often it was edited.
    orders: BTreeMap<String, Order>,
    made: usize,
    swaps: usize,
    broken: bool,
}

#[derive(Debug, Clone)]
struct Order {
    first_name: String,
    number: usize,
    edits: usize,
    file: String,
}

const PROJECT: &str = "orderform.yaml";

impl Tree {
    pub(super) fn new(base: &Path) -> Self {
        let mut tree =
            Self { base: base.to_owned(), orders: BTreeMap::new(), made: 0, swaps: 0, broken: false };
        let first = tree.next_directory();
        fs::write(
            first.join(PROJECT),
            "apiVersion: orderform/v1\nkind: Project\nspec:\n  limits:\n    ordersPerHour: 9000\n    ordersPerDay: \
             9000\n    seatsPerHour: 90000\n    seatsPerDay: 90000\n",
        )
        .unwrap();
        symlink(&first, base.join("current")).unwrap();
        tree
    }

    /// Makes an empty directory that is a git repository.
    fn next_directory(&mut self) -> PathBuf {
        self.swaps += 1;
        let next = self.base.join(format!("tree-{}", self.swaps));
        fs::create_dir(&next).unwrap();
        git(&next, &["init", "-q"]);
        next
    }

    fn current(&self) -> PathBuf {
        fs::canonicalize(self.base.join("current")).unwrap()
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.orders.keys().cloned().collect()
    }

    /// The names that orders began with, sorted.
    pub(super) fn first_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.orders.values().map(|order| order.first_name.clone()).collect();
        names.sort();
        names
    }

    pub(super) fn first_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.orders.get(name).map_or(name, |order| &order.first_name)
    }

    /// Does the next deed; the same number is the same deed.
    pub(super) fn change(&mut self, deed: usize) {
        match deed % 8 {
            0 | 3 => self.add(),
            1 => self.edit(deed),
            2 => self.tear(),
            4 => self.rename_a_file(deed),
            5 => self.swap(),
            6 => self.check_out(),
            _ => self.rename_an_order(deed),
        }
    }

    fn add(&mut self) {
        self.mend();
        let number = self.made;
        self.made += 1;
        let first_name = format!("order-{number}");
        let file = format!("{first_name}.yaml");
        let order = Order { first_name: first_name.clone(), number, edits: 0, file };
        self.write(&first_name, &order);
        self.orders.insert(first_name, order);
    }

    /// Writes as an editor does: a temporary file, renamed.
    fn write(&self, name: &str, order: &Order) {
        let (root, temporary) = (self.current(), format!(".{}.swp", order.file));
        fs::write(root.join(&temporary), text(name, order)).unwrap();
        fs::rename(root.join(temporary), root.join(&order.file)).unwrap();
    }

    fn pick(&self, deed: usize) -> Option<(String, Order)> {
        let all: Vec<_> = self.orders.iter().collect();
        let (name, order) = all.get(deed.checked_rem(all.len())?)?;
        Some(((*name).clone(), (*order).clone()))
    }

    /// Changes what buys nothing: a label.
    fn edit(&mut self, deed: usize) {
        let Some((name, mut order)) = self.pick(deed) else { return };
        order.edits += 1;
        self.write(&name, &order);
        self.orders.insert(name, order);
    }

    /// Leaves a manifest half written.
    fn tear(&mut self) {
        fs::write(self.current().join("torn.yaml"), "apiVersion: orderform/v1\nkind: [\n").unwrap();
        self.broken = true;
    }

    /// Takes away what is half written.
    pub(super) fn mend(&mut self) {
        if std::mem::take(&mut self.broken) {
            fs::remove_file(self.current().join("torn.yaml")).unwrap();
        }
    }

    fn rename_a_file(&mut self, deed: usize) {
        let Some((name, mut order)) = self.pick(deed) else { return };
        let (root, old) = (self.current(), order.file.clone());
        order.file = format!("renamed-{deed}-{}.yaml", order.number);
        fs::rename(root.join(old), root.join(&order.file)).unwrap();
        self.orders.insert(name, order);
    }

    /// Gives an order another name, with a word about the old one.
    fn rename_an_order(&mut self, deed: usize) {
        // One whose attempt is pending keeps its name until that is settled.
        let may = |(name, order): &(String, Order)| *name == order.first_name && self.is_recorded(name);
        let Some((name, mut order)) = self.pick(deed).filter(may) else { return };
        self.orders.remove(&name);
        order.edits += 1;
        let new = format!("{name}-again");
        self.write(&new, &order);
        self.orders.insert(new, order);
    }

    fn is_recorded(&self, name: &str) -> bool {
        let state = fs::read_to_string(self.base.join("state/state.json")).unwrap_or_default();
        let state: serde_json::Value = serde_json::from_str(&state).unwrap_or_default();
        state["orders"][name]["orderId"].is_string()
    }

    /// Makes the whole directory anew, and swaps the link.
    fn swap(&mut self) {
        let old = self.current();
        let next = self.next_directory();
        for entry in fs::read_dir(&old).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, next.join(path.file_name().unwrap())).unwrap();
            }
        }
        symlink(&next, self.base.join("next")).unwrap();
        fs::rename(self.base.join("next"), self.base.join("current")).unwrap();
        fs::remove_dir_all(old).unwrap();
    }

    /// Goes to another commit and back.
    fn check_out(&self) {
        let root = self.current();
        git(&root, &["add", "-A"]);
        git(&root, &["commit", "-q", "--allow-empty", "-m", "all"]);
        git(&root, &["checkout", "-q", "-B", "other"]);
        for (name, order) in self.orders.iter().step_by(2) {
            fs::write(root.join(&order.file), format!("# {name}, for a moment\n{}", text(name, order)))
                .unwrap();
        }
        git(&root, &["commit", "-q", "-a", "--allow-empty", "-m", "other"]);
        git(&root, &["checkout", "-q", "main"]);
    }
}

fn text(name: &str, order: &Order) -> String {
    let Order { first_name, number, edits, .. } = order;
    let formerly = if name == first_name { String::new() } else { format!("\n  formerly: {first_name}") };
    let customer = 1 + number % 7;
    format!(
        "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: {name}\n  labels: {{ edit: \"e{edits}\" }}{formerly}\nspec:\n  \
         customerId: 00000000-0000-0000-0000-{customer:012}\n  billingCycle: monthly\n  lineItems:\n    - offerId: \
         CFQ7TTC0LH18:0001:CFQ7TTC0K971\n      friendlyName: {first_name}\n      quantity: 3\n      termDuration: P1Y\n"
    )
}
