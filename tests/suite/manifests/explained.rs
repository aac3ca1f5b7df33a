//! The texts of `orderform explain`: each belongs to a code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use orderform::manifest::Code;

const TEXTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/manifest/explain");

#[test]
fn every_text_belongs_to_a_code() {
    let names = fs::read_dir(Path::new(TEXTS)).unwrap().map(|entry| entry.unwrap().file_name());
    let there: BTreeSet<String> = names.map(|name| name.into_string().unwrap()).collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    assert_eq!(there, codes);
}

#[test]
fn every_title_is_the_summary_of_its_code() {
    for code in Code::ALL {
        let title = code.explanation().lines().next().unwrap();
        assert_eq!(title, format!("# {code}: {}", code.summary()));
    }
}
