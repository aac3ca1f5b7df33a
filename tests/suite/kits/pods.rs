//! What holds for every pod of the kits: it may do nothing that it need not, it is asked and ended rightly, and it buys only
//! where that was asked for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_yaml::Value;

use super::cluster::rendered;
use super::{assert_starts, at, flag, list, string, text, yaml};

fn of_kind<'o>(objects: &'o [Value], kind: &'o str) -> impl Iterator<Item = &'o Value> {
    objects.iter().filter(move |object| object["kind"] == kind)
}

/// Returns the one Deployment there is.
pub(super) fn deployment(objects: &[Value]) -> &Value {
    let all: Vec<_> = of_kind(objects, "Deployment").collect();
    assert_eq!(all.len(), 1);
    all[0]
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    list(&pod["initContainers"]).chain(list(&pod["containers"]))
}

pub(super) fn watcher(pod: &Value) -> &Value {
    let is_it = |container: &&Value| container["name"] == "orderform";
    containers(pod).find(is_it).expect("there is a watcher")
}

/// Returns the arguments of a container, with its environment put in as the kubelet does.
pub(super) fn arguments(container: &Value) -> Vec<String> {
    let variables: Vec<_> = list(&container["env"])
        .map(|variable| (format!("$({})", string(&variable["name"])), string(&variable["value"]).to_owned()))
        .collect();
    let put_in = |argument: &Value| {
        let argument = string(argument).to_owned();
        variables.iter().fold(argument, |argument, (name, value)| argument.replace(name, value))
    };
    list(&container["args"]).map(put_in).collect()
}

fn assert_confined(pod: &Value) {
    let may = &pod["securityContext"];
    assert_eq!(may["runAsNonRoot"], true);
    assert_eq!(may["seccompProfile"]["type"], "RuntimeDefault");
    assert_eq!(pod["automountServiceAccountToken"], false);
    for of_the_host in ["hostNetwork", "hostPID", "hostIPC", "hostPath"] {
        assert_eq!(pod[of_the_host], Value::Null);
    }
    for container in containers(pod) {
        let may = &container["securityContext"];
        assert_eq!(may["readOnlyRootFilesystem"], true, "{container:?}");
        assert_eq!(may["allowPrivilegeEscalation"], false, "{container:?}");
        assert_eq!(may["capabilities"], yaml("drop: [ALL]"), "{container:?}");
        assert!(may["privileged"].is_null() && may["runAsUser"].is_null(), "{container:?}");
        assert!(container["resources"]["limits"]["memory"].is_string(), "{container:?}");
        let (_, tag) = string(&container["image"]).rsplit_once(':').expect("an image has a tag");
        assert!(tag.contains('.') && !tag.contains("latest"), "{tag}");
    }
}

#[test]
fn no_pod_may_do_more_than_it_has_to() {
    for (_, objects) in rendered() {
        assert_confined(at(deployment(objects), "spec.template.spec"));
    }
    assert_confined(at(&yaml(&text("kubernetes/first-state.yaml")), "spec.template.spec"));
}

#[test]
fn every_volume_is_mounted_whole_and_every_mount_has_its_volume() {
    for (variant, objects) in rendered() {
        let pod = at(deployment(objects), "spec.template.spec");
        let there: BTreeMap<_, _> =
            list(&pod["volumes"]).map(|volume| (string(&volume["name"]), 0)).collect();
        let mut mounted = there.clone();
        for mount in containers(pod).flat_map(|container| list(&container["volumeMounts"])) {
            *mounted.get_mut(string(&mount["name"])).unwrap_or_else(|| panic!("{variant:?}: {mount:?}")) += 1;
            // A file that is mounted by itself stays as it was when its ConfigMap or Secret changes.
            assert!(mount["subPath"].is_null(), "{variant:?}: {mount:?}");
        }
        assert!(mounted.values().all(|count| *count > 0), "{variant:?}: {mounted:?}");
    }
}

#[test]
fn the_watcher_is_started_and_asked_and_ended_as_the_program_takes_it() {
    for ((kind, buys), objects) in rendered() {
        let pod = at(deployment(objects), "spec.template.spec");
        let container = watcher(pod);
        let arguments = arguments(container);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        assert_starts(&arguments, pod["terminationGracePeriodSeconds"].as_u64().unwrap());
        assert_eq!(arguments.contains(&"--auto-apply"), *buys, "{kind}");
        let (_, port) = flag(&arguments, "--listen").unwrap().rsplit_once(':').unwrap();
        assert_eq!(*at(container, "ports.0.containerPort"), port.parse::<u64>().unwrap(), "{kind}");
        for (probe, path) in [("livenessProbe", "/livez"), ("readinessProbe", "/readyz")] {
            assert_eq!(*at(container, &format!("{probe}.httpGet.path")), path, "{kind}");
            assert_eq!(
                *at(container, &format!("{probe}.httpGet.port")),
                *at(container, "ports.0.name"),
                "{kind}"
            );
        }
        // What it is told to read and write is mounted.
        let mounts: Vec<_> =
            list(&container["volumeMounts"]).map(|mount| string(&mount["mountPath"])).collect();
        let variable = |variable: &&Value| variable["name"] == "ORDERFORM_ACCESS_TOKEN_FILE";
        let token = list(&container["env"]).find(variable).map(|variable| string(&variable["value"]));
        assert_eq!(token.is_some(), *buys, "{kind}");
        let paths =
            [Some(arguments[1]), flag(&arguments, "--state-dir"), flag(&arguments, "--kill-switch"), token];
        for path in paths.into_iter().flatten() {
            assert!(mounts.iter().any(|mount| Path::new(path).starts_with(mount)), "{kind}: {path}");
        }
    }
}

