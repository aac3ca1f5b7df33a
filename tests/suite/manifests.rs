//! Manifests: every mistake has its message, and what is right is read as any YAML reader would.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its fixtures has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use orderform::domain::{DesiredOrder, LineItem, TermDuration, is_harmful};
use orderform::manifest::{self, Code, Loaded, Sources, render};
use proptest::prelude::*;

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let directory = Path::new("tests/fixtures/manifests").join(kind);
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Parses one fixture as if it stood alone; `project-*` is the project's own file.
fn parse(path: &Path) -> Loaded {
    let name = name_of(path);
    let text = fs::read_to_string(path).unwrap();
    let mut sources = Sources::new();
    if name.starts_with("project-") && name != "project-elsewhere.yaml" {
        sources.add_project(&name, text);
    } else {
        sources.add(&name, text);
    }
    manifest::parse(sources)
}

fn rendered(loaded: &Loaded) -> String {
    let shown = loaded.diagnostics.iter();
    shown
        .map(|diagnostic| render::human(diagnostic, &loaded.sources, false))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_mistake_has_a_message_that_says_what_is_wrong_and_what_to_do() {
    let mut all = String::new();
    for path in fixtures("wrong") {
        let loaded = parse(&path);
        assert!(!loaded.diagnostics.is_empty(), "{}", path.display());
        all += &format!("## {}\n\n{}\n", name_of(&path), rendered(&loaded));
    }
    insta::assert_snapshot!("every_mistake", all);
}

#[test]
fn what_is_right_is_read_without_a_word() {
    let paths = fixtures("right");
    assert!(paths.len() >= 10);
    for path in paths {
        let loaded = parse(&path);
        assert_eq!(rendered(&loaded), "", "{}", path.display());
        assert!(loaded.is_valid());
    }
}

/// The same documents as serde sees them, every scalar as its text.
mod oracle {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Document {
        pub(super) kind: String,
        pub(super) metadata: Option<Metadata>,
        pub(super) spec: Option<Spec>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Metadata {
        pub(super) name: String,
        #[serde(default)]
        pub(super) labels: BTreeMap<String, String>,
        pub(super) formerly: Option<String>,
        #[serde(default)]
        pub(super) allow_duplicate: bool,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Spec {
        pub(super) customer_id: Option<String>,
        pub(super) customer: Option<String>,
        pub(super) billing_cycle: Option<String>,
        pub(super) partner_on_record_attestation_accepted: Option<bool>,
        #[serde(default)]
        pub(super) line_items: Vec<Line>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Line {
        pub(super) offer_id: String,
        pub(super) quantity: u32,
        pub(super) friendly_name: Option<String>,
        pub(super) term_duration: Option<String>,
        pub(super) custom_term_end_date: Option<String>,
        pub(super) promotion_id: Option<String>,
        pub(super) partner_id_on_record: Option<String>,
        #[serde(default)]
        pub(super) additional_partner_ids_on_record: Vec<String>,
        pub(super) attestation_accepted: Option<bool>,
        pub(super) renews_to: Option<RenewsTo>,
        #[serde(default)]
        pub(super) provisioning_context: BTreeMap<String, String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct RenewsTo {
        pub(super) term_duration: String,
    }

    /// Reads all documents of a text; empty ones are left out.
    pub(super) fn documents(text: &str) -> Result<Vec<Document>, serde_yaml::Error> {
        let text = text.trim_start_matches('\u{feff}');
        if text
            .lines()
            .all(|line| line.is_empty() || line.starts_with(['#', '-']))
        {
            return Ok(Vec::new());
        }
        serde_yaml::Deserializer::from_str(text)
            .filter_map(|one| Option::<Document>::deserialize(one).transpose())
            .collect()
    }
}

fn line_of(line: &LineItem) -> oracle::Line {
    let term = |term: &TermDuration| term.as_str().to_owned();
    oracle::Line {
        offer_id: line.offer_id.as_str().to_owned(),
        quantity: line.quantity,
        friendly_name: line.friendly_name.clone(),
        term_duration: line.term_duration.as_ref().map(term),
        custom_term_end_date: line.custom_term_end_date.clone(),
        promotion_id: line.promotion_id.clone(),
        partner_id_on_record: line.partner_id_on_record.clone(),
        additional_partner_ids_on_record: line.additional_partner_ids_on_record.clone(),
        attestation_accepted: line.attestation_accepted,
        renews_to: line.renews_to.as_ref().map(|renews| oracle::RenewsTo {
            term_duration: term(renews),
        }),
        provisioning_context: line.provisioning_context.clone(),
    }
}

fn assert_same(
    order: &DesiredOrder,
    document: oracle::Document,
    customers: &BTreeMap<String, String>,
) {
    let (metadata, spec) = (document.metadata.unwrap(), document.spec.unwrap());
    assert_eq!(order.name.as_str(), metadata.name);
    assert_eq!(order.labels, metadata.labels);
    assert_eq!(
        order.formerly.as_ref().map(|name| name.as_str().to_owned()),
        metadata.formerly
    );
    assert_eq!(order.allow_duplicate, metadata.allow_duplicate);
    assert_eq!(order.customer_name, spec.customer);
    let named = spec.customer.map(|name| customers[&name].clone());
    let customer_id = spec.customer_id.or(named).unwrap();
    assert_eq!(
        order.spec.customer_id.to_string(),
        customer_id.to_lowercase()
    );
    let billing_cycle = order.spec.billing_cycle.as_ref();
    assert_eq!(
        billing_cycle.map(|cycle| cycle.as_str().to_owned()),
        spec.billing_cycle
    );
    assert_eq!(
        order.spec.partner_on_record_attestation_accepted,
        spec.partner_on_record_attestation_accepted
    );
    let lines: Vec<_> = order.spec.line_items.iter().map(line_of).collect();
    assert_eq!(lines, spec.line_items);
}

#[test]
fn what_is_right_has_the_values_that_another_yaml_reader_finds() {
    let mut compared = 0;
    for path in fixtures("right") {
        let loaded = parse(&path);
        let (mut orders, mut customers) = (Vec::new(), BTreeMap::new());
        for document in oracle::documents(&fs::read_to_string(&path).unwrap()).unwrap() {
            match document.kind.as_str() {
                "Order" => orders.push(document),
                "Customer" => {
                    let id = document.spec.unwrap().customer_id.unwrap();
                    customers.insert(document.metadata.unwrap().name, id);
                }
                _ => {}
            }
        }
        assert_eq!(loaded.orders.len(), orders.len(), "{}", path.display());
        compared += orders.len();
        for (order, document) in loaded.orders.iter().zip(orders) {
            assert_same(order, document, &customers);
        }
    }
    assert!(compared >= 10);
}

#[test]
fn a_project_is_read_whole() {
    let loaded = parse(Path::new(
        "tests/fixtures/manifests/right/project-everything.yaml",
    ));
    insta::assert_debug_snapshot!("project", loaded.project.unwrap());
}

#[test]
fn orders_know_the_line_they_begin_at() {
    let loaded = parse(Path::new("tests/fixtures/manifests/right/several.yaml"));
    let lines: Vec<usize> = loaded.orders.iter().map(|order| order.place.line).collect();
    assert_eq!(lines, [2, 13, 24]);
    assert_eq!(&*loaded.orders[0].place.file, "several.yaml");
}

#[test]
fn manifests_with_one_error_are_no_orders_at_all() {
    let mut sources = Sources::new();
    for name in ["right/smallest.yaml", "wrong/quantity-zero.yaml"] {
        let path = Path::new("tests/fixtures/manifests").join(name);
        sources.add(name, fs::read_to_string(path).unwrap());
    }
    let loaded = manifest::parse(sources);
    assert!(!loaded.is_valid());
    assert_eq!(loaded.orders, []);
}

#[test]
fn settings_with_one_error_are_no_settings() {
    for path in fixtures("wrong") {
        let loaded = parse(&path);
        let is_wrong = !loaded.is_valid();
        assert!(loaded.project.is_none() || !is_wrong, "{}", path.display());
    }
    let warned = parse(Path::new(
        "tests/fixtures/manifests/wrong/project-settle-after-too-short.yaml",
    ));
    assert!(warned.is_valid() && warned.project.is_some());
}

#[test]
fn names_are_compared_across_files_and_both_places_are_shown() {
    let text = fs::read_to_string("tests/fixtures/manifests/right/smallest.yaml").unwrap();
    let mut sources = Sources::new();
    sources.add("a.yaml", text.clone());
    sources.add("b.yaml", format!("# another file\n{text}"));
    let loaded = manifest::parse(sources);
    insta::assert_snapshot!("name_in_two_files", rendered(&loaded));
    assert_eq!(
        render::short(&loaded.diagnostics[0]),
        "b.yaml:5:9: error[OF0401]: order name `contoso-exchange` is used twice"
    );
}

#[test]
fn diagnostics_come_by_file_line_column_and_code_whatever_the_order_of_the_files() {
    let all: Vec<(String, String)> = fixtures("wrong")
        .iter()
        .map(|path| (name_of(path), fs::read_to_string(path).unwrap()))
        .collect();
    let load = |files: &mut dyn Iterator<Item = &(String, String)>| {
        let mut sources = Sources::new();
        files.for_each(|(name, text)| sources.add(name, text.clone()));
        manifest::parse(sources)
    };
    let loaded = load(&mut all.iter());
    let places: Vec<_> = loaded
        .diagnostics
        .iter()
        .map(|d| (&d.region, d.code))
        .collect();
    assert!(places.is_sorted());
    assert!(places.len() > all.len());
    let again = load(&mut all.iter());
    assert_eq!(loaded.diagnostics, again.diagnostics);
}

#[test]
fn nothing_that_is_rendered_can_move_a_terminal() {
    for path in fixtures("wrong") {
        let loaded = parse(&path);
        for diagnostic in &loaded.diagnostics {
            let text =
                render::human(diagnostic, &loaded.sources, false) + &render::short(diagnostic);
            let harmful = text.chars().find(|c| *c != '\n' && is_harmful(*c));
            assert_eq!(harmful, None, "{}", path.display());
        }
    }
}

#[test]
fn colour_adds_styles_and_changes_no_word() {
    let loaded = parse(Path::new("tests/fixtures/manifests/wrong/name-twice.yaml"));
    let plain = render::human(&loaded.diagnostics[0], &loaded.sources, false);
    let styled = render::human(&loaded.diagnostics[0], &loaded.sources, true);
    assert!(styled.contains("\u{1b}["));
    let mut bare = String::new();
    let mut rest = styled.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        bare.push_str(&rest[..at]);
        let end = rest[at..].find('m').unwrap();
        rest = &rest[at + end + 1..];
    }
    bare.push_str(rest);
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(words(&bare), words(&plain));
}

/// Makes a directory in which every way of not being a readable file occurs.
#[cfg(unix)]
fn unreadable_directory() -> tempfile::TempDir {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir(at("sub")).unwrap();
    symlink(at("sub"), at("linked-directory")).unwrap();
    symlink("/dev/null", at("device.yaml")).unwrap();
    symlink(at("nowhere"), at("dangling.yaml")).unwrap();
    symlink("/etc/hostname", at("not-a-manifest")).unwrap();
    fs::write(at("latin.yaml"), b"a: b\nname: M\xfcller\n").unwrap();
    fs::write(at("utf16.yml"), b"\xff\xfea\0").unwrap();
    let large = fs::File::create(at("large.yaml")).unwrap();
    large.set_len(manifest::source::MAX_FILE_BYTES + 1).unwrap();
    let fifo = at("sub/pipe.yaml");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    std::os::unix::net::UnixListener::bind(at("socket.yaml")).unwrap();
    fs::create_dir(at(".hidden")).unwrap();
    fs::write(at(".hidden/wrong.yaml"), "wrong").unwrap();
    fs::write(at(".wrong.yaml"), "wrong").unwrap();
    fs::write(at("notes.txt"), "wrong").unwrap();
    directory
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_named_and_never_waited_for() {
    let directory = unreadable_directory();
    let loaded = manifest::load(directory.path());
    let root = format!("{}/", directory.path().display());
    let shown = rendered(&loaded).replace(&root, "");
    insta::assert_snapshot!("unreadable", shown);
}

#[test]
fn a_directory_is_read_in_order_and_a_file_with_the_project_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let fixture = |name: &str| {
        fs::read_to_string(format!("tests/fixtures/manifests/right/{name}.yaml")).unwrap()
    };
    fs::create_dir(at("b")).unwrap();
    fs::write(at("c.yml"), fixture("smallest")).unwrap();
    fs::write(at("b/a.yaml"), fixture("every-property")).unwrap();
    fs::write(at("a.yaml"), fixture("several")).unwrap();
    fs::write(at("orderform.yaml"), fixture("project-everything")).unwrap();
    let names = |loaded: &Loaded| {
        let names = loaded.orders.iter().map(|order| order.name.to_string());
        names.collect::<Vec<_>>().join(" ")
    };
    let loaded = manifest::load(directory.path());
    assert_eq!(rendered(&loaded), "");
    assert_eq!(
        names(&loaded),
        "contoso-0 contoso-1 contoso-2 fabrikam-all contoso-exchange"
    );
    assert!(loaded.project.is_some());

    let one = manifest::load(&at("c.yml"));
    assert_eq!(names(&one), "contoso-exchange");
    assert_eq!(one.project, loaded.project);
    let project = manifest::load(&at("orderform.yaml"));
    assert_eq!(project.project, loaded.project);
    assert!(project.is_valid());

    let empty = manifest::load(&at("b")).orders.len();
    assert_eq!(empty, 1);
    fs::remove_file(at("b/a.yaml")).unwrap();
    let empty = manifest::load(&at("b"));
    assert!(empty.is_valid() && empty.orders.is_empty() && empty.project.is_none());
}

/// The way Kubernetes mounts a ConfigMap: links into a hidden directory, which is exchanged as a whole.
#[cfg(unix)]
#[test]
fn a_link_that_stays_inside_the_directory_is_read_once() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir(at("..2026_11_22")).unwrap();
    fs::copy(
        "tests/fixtures/manifests/right/smallest.yaml",
        at("..2026_11_22/orders.yaml"),
    )
    .unwrap();
    symlink("..2026_11_22", at("..data")).unwrap();
    symlink("..data/orders.yaml", at("orders.yaml")).unwrap();
    let loaded = manifest::load(directory.path());
    assert_eq!(rendered(&loaded), "");
    assert_eq!(loaded.orders.len(), 1);
}

#[cfg(unix)]
#[test]
fn every_code_is_produced_by_some_test() {
    let mut produced = BTreeSet::new();
    for path in fixtures("wrong") {
        produced.extend(parse(&path).diagnostics.iter().map(|d| d.code));
    }
    let directory = unreadable_directory();
    for path in [directory.path(), Path::new("tests/fixtures/nowhere")] {
        produced.extend(manifest::load(path).diagnostics.iter().map(|d| d.code));
    }
    let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    let missing: Vec<_> = all.difference(&produced).collect();
    assert_eq!(missing, Vec::<&Code>::new());
}

/// Pieces that YAML, and this reader of it, treat specially.
const PIECES: [&str; 30] = [
    "\n",
    "\n---\n",
    "...\n",
    "- ",
    ": ",
    "  ",
    "\t",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!t ",
    "<<",
    "|\n",
    ">-\n",
    "#",
    "%",
    "~",
    "é",
    "\u{202e}",
    "\r",
    "\u{feff}",
    "\u{a0}",
    "?",
    "0",
    "kind: Order\n",
];

fn mutated() -> impl Strategy<Value = String> {
    let texts: Vec<String> = ["right", "wrong"]
        .iter()
        .flat_map(|kind| fixtures(kind))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let edit = (
        any::<prop::sample::Index>(),
        0..8_usize,
        prop::sample::select(&PIECES[..]),
    );
    let edits = prop::collection::vec(edit, 0..6);
    (prop::sample::select(texts), edits).prop_map(|(text, edits)| {
        let mut characters: Vec<char> = text.chars().collect();
        for (at, dropped, piece) in edits {
            let from = at.index(characters.len() + 1);
            let to = (from + dropped).min(characters.len());
            characters.splice(from..to, piece.chars());
        }
        characters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic_and_every_problem_can_be_shown(text in mutated()) {
        let mut sources = Sources::new();
        sources.add("a.yaml", text);
        let loaded = manifest::parse(sources);
        let shown = rendered(&loaded);
        prop_assert_eq!(shown.is_empty(), loaded.diagnostics.is_empty());
        prop_assert!(loaded.is_valid() || loaded.orders.is_empty());
        for diagnostic in &loaded.diagnostics {
            prop_assert!(diagnostic.region.span.is_some());
            prop_assert!(!diagnostic.message.contains('\n') && !diagnostic.message.ends_with('.'));
        }
    }

    #[test]
    fn what_two_yaml_readers_take_for_orders_is_the_same(text in mutated()) {
        let mut sources = Sources::new();
        sources.add("a.yaml", text.clone());
        let loaded = manifest::parse(sources);
        let alone = loaded.orders.iter().all(|order| order.customer_name.is_none());
        // The other reader knows YAML 1.1 only and refuses more (tabs, some flow styles); what both take is the same.
        if let (true, true, Ok(documents)) = (loaded.is_valid(), alone, oracle::documents(&text)) {
            let documents: Vec<_> = documents.into_iter().filter(|one| one.kind == "Order").collect();
            prop_assert_eq!(documents.len(), loaded.orders.len());
            for (order, document) in loaded.orders.iter().zip(documents) {
                assert_same(order, document, &BTreeMap::new());
            }
        }
    }
}
