//! A strict reader of OpenMetrics text, as <https://github.com/prometheus/OpenMetrics> has it, and of what is good practice
//! beyond: base units, no unit twice, labels from a short list.

use std::collections::{BTreeMap, BTreeSet};

/// The labels that there may be. None of them holds what somebody else writes.
const LABELS: [&str; 6] = ["version", "action", "operation", "outcome", "rule", "le"];

/// Units that are not base units, as parts of a name.
const NO_UNITS: [&str; 6] = ["ms", "milliseconds", "minutes", "hours", "kilobytes", "percent"];

/// One metric, with its samples: by name and labels, as they are written.
#[derive(Debug, Default)]
pub(super) struct Family {
    pub(super) kind: String,
    pub(super) help: String,
    unit: Option<String>,
    samples: Vec<(String, BTreeMap<String, String>, f64)>,
}

/// All of them, by name.
#[derive(Debug)]
pub(super) struct Exposition(pub(super) BTreeMap<String, Family>);

impl Exposition {
    /// Reads one, or says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_suffix("# EOF\n").ok_or("it does not end with `# EOF`")?;
        let mut families: BTreeMap<String, Family> = BTreeMap::new();
        let mut current = String::new();
        for line in text.lines() {
            let wrong = |why: &str| format!("{why}: {line}");
            if let Some(rest) = line.strip_prefix("# ") {
                let [what, name, value] = rest.splitn(3, ' ').collect::<Vec<_>>()[..] else {
                    return Err(wrong("not three words"));
                };
                if what == "HELP" {
                    current = name.to_owned();
                    let new = Family { help: value.to_owned(), ..Family::default() };
                    if families.insert(current.clone(), new).is_some() {
                        return Err(wrong("a second time"));
                    }
                    continue;
                }
                let family = families
                    .get_mut(name)
                    .filter(|_| name == current)
                    .ok_or_else(|| wrong("out of place"))?;
                match what {
                    "TYPE" if family.kind.is_empty() && family.samples.is_empty() => {
                        value.clone_into(&mut family.kind)
                    }
                    "UNIT" if family.unit.is_none() && family.samples.is_empty() => {
                        family.unit = Some(value.to_owned());
                    }
                    _ => return Err(wrong("out of place")),
                }
                continue;
            }
            let sample = sample(line).ok_or_else(|| wrong("no sample"))?;
            let family = families.get_mut(&current).ok_or_else(|| wrong("out of place"))?;
            family.samples.push(sample);
        }
        for (name, family) in &families {
            family.check(name).map_err(|why| format!("`{name}`: {why}"))?;
        }
        Ok(Self(families))
    }

    /// Returns the value of a sample, written as it stands: `name{label="value"}`.
    #[track_caller]
    pub(super) fn value(&self, written: &str) -> f64 {
        let (name, labels, _) = sample(&format!("{written} 0")).unwrap();
        let all = self.0.values().flat_map(|family| &family.samples);
        let found = all.into_iter().find(|(of, with, _)| (of, with) == (&name, &labels));
        found.unwrap_or_else(|| panic!("no `{written}`")).2
    }
}

/// Reads `name{label="value",…} number`, without a time behind it.
fn sample(line: &str) -> Option<(String, BTreeMap<String, String>, f64)> {
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    let (labels, value) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once("} ")?,
        None => ("", rest.strip_prefix(' ')?),
    };
    let mut found = BTreeMap::new();
    for label in labels.split(',').filter(|label| !label.is_empty()) {
        let (key, value) = label.split_once("=\"")?;
        let value = value.strip_suffix('"').filter(|value| !value.contains(['"', '\\', '\n']))?;
        if found.insert(key.to_owned(), value.to_owned()).is_some() {
            return None;
        }
    }
    let number = match value {
        "+Inf" => f64::INFINITY,
        _ => value.parse().ok()?,
    };
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(is_word)).then(|| (name.to_owned(), found, number))
}

