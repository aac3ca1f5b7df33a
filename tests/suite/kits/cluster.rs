//! The manifests for Kubernetes, as kustomize writes them out, held against the schemas of Kubernetes, in which no unknown
//! key is allowed.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize as _;
use serde_json::json;
use serde_yaml::Value;

use super::{FROM_PYPI, at, copy, kit, list, string, text, yaml};
use crate::tools;

/// The oldest version that is promised, and the newest that there is a schema of.
const VERSIONS: [&str; 2] = ["1.33.0", "1.37.0"];

/// Where the manifests come from, and whether the watcher buys.
type Variant = (&'static str, bool);

/// What is there to be applied.
const VARIANTS: [Variant; 4] =
    [("configmap", false), ("git-sync", false), ("configmap", true), ("git-sync", true)];

/// Takes the comment marks off the components, as somebody does who reads it.
fn with_components(kustomization: &str) -> String {
    let with = kustomization.replace("  # - ../", "  - ../");
    assert_eq!(with.matches("  - ../").count(), 3, "{with}");
    with
}

/// Returns the objects of every variant, as kustomize writes them out; nothing where there is no kustomize.
pub(super) fn rendered() -> &'static [(Variant, Vec<Value>)] {
    static RENDERED: OnceLock<Vec<(Variant, Vec<Value>)>> = OnceLock::new();
    let rendered = RENDERED.get_or_init(|| {
        VARIANTS.into_iter().map_while(|variant| Some((variant, written_out(variant)?))).collect()
    });
    if rendered.is_empty() {
        let untested = "what kustomize makes of the manifests for Kubernetes";
        tools::leave_out("there is no `kustomize` and no `kubectl`", untested);
    }
    rendered
}

fn written_out((kind, buys): Variant) -> Option<Vec<Value>> {
    let place = tempfile::tempdir().unwrap();
    copy(&kit("kubernetes"), place.path());
    let file = place.path().join(kind).join("kustomization.yaml");
    if buys {
        fs::write(&file, with_components(&fs::read_to_string(&file).unwrap())).unwrap();
    }
    let tools: [&[&str]; 2] = [&["kustomize", "build"], &["kubectl", "kustomize"]];
    let output = tools.into_iter().find_map(|tool| {
        let mut command = Command::new(tool[0]);
        command.arg(tool[1]).arg(place.path().join(kind)).env("HOME", place.path()).output().ok()
    })?;
    assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{kind}");
    Some(documents(&String::from_utf8(output.stdout).unwrap()))
}

fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap()).collect()
}

/// The schemas of one version of Kubernetes, and those that were asked for, ready to judge.
struct Schemas {
    version: &'static str,
    definitions: serde_json::Value,
    ready: BTreeMap<String, jsonschema::Validator>,
}

impl Schemas {
    /// Reads them; nothing where they cannot be had.
    fn of(version: &'static str) -> Option<Self> {
        let untested = "that Kubernetes takes the manifests";
        let installed = FROM_PYPI.installed().map_err(|why| tools::leave_out(&why, untested)).ok()?;
        let directory = installed.join("kubernetes_validate/kubernetes-json-schema");
        let file = directory.join(format!("v{version}-local-strict/_definitions.json"));
        let mut definitions: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        definitions.as_object_mut().unwrap().remove("$id");
        Some(Self { version, definitions, ready: BTreeMap::new() })
    }