#[test]
fn there_is_one_watcher_and_never_two_at_the_state() {
    for (variant, objects) in rendered() {
        let spec = &deployment(objects)["spec"];
        assert_eq!((spec["replicas"].as_u64(), string(&spec["strategy"]["type"])), (Some(1), "Recreate"));
        let claims: Vec<_> = of_kind(objects, "PersistentVolumeClaim").collect();
        assert_eq!(claims.len(), 1, "{variant:?}");
        assert_eq!(claims[0]["spec"]["accessModes"], yaml("[ReadWriteOncePod]"));
        // A budget that lets no pod go would hold up the drain of a machine for ever.
        let budget = of_kind(objects, "PodDisruptionBudget").next().unwrap();
        assert_eq!(budget["spec"]["maxUnavailable"], 1);
        assert!(budget["spec"]["minAvailable"].is_null());
    }
}

#[test]
fn what_selects_pods_selects_these_and_no_others() {
    for (variant, objects) in rendered() {
        let labels = at(deployment(objects), "spec.template.metadata.labels");
        assert!(labels.as_mapping().is_some_and(|labels| !labels.is_empty()));
        for (kind, path) in [
            ("Deployment", "spec.selector.matchLabels"),
            ("NetworkPolicy", "spec.podSelector.matchLabels"),
            ("PodDisruptionBudget", "spec.selector.matchLabels"),
        ] {
            assert!(of_kind(objects, kind).count() > 0, "{variant:?}: {kind}");
            assert!(of_kind(objects, kind).all(|object| at(object, path) == labels), "{variant:?}: {kind}");
        }
    }
}

#[test]
fn nothing_goes_out_but_what_fetching_and_buying_need() {
    for ((kind, buys), objects) in rendered() {
        let policies: Vec<_> = of_kind(objects, "NetworkPolicy").collect();
        let base = policies.iter().find(|policy| policy["metadata"]["name"] == "orderform").unwrap();
        assert_eq!(base["spec"]["policyTypes"], yaml("[Ingress, Egress]"));
        assert!(base["spec"]["egress"].is_null(), "{kind}");
        let rules: Vec<_> = policies.iter().flat_map(|policy| list(&policy["spec"]["egress"])).collect();
        let ports: Vec<_> = rules.iter().flat_map(|rule| list(&rule["ports"])).collect();
        assert_eq!(ports.is_empty(), *kind == "configmap" && !buys, "{kind}");
        assert!(ports.iter().all(|port| [53, 443].contains(&port["port"].as_u64().unwrap())), "{ports:?}");
        let names = rules.iter().filter(|rule| list(&rule["ports"]).any(|port| port["port"] == 53));
        for rule in names {
            let namespace = at(rule, "to.0.namespaceSelector.matchLabels");
            assert_eq!(namespace["kubernetes.io/metadata.name"], "kube-system", "{kind}");
        }
    }
}

#[test]
fn the_manifests_of_the_example_are_right_and_formatted_and_all_in_the_config_map() {
    let licences = super::kit("kubernetes/configmap/licences");
    for command in [&["validate"][..], &["fmt", "--check"]] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_orderform"));
        let output = program.args(command).arg(&licences).env_clear().output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let kustomization = yaml(&text("kubernetes/configmap/kustomization.yaml"));
    let mut listed: Vec<_> = list(at(&kustomization, "configMapGenerator.0.files")).map(string).collect();
    let entries =
        fs::read_dir(&licences).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut there: Vec<_> = entries.map(|name| format!("licences/{name}")).collect();
    listed.sort_unstable();
    there.sort_unstable();
    assert_eq!(listed, there);
}

#[test]
fn a_state_is_moved_into_the_volume_once_and_never_written_over() {
    let place = tempfile::tempdir().unwrap();
    let at_place = |path: &str| place.path().join(path).display().to_string();
    let run = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_orderform"));
        program.args(arguments).env_clear().output().unwrap()
    };
    assert!(run(&["init", "--bare", &at_place("licences")]).status.success());
    fs::create_dir_all(place.path().join("volume")).unwrap();
    let job = yaml(&text("kubernetes/first-state.yaml"));
    let command: Vec<_> = list(at(&job, "spec.template.spec.containers.0.command")).map(string).collect();
    assert_eq!(command[..2], ["sh", "-euc"]);
    let script = command[2].replace("/var/lib/orderform", &at_place("volume"));
    let script = script.replace("/first-state", &at_place("licences/.orderform"));
    let mut moving = Command::new("sh");
    moving.args(["-euc", &script]);
    assert!(moving.output().unwrap().status.success());
    let (licences, state) = (at_place("licences"), at_place("volume/state"));
    let verify = ["state", "verify", &licences, "--state-dir", &state];
    let verified = run(&verify);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    // Another time, with another state: the one that is there stays.
    let there = fs::read(place.path().join("volume/state/journal.jsonl")).unwrap();
    fs::write(place.path().join("licences/.orderform/journal.jsonl"), "older\n").unwrap();
    assert!(!moving.output().unwrap().status.success());
    assert_eq!(fs::read(place.path().join("volume/state/journal.jsonl")).unwrap(), there);
}