impl Family {
    /// Returns the name by which it is queried.
    pub(super) fn queried(&self, name: &str) -> String {
        let suffix = match self.kind.as_str() {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        format!("{name}{suffix}")
    }

    /// Returns the labels of its samples but for bounds; `None` where it has no sample.
    pub(super) fn labels(&self) -> Option<Vec<&str>> {
        let (_, labels, _) = self.samples.first()?;
        Some(labels.keys().map(String::as_str).filter(|label| *label != "le").collect())
    }

    fn check(&self, name: &str) -> Result<(), String> {
        if !name.starts_with("orderform_")
            || name.split('_').any(|part| part.is_empty() || NO_UNITS.contains(&part))
        {
            return Err("not named as metrics are".into());
        }
        if self.help.is_empty() || !self.help.ends_with('.') {
            return Err("no sentence says what it is".into());
        }
        let timed = name.ends_with("_seconds");
        if self.unit.as_deref() != timed.then_some("seconds") {
            return Err(format!("the unit is {:?}", self.unit));
        }
        let suffixes: &[&str] = match self.kind.as_str() {
            "gauge" => &[""],
            "counter" => &["_total"],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_sum", "_count"],
            kind => return Err(format!("a {kind}")),
        };
        let mut seen = BTreeSet::new();
        for (of, labels, value) in &self.samples {
            let suffix = of.strip_prefix(name).unwrap_or("another's");
            if !suffixes.contains(&suffix) {
                return Err(format!("a sample `{of}`"));
            }
            if !labels.keys().all(|label| LABELS.contains(&label.as_str())) {
                return Err(format!("labels {labels:?}"));
            }
            if !seen.insert((of, labels)) {
                return Err(format!("`{of}` twice with {labels:?}"));
            }
            if self.kind != "gauge" && !(value.is_finite() && *value >= 0.0) {
                return Err(format!("`{of}` is {value}"));
            }
        }
        if name.ends_with("_total")
            || (self.kind == "info" && self.samples.iter().any(|sample| sample.2 != 1.0))
        {
            return Err("a suffix or value of another type".into());
        }
        if self.kind == "histogram" { self.check_drawers(name) } else { Ok(()) }
    }

    fn check_drawers(&self, name: &str) -> Result<(), String> {
        let of = |suffix: &'static str| {
            self.samples.iter().filter(move |(of, ..)| of.strip_prefix(name) == Some(suffix))
        };
        let bound = |labels: &BTreeMap<String, String>| match labels.get("le").map(String::as_str) {
            Some("+Inf") => Some(f64::INFINITY),
            bound => bound?.parse().ok(),
        };
        let drawers: Option<Vec<(f64, f64)>> =
            of("_bucket").map(|(_, labels, count)| Some((bound(labels)?, *count))).collect();
        let drawers = drawers.ok_or("a drawer without a bound")?;
        if !drawers.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1) {
            return Err("drawers do not add up".into());
        }
        let count = of("_count").next().map(|sample| sample.2);
        let last = drawers.last().copied();
        match last == count.map(|count| (f64::INFINITY, count)) && of("_sum").count() == 1 {
            true => Ok(()),
            false => Err("the last drawer does not hold all".into()),
        }
    }
}

#[test]
fn a_wrong_exposition_is_refused() {
    let right = "# HELP orderform_a How many.\n# TYPE orderform_a counter\norderform_a_total{action=\"x\"} 1\n# EOF\n";
    assert!(Exposition::parse(right).is_ok());
    for (from, to) in [
        ("# EOF\n", ""),
        ("a_total", "a"),
        ("counter", "gauge"),
        ("counter", "summary"),
        ("orderform_a ", "orderform_a_ms "),
        ("orderform_a ", "orderform_a_seconds "),
        ("How many.", "How many"),
        ("action", "customer"),
        (" 1\n", " -1\n"),
        (" 1\n", " 1 1700000000\n"),
        ("# EOF", "orderform_a_total{action=\"x\"} 2\n# EOF"),
        ("# EOF", "# HELP orderform_a How many.\n# EOF"),
        ("# EOF", "# TYPE orderform_a counter\n# EOF"),
    ] {
        let wrong = right.replace(from, to);
        assert!(Exposition::parse(&wrong).is_err(), "{wrong}");
    }
    let drawers = |first: u8, all: u8, count: u8| {
        let head = "# HELP orderform_a How long.\n# TYPE orderform_a histogram\norderform_a_sum 1\n";
        let drawers =
            format!("orderform_a_bucket{{le=\"1.0\"}} {first}\norderform_a_bucket{{le=\"+Inf\"}} {all}\n");
        Exposition::parse(&format!("{head}{drawers}orderform_a_count {count}\n# EOF\n"))
    };
    assert!(drawers(1, 2, 2).is_ok() && drawers(2, 1, 1).is_err() && drawers(1, 2, 3).is_err());
}
