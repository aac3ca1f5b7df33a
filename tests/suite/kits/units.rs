//! The units for systemd, held to the directives that there are, to each other, and to what `watch` takes.

use std::collections::BTreeMap;

use super::{assert_starts, flag, seconds, text};

/// Directives that the kit uses, by section (systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.kill(5),
/// systemd.resource-control(5), systemd.timer(5)).
const KNOWN: [(&str, &str); 4] = [
    ("Unit", "Description Documentation Wants After StartLimitIntervalSec StartLimitBurst"),
    (
        "Service",
        "Type ExecStart ExecReload KillSignal TimeoutStartSec TimeoutStopSec Restart RestartSec RestartPreventExitStatus \
         User Group Environment StateDirectory StateDirectoryMode UMask ReadWritePaths IPAddressDeny IPAddressAllow \
         RestrictAddressFamilies ProtectSystem ProtectHome PrivateMounts PrivateTmp PrivateDevices PrivateUsers PrivateIPC \
         ProtectClock ProtectControlGroups ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables \
         ProtectProc ProcSubset NoNewPrivileges CapabilityBoundingSet AmbientCapabilities RestrictNamespaces \
         RestrictRealtime RestrictSUIDSGID LockPersonality MemoryDenyWriteExecute RemoveIPC KeyringMode \
         SystemCallArchitectures SystemCallFilter SystemCallErrorNumber MemoryMax TasksMax",
    ),
    ("Timer", "OnBootSec OnUnitInactiveSec RandomizedDelaySec"),
    ("Install", "WantedBy"),
];

/// Directives and their values, by section, in the order of the file.
type Unit = BTreeMap<String, Vec<(String, String)>>;

/// Reads a unit; whatever systemd would pass over with a warning is an error.
fn parse(text: &str) -> Result<Unit, String> {
    let (mut unit, mut section) = (Unit::new(), None);
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let known = KNOWN.iter().find(|(section, _)| *section == name);
            section = Some(known.ok_or_else(|| format!("section `{name}` is not known"))?);
            unit.entry(name.to_owned()).or_default();
            continue;
        }
        let (key, value) = line.split_once('=').ok_or_else(|| format!("`{line}` is no directive"))?;
        let (name, known) = section.ok_or_else(|| format!("`{line}` is in no section"))?;
        if !known.split(' ').any(|directive| directive == key) {
            return Err(format!("`{key}` is not known in `{name}`"));
        }
        unit.entry((*name).to_owned()).or_default().push((key.to_owned(), value.to_owned()));
    }
    Ok(unit)
}

pub(super) const UNITS: [&str; 4] =
    ["orderform.service", "buying.conf", "orderform-pull.service", "orderform-pull.timer"];

fn unit(name: &str) -> Unit {
    parse(&text(&format!("systemd/{name}"))).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// Returns the values of a directive of a service.
fn values<'u>(unit: &'u Unit, key: &str) -> Vec<&'u str> {
    unit["Service"].iter().filter(|(name, _)| name == key).map(|(_, value)| value.as_str()).collect()
}

#[test]
fn every_directive_is_one_that_systemd_knows() {
    for name in UNITS {
        assert!(!unit(name).is_empty(), "{name}");
    }
    for (wrong, why) in [
        ("[Service]\nProtectSytem=strict\n", "`ProtectSytem` is not known in `Service`"),
        ("[Unit]\nRestart=always\n", "`Restart` is not known in `Unit`"),
        ("[Sevice]\n", "section `Sevice` is not known"),
        ("User=a\n", "`User=a` is in no section"),
        ("[Service]\nUser a\n", "`User a` is no directive"),
    ] {
        assert_eq!(parse(wrong).unwrap_err(), why);
    }
}

#[test]
fn the_service_starts_a_watcher_that_reports_and_the_drop_in_only_makes_it_buy() {
    let (service, buying) = (unit("orderform.service"), unit("buying.conf"));
    let patience = seconds(values(&service, "TimeoutStopSec")[0]);
    let starts = values(&service, "ExecStart");
    let reports: Vec<_> = starts[0].strip_prefix("/usr/bin/orderform ").unwrap().split(' ').collect();
    assert_starts(&reports, patience);
    assert!(!reports.contains(&"--auto-apply"), "{reports:?}");
    // An empty one takes back what stands before it.
    assert_eq!(values(&buying, "ExecStart"), ["", &format!("{} --auto-apply", starts[0])]);
    let buys = [reports.as_slice(), &["--auto-apply"]].concat();
    assert_starts(&buys, patience);
    assert_eq!(flag(&reports, "--state-dir"), Some("/var/lib/orderform"));
    assert_eq!(values(&service, "StateDirectory"), ["orderform"]);
    assert!(flag(&reports, "--listen").unwrap().starts_with("127.0.0.1:"));
}

#[test]
fn only_a_watcher_that_buys_may_talk_to_others() {
    let (service, buying) = (unit("orderform.service"), unit("buying.conf"));
    assert_eq!(values(&service, "IPAddressDeny"), ["any"]);
    assert_eq!(values(&service, "IPAddressAllow"), ["localhost"]);
    assert_eq!(values(&service, "Environment"), [""; 0]);
    assert_eq!(values(&buying, "IPAddressDeny"), [""]);
    assert_eq!(values(&buying, "IPAddressAllow"), [""]);
    // A file, which may be renewed; a credential of systemd is copied once.
    assert_eq!(values(&buying, "Environment"), ["ORDERFORM_ACCESS_TOKEN_FILE=/run/orderform-token/token"]);
    assert!(text("systemd/orderform.tmpfiles").contains("/run/orderform-token  0750 root "));
}

#[test]
fn the_boot_clock_can_be_read_in_the_sandbox() {
    let source = std::fs::read_to_string(super::kit("../../src/partner_center/clock.rs")).unwrap();
    assert!(source.contains("\"/proc/sys/kernel/random/boot_id\""));
    assert_eq!(values(&unit("orderform.service"), "ProcSubset"), [""; 0]);
}

#[test]
fn every_user_of_a_unit_is_made_and_none_may_write_what_the_other_owns() {
    let (service, pull) = (unit("orderform.service"), unit("orderform-pull.service"));
    let made = text("systemd/orderform.sysusers");
    let made: Vec<_> =
        made.lines().filter_map(|line| line.strip_prefix("u ")?.split_whitespace().next()).collect();
    let users = [&service, &pull].map(|unit| values(unit, "User")[0]);
    assert_eq!(users.to_vec(), made);
    for unit in [&service, &pull] {
        assert_eq!(values(unit, "User"), values(unit, "Group"));
        assert_eq!(values(unit, "ProtectSystem"), ["strict"]);
    }
    assert_eq!(values(&service, "ReadWritePaths"), [""; 0]);
    assert_eq!(values(&pull, "ReadWritePaths"), ["/srv/licences"]);
}
