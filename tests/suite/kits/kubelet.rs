//! The kit for Kubernetes, run: its command line, on directories laid out as the kubelet lays them out, against the sandbox.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_yaml::Value;

use super::cluster::rendered;
use super::pods::{arguments, deployment, watcher};
use super::{at, string};

/// A volume of a ConfigMap: its files are links into `..data`, which is a link to the directory of now.
struct Volume {
    path: PathBuf,
    version: u32,
}

impl Volume {
    /// Makes one, empty, as it is where the ConfigMap is optional and not there.
    fn new(path: PathBuf) -> Self {
        fs::create_dir_all(&path).unwrap();
        Self { path, version: 0 }
    }

    /// Swaps all of it in one step.
    fn swap(&mut self, files: &[(&str, &str)]) {
        self.version += 1;
        let now = format!("..{}", self.version);
        fs::create_dir(self.path.join(&now)).unwrap();
        for (name, text) in files {
            fs::write(self.path.join(&now).join(name), text).unwrap();
        }
        let made = self.path.join("..data_tmp");
        symlink(&now, &made).unwrap();
        fs::rename(&made, self.path.join("..data")).unwrap();
        for (name, _) in files.iter().filter(|(name, _)| !self.path.join(name).is_symlink()) {
            symlink(Path::new("..data").join(name), self.path.join(name)).unwrap();
        }
    }
}

/// A watcher that is ended however its test ends.
struct Watcher(Child);

impl Drop for Watcher {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the arguments of the kit that buys, with every path below a root, for the sandbox, and serving nobody.
fn command_line(objects: &[Value], root: &Path) -> Vec<String> {
    let pod = at(deployment(objects), "spec.template.spec");
    let below = |argument: String| match argument.find('/') {
        Some(begins) => format!("{}{}{}", &argument[..begins], root.display(), &argument[begins..]),
        None => argument,
    };
    let given = arguments(watcher(pod)).into_iter().filter(|argument| !argument.starts_with("--listen"));
    given.map(below).chain(["--sandbox".to_owned()]).collect()
}

#[test]
fn the_kit_buys_its_example_and_stops_where_the_kubelet_brings_the_kill_switch() {
    let Some((_, objects)) = rendered().iter().find(|(variant, _)| *variant == ("configmap", true)) else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let map = objects.iter().find(|object| object["kind"] == "ConfigMap").unwrap();
    let files = map["data"].as_mapping().unwrap().iter().map(|(name, text)| (string(name), string(text)));
    let mut files: Vec<_> = files.collect();
    let mut manifests = Volume::new(root.path().join("etc/orderform"));
    manifests.swap(&files);
    let mut stop = Volume::new(root.path().join("etc/orderform-stop"));
    fs::create_dir_all(root.path().join("var/lib/orderform")).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_orderform"));
    program.args(command_line(objects, root.path())).env_clear().stdout(Stdio::piped());
    let mut watcher = Watcher(program.stderr(Stdio::null()).spawn().unwrap());
    let mut lines = BufReader::new(watcher.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    // Whatever comes of a pass is a line, so nothing is waited for in vain.
    let ends = ["created", "held", "failed", "wrong"];
    let mut next_pass = || {
        let is_it = |line: &String| line.starts_with("pass ") && ends.iter().any(|end| line.contains(end));
        lines.find(is_it).expect("it ended before its pass")
    };
    assert_eq!(next_pass().split("; ").next(), Some("pass 1: 1 order created"));
    // The switch first, then another order.
    stop.swap(&[("stop", "kim looks into it")]);
    let another = files.iter().find(|(name, _)| *name == "contoso.yaml").unwrap().1;
    let another = another.replace("contoso-exchange", "contoso-more").replace("quantity: 5", "quantity: 6");
    files.push(("more.yaml", &another));
    manifests.swap(&files);
    let held = next_pass();
    assert!(held.contains("held") && held.contains("kim looks into it"), "{held}");
    let pid = Pid::from_raw(i32::try_from(watcher.0.id()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(watcher.0.wait().unwrap().code(), Some(0));
    let journal = fs::read_to_string(root.path().join("var/lib/orderform/state/journal.jsonl")).unwrap();
    assert!(journal.contains("contoso-exchange") && !journal.contains("contoso-more"), "{journal}");
}
