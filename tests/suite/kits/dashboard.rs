//! The dashboard, held against Grafana's own types by the TypeScript compiler, which takes no key that they do not have.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::metrics::{METRICS, assert_told};
use super::{FROM_NPM, text};
use crate::tools;

fn dashboard() -> Value {
    serde_json::from_str(&text("grafana/dashboard.json")).unwrap()
}

fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Returns what the compiler says of a dashboard; nothing where it cannot be had.
fn compiled(dashboard: &Value) -> Option<String> {
    let untested = "that Grafana takes the dashboard";
    let directory = FROM_NPM.installed().map_err(|why| tools::leave_out(&why, untested)).ok()?;
    // The compiler finds packages from where a file is.
    let file = tempfile::Builder::new().prefix("dashboard").suffix(".ts").tempfile_in(&directory).unwrap();
    let mut program = include_str!("dashboard.ts").to_owned();
    program += &format!("export const dashboard: Dashboard = {dashboard};\n");
    for panel in items(dashboard, "panels") {
        let name = format!("panel{}", panel["id"]);
        let kind = panel["type"].as_str().unwrap();
        program += &format!("export const {name}: Panels[\"{kind}\"] = {panel};\n");
    }
    fs::write(file.path(), program).unwrap();
    let mut compiler = Command::new("node");
    compiler.arg(directory.join("node_modules/typescript/bin/tsc"));
    compiler.args(["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022"]);
    // Of libraries only the language's own; those of browsers take seconds to read.
    compiler.args(["--lib", "es2022"]);
    let output = compiler.arg(file.path()).current_dir(&directory).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.success(), said.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(said)
}

/// Makes a dashboard wrong.
type Change = fn(&mut Value);

#[test]
fn grafanas_types_hold_for_the_dashboard_and_not_for_what_is_wrong() {
    let ours = dashboard();
    let Some(said) = compiled(&ours) else { return };
    assert_eq!(said, "");
    // Of each object the compiler names one mistake.
    let wrong: [(&str, Change); 4] = [
        ("titel", |it| it["titel"] = "a".into()),
        ("colorMod", |it| it["panels"][1]["options"]["colorMod"] = "value".into()),
        ("sometimes", |it| it["panels"][2]["options"]["graphMode"] = "sometimes".into()),
        ("legendFromat", |it| it["panels"][3]["targets"][0]["legendFromat"] = "a".into()),
    ];
    let mut all = ours;
    wrong.iter().for_each(|(_, change)| change(&mut all));
    let said = compiled(&all).unwrap();
    for (expected, _) in wrong {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

/// Returns every expression, with what Grafana puts in before Prometheus reads it.
fn expressions(dashboard: &Value) -> Vec<String> {
    let targets = items(dashboard, "panels").iter().flat_map(|panel| items(panel, "targets"));
    let annotations = items(&dashboard["annotations"], "list");
    let written = targets.chain(annotations).map(|asks| asks["expr"].as_str().unwrap());
    let variables = items(&dashboard["templating"], "list").iter().filter_map(|variable| {
        variable["query"]["query"].as_str()?.strip_prefix("label_values(")?.split_once(", ").map(|(of, _)| of)
    });
    let put_in =
        |text: &str| text.replace("$__rate_interval", "5m").replace("$job", "a").replace("$instance", "b");
    written.chain(variables).map(put_in).collect()
}

#[test]
fn the_dashboard_shows_everything_that_a_watcher_tells_and_asks_for_nothing_else() {
    let expressions = expressions(&dashboard());
    assert!(expressions.len() > 20 && expressions.iter().all(|text| !text.contains('$')), "{expressions:?}");
    let Some(asked) = assert_told(&expressions) else { return };
    let told: BTreeSet<_> =
        METRICS.iter().map(|(name, _)| (*name).to_owned()).filter(|name| name != "up").collect();
    assert_eq!(asked, told);
}

#[test]
fn every_panel_has_a_place_of_its_own_and_says_what_it_shows() {
    let dashboard = dashboard();
    let (mut ids, mut titles, mut taken) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for panel in items(&dashboard, "panels") {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        assert!(titles.insert(panel["title"].as_str().unwrap()), "{panel}");
        let place = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        let (columns, rows) = (place("x")..place("x") + place("w"), place("y")..place("y") + place("h"));
        assert!(columns.end <= 24 && !columns.is_empty() && !rows.is_empty(), "{panel}");
        assert!(
            rows.flat_map(|y| columns.clone().map(move |x| (x, y))).all(|cell| taken.insert(cell)),
            "{panel}"
        );
        if panel["type"] == "row" {
            continue;
        }
        assert!(panel["description"].as_str().is_some_and(|text| text.ends_with('.')), "{panel}");
        // Whichever Prometheus somebody chooses at the top.
        let asked = items(panel, "targets").iter().chain([panel]);
        assert!(asked.map(|asks| &asks["datasource"]["uid"]).all(|uid| uid == "${datasource}"), "{panel}");
    }
}
