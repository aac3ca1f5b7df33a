//! The same files give the same words in the same order, whoever reads them and in whatever order they were made.

use std::fs;
use std::path::Path;

use orderform::manifest::{self, Loaded, Sources};

use super::rendered;

const FILES: usize = 10_000;

/// Every file with this distance to the one before it has a mistake.
const MISTAKE_EVERY: usize = 37;

/// Orders with this distance have one name: which of them is the first does not depend on who is read first.
const SAME_NAME_EVERY: usize = 499;

fn text(number: usize) -> String {
    let name = if number.is_multiple_of(SAME_NAME_EVERY) { 0 } else { number };
    let cycle = if number.is_multiple_of(MISTAKE_EVERY) { "montly" } else { "monthly" };
    format!(
        "apiVersion: orderform/v1\nkind: Order\nmetadata: {{ name: order-{name} }}\nspec:\n  \
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

/// Reads the same texts with one processor, and so with one thread, without looking for them on disk again.
#[cfg(target_os = "linux")]
fn parse_on_one_processor(sources: Sources) -> Loaded {
    let parse = || {
        let own = rustix::thread::sched_getaffinity(None).unwrap();
        let first = (0..rustix::thread::CpuSet::MAX_CPU).find(|cpu| own.is_set(*cpu)).unwrap();
        let mut one = rustix::thread::CpuSet::new();
        one.set(first);
        rustix::thread::sched_setaffinity(None, &one).unwrap();
        manifest::parse(sources)
    };
    // In a thread of its own, so that no other test is held to one processor.
    std::thread::scope(|scope| scope.spawn(parse).join().unwrap())
}

#[cfg(not(target_os = "linux"))]
fn parse_on_one_processor(sources: Sources) -> Loaded {
    manifest::parse(sources)
}

#[test]
fn ten_thousand_files_give_the_same_bytes_on_every_run_and_any_number_of_processors() {
    let directory = tempfile::tempdir().unwrap();
    write_all(directory.path());
    let loaded = manifest::load(directory.path());
    let mut numbers: Vec<(String, usize)> = (0..FILES).map(|number| (path(number), number)).collect();
    numbers.sort();
    let mut sources = Sources::new();
    for (path, number) in numbers {
        sources.add(directory.path().join(path).to_str().unwrap(), text(number));
    }
    let again = parse_on_one_processor(sources);
    assert_eq!(rendered(&loaded), rendered(&again));
    assert!(loaded.sources.names().eq(again.sources.names()));
    let mut same_name: Vec<String> = (0..FILES).step_by(SAME_NAME_EVERY).map(path).collect();
    same_name.sort();
    let first = same_name.remove(0);
    let mut expected: Vec<String> = (0..FILES).step_by(MISTAKE_EVERY).map(path).chain(same_name).collect();
    expected.sort();
    let prefix = format!("{}/", directory.path().display());
    let short = |region: &manifest::Region| region.file.strip_prefix(&prefix).unwrap().to_owned();
    let found: Vec<String> = loaded.diagnostics.iter().map(|d| short(&d.region)).collect();
    assert_eq!(found, expected);
    assert!(loaded.diagnostics.iter().flat_map(|d| &d.related).all(|one| short(&one.region) == first));
}
