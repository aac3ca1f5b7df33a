//! SARIF 2.1.0, the format of code scanning: one run, a rule for each code that was found, a result for each diagnostic.
//!
//! A result is recognised in the next run by its fingerprint `orderform/v1`, which is made of code, file and the text of
//! the line, so it stays when lines move; of several that are the same each has its number.
//!
//! **Invariant:** no times and no paths but those of manifests, relative where they were found so. What a reader of SARIF
//! would take for a link in a message is none.

mod log;

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::{Check, Paths, end_column, line};
use crate::manifest::{Code, Diagnostic, Explanation, Region, Sources};
use log::{
    Artifact, Driver, Help, Level, Location, Log, Message, Physical, Rule, Run, SarifRegion, SarifResult,
};

/// What relative names of files are relative to.
const ROOT: &str = "%SRCROOT%";

/// What stands for the root, in words: where it is on this machine is nobody's business.
const ROOT_IN_WORDS: &str = "the root of the repository, or else the directory that orderform ran in";

/// The name of the fingerprint; another way to make it is another version.
const FINGERPRINT: &str = "orderform/v1";

/// Returns the whole log.
pub(super) fn log<'a>(check: &Check<'a>, paths: &'a Paths) -> Log<'a> {
    let found = &check.loaded().diagnostics;
    let codes: BTreeSet<Code> = found.iter().map(|diagnostic| diagnostic.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let mut results =
        Results { codes: &codes, sources: &check.loaded().sources, paths, seen: BTreeMap::new() };
    let results = found.iter().map(|diagnostic| results.result(diagnostic)).collect();
    let driver = Driver::new(codes.iter().map(|code| rule(*code)).collect());
    Log::of(Run::new(driver, (ROOT, ROOT_IN_WORDS), results))
}

fn rule(code: Code) -> Rule<'static> {
    Rule {
        id: code.as_str(),
        short_description: message(code.summary()),
        help: Help { text: unbroken(Explanation::of(code).prose), markdown: code.explanation() },
        default_configuration: Level { level: code.severity().to_string() },
    }
}

/// Makes each paragraph one line.
fn unbroken(prose: &str) -> String {
    prose.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}

struct Results<'a> {
    codes: &'a [Code],
    sources: &'a Sources,
    paths: &'a Paths,
    /// How often each fingerprint was given.
    seen: BTreeMap<String, usize>,
}

impl Results<'_> {
    fn result<'d>(&mut self, diagnostic: &'d Diagnostic) -> SarifResult<'d> {
        let rule_index =
            self.codes.binary_search(&diagnostic.code).expect("every code that was found is a rule");
        let hint = diagnostic.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        let related = (1..).zip(&diagnostic.related).map(|(id, related)| Location {
            id: Some(id),
            message: Some(message(&related.message)),
            physical_location: self.place(&related.region),
        });
        SarifResult {
            rule_id: diagnostic.code.as_str(),
            rule_index,
            level: diagnostic.severity().to_string(),
            message: message(&format!("{}{hint}", diagnostic.message)),
            related_locations: related.collect(),
            locations: [Location {
                id: None,
                message: None,
                physical_location: self.place(&diagnostic.region),
            }],
            partial_fingerprints: [(FINGERPRINT, self.fingerprint(diagnostic))].into(),
        }
    }

    fn place(&self, region: &Region) -> Physical {
        let in_file = region.span.map(|span| SarifRegion {
            start_line: span.line,
            start_column: span.column,
            end_column: end_column(region, self.sources).unwrap_or(span.column),
        });
        Physical { artifact_location: artifact(&self.paths.of(&region.file)), region: in_file }
    }

    fn fingerprint(&mut self, diagnostic: &Diagnostic) -> String {
        let region = &diagnostic.region;
        let line = line(region, self.sources).unwrap_or_default().trim();
        let hash = Sha256::new()
            .chain_update(diagnostic.code.as_str())
            .chain_update([0])
            .chain_update(self.paths.of(&region.file))
            .chain_update([0])
            .chain_update(line)
            .finalize();
        let hash: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let number = self.seen.entry(hash.clone()).and_modify(|seen| *seen += 1).or_insert(1);
        format!("{hash}:{number}")
    }
}

/// Makes a message in which `[text](target)` is no link.
fn message(text: &str) -> Message {
    Message { text: text.replace("](", "] (") }
}

/// Names a file: relative to the root where its path is, as a URI of its own where it is not.
fn artifact(file: &str) -> Artifact {
    match file.strip_prefix('/') {
        Some(path) => Artifact { uri: format!("file:///{}", percent(path)), uri_base_id: None },
        None => Artifact { uri: percent(file), uri_base_id: Some(ROOT) },
    }
}

/// Writes a path as one of a URI: what is not a letter, a digit, `-`, `.`, `_`, `~` or `/` as `%XX`.
fn percent(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;

    fn fingerprints(texts: &[(&str, &str)]) -> Vec<String> {
        let mut sources = Sources::new();
        for (name, text) in texts {
            sources.add(name, *text);
        }
        let loaded = manifest::parse(sources);
        let paths = Paths::default();
        let log = serde_json::to_value(log(&Check::new(&loaded, false), &paths)).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let of = |result: &serde_json::Value| {
            result["partialFingerprints"][FINGERPRINT].as_str().unwrap().to_owned()
        };
        results.iter().map(of).collect()
    }

    const TWO: &str = "kind: Nope\napiVersion: orderform/v1\n---\nkind: Nope\napiVersion: orderform/v1\n";

    #[test]
    fn a_fingerprint_stays_when_lines_move_and_is_each_results_own() {
        let before = fingerprints(&[("a.yaml", TWO)]);
        assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len());
        assert_eq!(before.len(), 2);
        let moved = format!("# one line more\n\n{}", TWO.replace("kind: Nope", "kind:  Nope  "));
        let indented = fingerprints(&[("a.yaml", &moved)]);
        assert_ne!(before, indented, "the text of the line is another");
        assert_eq!(before, fingerprints(&[("a.yaml", &format!("# one line more\n\n{TWO}"))]));
        assert_ne!(before, fingerprints(&[("b.yaml", TWO)]));
    }

    #[test]
    fn a_path_is_a_uri_that_names_no_host_and_no_scheme() {
        let named = |file| {
            let artifact = artifact(file);
            (artifact.uri, artifact.uri_base_id)
        };
        assert_eq!(named("ä b/a:%.yaml"), ("%C3%A4%20b/a%3A%25.yaml".into(), Some(ROOT)));
        assert_eq!(named("/a b"), ("file:///a%20b".into(), None));
        assert_eq!(named("//host/a"), ("file:////host/a".into(), None));
    }

    #[test]
    fn a_message_holds_no_links() {
        assert_eq!(message("[x](1)").text, "[x] (1)");
    }
}