    /// Returns what is said of an object.
    fn judge(&mut self, object: &Value) -> Vec<String> {
        let (group, kind) = (string(&object["apiVersion"]), string(&object["kind"]));
        let key = format!("{group} {kind}");
        if !self.ready.contains_key(&key) {
            let validator = self.validator(group, kind);
            self.ready.insert(key.clone(), validator);
        }
        let instance = serde_json::to_value(object).unwrap();
        let errors = self.ready[&key].iter_errors(&instance);
        errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    fn validator(&self, group: &str, kind: &str) -> jsonschema::Validator {
        let is_it = |definition: &serde_json::Value| {
            let is = |key: &str, value: &str| definition["properties"][key]["enum"] == json!([value]);
            is("apiVersion", group) && is("kind", kind)
        };
        let mut definitions = self.definitions["$defs"].as_object().unwrap().iter();
        let found = definitions.find(|(_, definition)| is_it(definition));
        let (name, _) = found.unwrap_or_else(|| panic!("{} has no {kind} of {group}", self.version));
        let mut schema = self.definitions.clone();
        schema["$ref"] = json!(format!("#/$defs/{name}"));
        jsonschema::validator_for(&schema).unwrap()
    }
}

/// The Prometheus Operator's own kind, whose keys no package lists strictly ("API reference", `PodMonitor`).
fn is_of_the_operator(object: &Value) -> bool {
    object["kind"] == "PodMonitor"
}

#[test]
fn every_object_is_one_that_kubernetes_takes() {
    for version in VERSIONS {
        let Some(mut schemas) = Schemas::of(version) else { return };
        for (variant, objects) in rendered() {
            assert!(objects.len() >= 4, "{variant:?}");
            for object in objects.iter().filter(|object| !is_of_the_operator(object)) {
                assert_eq!(
                    schemas.judge(object),
                    [""; 0],
                    "{variant:?}, {version}: {}",
                    string(&object["kind"])
                );
            }
        }
    }
}

#[test]
fn the_files_of_the_base_and_the_job_are_whole_by_themselves() {
    let base = yaml(&text("kubernetes/base/kustomization.yaml"));
    let files = list(&base["resources"]).map(|file| format!("base/{}", string(file)));
    let others = ["first-state.yaml", "git-sync/networkpolicy.yaml", "buying/networkpolicy.yaml"];
    let Some(mut schemas) = Schemas::of(VERSIONS[1]) else { return };
    for file in files.chain(others.map(str::to_owned)) {
        for object in documents(&text(&format!("kubernetes/{file}"))) {
            assert_eq!(schemas.judge(&object), [""; 0], "{file}");
        }
    }
}

#[test]
fn the_schemas_see_what_is_wrong() {
    let deployment = text("kubernetes/base/deployment.yaml");
    let Some(mut schemas) = Schemas::of(VERSIONS[1]) else { return };
    for (right, wrong, expected) in [
        ("replicas: 1", "replicas: one", "/spec/replicas"),
        ("readOnlyRootFilesystem", "readOnlyRootFileSystem", "readOnlyRootFileSystem"),
        ("periodSeconds", "periodsSeconds", "periodsSeconds"),
    ] {
        assert!(deployment.contains(right), "{right}");
        let said = schemas.judge(&yaml(&deployment.replace(right, wrong)));
        assert!(said.iter().any(|line| line.contains(expected)), "{wrong}: {said:?}");
    }
}

#[test]
fn the_pod_monitor_has_no_key_that_is_not_known_and_scrapes_where_the_watcher_listens() {
    let monitor = yaml(&text("kubernetes/podmonitor/podmonitor.yaml"));
    let deployment = yaml(&text("kubernetes/base/deployment.yaml"));
    let keys = |value: &Value| -> Vec<String> {
        value.as_mapping().unwrap().keys().map(|key| string(key).to_owned()).collect()
    };
    assert_eq!(keys(&monitor), ["apiVersion", "kind", "metadata", "spec"]);
    assert_eq!(keys(&monitor["spec"]), ["selector", "jobLabel", "podMetricsEndpoints"]);
    let endpoint = at(&monitor, "spec.podMetricsEndpoints.0");
    assert_eq!(keys(endpoint), ["port", "path", "interval"]);
    assert_eq!(endpoint["path"], "/metrics");
    let container = at(&deployment, "spec.template.spec.containers.0");
    assert_eq!(endpoint["port"], *at(container, "ports.0.name"));
    let labels = at(&deployment, "spec.template.metadata.labels");
    assert_eq!(*at(&monitor, "spec.selector.matchLabels"), *labels);
    assert_eq!(labels[string(&monitor["spec"]["jobLabel"])], "orderform");
}
