//! The same files give the same words in the same order, whoever reads them and in whatever order they were made.

use std::fs;
use std::path::Path;

use orderform::manifest::{self, Loaded};

use super::rendered;

const FILES: usize = 10_000;

/// Every file with this distance to the one before it has a mistake.
const MISTAKE_EVERY: usize = 37;

fn text(number: usize) -> String {
    let cycle = if number.is_multiple_of(MISTAKE_EVERY) { "montly" } else { "monthly" };
    format!(
        "apiVersion: orderform/v1\nkind: Order\nmetadata: {{ name: order-{number} }}\nspec:\n  \
         customerId: 4d3cf487-70f4-4e1e-9ff1-{number:012}\n  billingCycle: {cycle}\n  lineItems:\n    \
         - {{ offerId: CFQ7TTC0LH18:0001, quantity: 5 }}\n"
    )
}

fn path(number: usize) -> String {
    format!("region-{}/team-{}/order-{number}.yaml", number % 7, number % 11)
}

/// Writes the files one after the other, in an order that has nothing to do with their names.
fn write_all(root: &Path) {
    for region in 0..7 {
        for team in 0..11 {
            fs::create_dir_all(root.join(format!("region-{region}/team-{team}"))).unwrap();
        }
    }
    // A step that has no divisor in common with the number of files visits each of them once.
    for number in (0..FILES).map(|turn| turn * 7919 % FILES) {
        fs::write(root.join(path(number)), text(number)).unwrap();
    }
}

/// Reads with one processor: so many threads are there then.
#[cfg(target_os = "linux")]
fn load_on_one_processor(root: &Path) -> Loaded {
    let load = || {
        let own = rustix::thread::sched_getaffinity(None).unwrap();
        let first = (0..rustix::thread::CpuSet::MAX_CPU).find(|cpu| own.is_set(*cpu)).unwrap();
        let mut one = rustix::thread::CpuSet::new();
        one.set(first);
        rustix::thread::sched_setaffinity(None, &one).unwrap();
        manifest::load(root)
    };
    // In a thread of its own, so that no other test is held to one processor.
    std::thread::scope(|scope| scope.spawn(load).join().unwrap())
}

#[cfg(not(target_os = "linux"))]
fn load_on_one_processor(root: &Path) -> Loaded {
    manifest::load(root)
}

#[test]
fn ten_thousand_files_give_the_same_bytes_on_every_run_and_any_number_of_processors() {
    let directory = tempfile::tempdir().unwrap();
    write_all(directory.path());
    let loaded = manifest::load(directory.path());
    let again = load_on_one_processor(directory.path());
    assert_eq!(rendered(&loaded), rendered(&again));
    assert!(loaded.sources.names().eq(again.sources.names()));
    let mut expected: Vec<String> = (0..FILES).step_by(MISTAKE_EVERY).map(path).collect();
    expected.sort();
    let prefix = format!("{}/", directory.path().display());
    let found: Vec<&str> =
        loaded.diagnostics.iter().map(|d| d.region.file.strip_prefix(&prefix).unwrap()).collect();
    assert_eq!(found, expected);
}
