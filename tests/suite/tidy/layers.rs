//! The layer table of `src/lib.rs`, and whether the code keeps to it and it to the code.

use std::collections::{BTreeMap, BTreeSet};

use super::Violation;
use super::code::{Source, paths};

const EVERYTHING: &str = "everything";

/// What can be touched, and the words by which code does it.
const TOUCHES: [(&str, &[&str]); 11] = [
    ("files", &["std::fs", "tokio::fs", "rustix::fs", "tempfile"]),
    ("network", &["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "reqwest", "axum", "hyper"]),
    ("clocks", &["SystemTime", "Instant", "clock_gettime", "Timestamp::now", "Zoned::now", "rustix::time"]),
    ("timers", &["tokio::time"]),
    ("tasks", &["tokio::spawn", "tokio::task", "JoinSet"]),
    ("threads", &["std::thread"]),
    ("chance", &["new_v4", "rand", "getrandom", "RandomState"]),
    ("environment", &["std::env", "std::process"]),
    ("streams", &["stdin", "stdout", "stderr"]),
    ("log", &["tracing"]),
    ("formats", &["serde", "serde_json", "serde_yaml", "saphyr_parser"]),
];

/// What one module may do.
struct Row {
    module: String,
    imports: BTreeSet<String>,
    /// Each with the one file that may, where only one may.
    touches: BTreeMap<String, BTreeSet<String>>,
    /// The cells, as they are written.
    written: [String; 2],
}

/// The table.
pub(super) struct Table {
    rows: Vec<Row>,
    is_complete: bool,
}

impl Table {
    /// Reads the table that follows the heading `# The layers`.
    pub(super) fn parse(lib: &str) -> Self {
        let lines = lib.lines().skip_while(|line| *line != "//! # The layers");
        let cells = lines.filter_map(|line| line.strip_prefix("//! | [`")).map_while(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [module, _, imports, touches, ""] = cells[..] else { return None };
            Some((module.trim_end_matches("`]"), imports, touches))
        });
        let rows: Vec<Row> =
            cells.map(|(module, imports, touches)| Row::new(module, imports, touches)).collect();
        assert!(rows.len() > 10, "the table of src/lib.rs has {} rows", rows.len());
        Self { rows, is_complete: true }
    }

    /// Is about a few files, so that what they leave unused or undeclared is nobody's business.
    pub(super) fn keep_only_what_is_crossed(&mut self) {
        self.is_complete = false;
    }

    pub(super) fn allow(&mut self, module: &str, import: &str) {
        let row = self.rows.iter_mut().find(|row| row.module == module).unwrap();
        row.imports.insert(import.to_owned());
    }
}

impl Row {
    fn new(module: &str, imports: &str, touches: &str) -> Self {
        let items = |cell: &str| -> Vec<String> {
            cell.split(", ").filter(|item| *item != "nothing").map(str::to_owned).collect()
        };
        let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for item in items(touches) {
            let (touch, file) = item.split_once(" (").unwrap_or((&item, ""));
            let known = touch == EVERYTHING || TOUCHES.iter().any(|(known, _)| *known == touch);
            assert!(known, "`{module}` may touch `{touch}`, which nobody can check");
            allowed.entry(touch.to_owned()).or_default().insert(file.trim_end_matches(')').to_owned());
        }
        let written = [imports.to_owned(), touches.to_owned()];
        let imports = items(imports).into_iter().collect();
        Self { module: module.to_owned(), imports, touches: allowed, written }
    }

    fn may_import(&self, path: &str) -> Option<String> {
        let fits = |allowed: &&String| {
            *allowed == EVERYTHING || path == **allowed || path.starts_with(&format!("{allowed}::"))
        };
        self.imports.iter().find(fits).cloned()
    }

    /// Returns which permission a touch has: `(touch, file)`.
    fn may_touch(&self, touch: &str, module: &[&str]) -> Option<(String, String)> {
        let allowed = self.touches.get_key_value(touch).or(self.touches.get_key_value(EVERYTHING));
        let (touch, files) = allowed?;
        let fits = |file: &&String| file.is_empty() || module.get(1) == Some(&file.as_str());
        files.iter().find(fits).map(|file| (touch.clone(), file.clone()))
    }
}

/// Holds the files to the table, and the table to the files.
pub(super) fn check(table: &Table, sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for source in sources.iter().filter(|source| !is_for_tests(source, sources)) {
        let module = source.module();
        // The crate's root and the program hold nothing but declarations and a call.
        let Some(&top) = module.first().filter(|top| **top != "main") else { continue };
        match table.rows.iter().find(|row| row.module == top) {
            Some(row) => check_file(row, source, &module, &mut found, &mut used),
            None => {
                found.push(violation(source, 1, format!("`{top}` has no row"), "the layers of src/lib.rs"))
            }
        }
    }
    if table.is_complete {
        found.extend(check_table(table, sources, &used));
    }
    found
}

fn violation(source: &Source, line: usize, what: String, rule: &str) -> Violation {
    Violation { file: source.name.clone(), line, what, rule: rule.to_owned() }
}

fn is_for_tests(source: &Source, sources: &[Source]) -> bool {
    let module = source.module();
    (1..=module.len()).any(|depth| {
        let (parent, name) = (&module[..depth - 1], module[depth - 1]);
        let declares = |other: &&Source| other.module() == parent;
        sources.iter().filter(declares).any(|other| other.test_modules.iter().any(|test| test == name))
    })
}

type Used = BTreeSet<(String, String, String)>;

fn check_file(row: &Row, source: &Source, module: &[&str], found: &mut Vec<Violation>, used: &mut Used) {
    let top = &row.module;
    let allows = |cell: &str| format!("the layers of src/lib.rs allow it: {cell}");
    for (line, path) in paths(&source.code, "crate") {
        if path.split("::").next() == Some(top.as_str()) {
            continue;
        }
        match row.may_import(&path) {
            Some(import) => drop(used.insert((top.clone(), "import".to_owned(), import))),
            None => {
                let depth = if row.imports.iter().any(|import| import.contains("::")) { 2 } else { 1 };
                let path: Vec<&str> = path.split("::").take(depth).collect();
                let what = format!("`{top}` imports `{}`", path.join("::"));
                found.push(violation(source, line, what, &allows(&row.written[0])));
            }
        }
    }
    let up = "super::".repeat(module.len());
    for (line, _) in (1..).zip(&source.code).filter(|(_, code)| code.contains(&up)) {
        let what = "`super` reaches the crate root".to_owned();
        found.push(violation(source, line, what, "paths across layers begin with `crate::`"));
    }
    for (line, touch, word) in touches(source) {
        match row.may_touch(touch, module) {
            Some((touch, file)) => drop(used.insert((top.clone(), touch, file))),
            None => {
                let what = format!("`{top}`: `{word}` touches {touch}");
                found.push(violation(source, line, what, &allows(&row.written[1])));
            }
        }
    }
}

/// Finds every touch in the code: its line, what it touches, and the word.
fn touches(source: &Source) -> BTreeSet<(usize, &'static str, &'static str)> {
    let mut found = BTreeSet::new();
    for (touch, words) in TOUCHES {
        for word in words {
            if let Some((start, rest)) = word.split_once("::") {
                let is_it = |path: &str| path == rest || path.starts_with(&format!("{rest}::"));
                let hits = paths(&source.code, start).into_iter().filter(|(_, path)| is_it(path));
                found.extend(hits.map(|(line, _)| (line, touch, *word)));
            } else {
                let hits = (1..).zip(&source.code).filter(|(_, code)| has_word(code, word));
                found.extend(hits.map(|(line, _)| (line, touch, *word)));
            }
        }
    }
    found
}

fn has_word(code: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// Reports what the table says of modules that are not there, in the wrong order, or that nobody does.
fn check_table(table: &Table, sources: &[Source], used: &Used) -> Vec<Violation> {
    let says = |what: String| Violation {
        file: "src/lib.rs".to_owned(),
        line: 0,
        what,
        rule: "the table says what is, not more".to_owned(),
    };
    let mut found = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let module = &row.module;
        if !sources.iter().any(|source| source.module() == [module.as_str()]) {
            found.push(says(format!("there is no `{module}`")));
        }
        for import in row.imports.iter().filter(|import| *import != EVERYTHING) {
            let top = import.split("::").next();
            if !table.rows[..at].iter().any(|above| Some(above.module.as_str()) == top) {
                found.push(says(format!("`{module}` may import `{import}`, which is no row above")));
            }
            if !used.contains(&(module.clone(), "import".to_owned(), import.clone())) {
                found.push(says(format!("`{module}` may import `{import}` and does not")));
            }
        }
        for (touch, files) in row.touches.iter().filter(|(touch, _)| *touch != EVERYTHING) {
            for file in
                files.iter().filter(|file| !used.contains(&(module.clone(), touch.clone(), (*file).clone())))
            {
                let place = if file.is_empty() { String::new() } else { format!(" in `{file}`") };
                found.push(says(format!("`{module}` may touch {touch}{place} and does not")));
            }
        }
    }
    found
}
