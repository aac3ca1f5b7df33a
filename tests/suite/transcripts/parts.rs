//! A part of a project is never bought, or begun anew, without the project's limits, lineage, state and defaults.

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order};

const DEFAULTS: &str = "apiVersion: orderform/v1\nkind: Defaults\nspec:\n";

/// A project with a limit, and an order below it that goes beyond.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.write(
        "orderform.yaml",
        "apiVersion: orderform/v1\nkind: Project\nspec:\n  limits: { seatsPerRun: 10 }\n",
    );
    stage.write("customers/contoso/office.yaml", &order("contoso-office", CONTOSO, 50));
    stage
}

#[test]
fn no_limit_is_left_behind_by_naming_a_part_of_the_project() {
    let stage = stage();
    assert_eq!(stage.run(&["apply", "--sandbox", "--auto-approve"]).code, 5);
    for part in ["customers", "customers/contoso", "customers/contoso/office.yaml"] {
        assert_eq!(
            stage.run(&["apply", part, "--sandbox", "--state-dir", ".orderform", "--auto-approve"]).code,
            1
        );
        assert_eq!(stage.quietly(&["plan", part]).code, 1);
        assert_eq!(stage.quietly(&["state", "list", part]).code, 1);
    }
    assert_eq!(stage.run(&["init", "customers"]).code, 1);
    assert!(!stage.path("customers/orderform.yaml").exists() && !stage.path("customers/.orderform").exists());
    assert_eq!(stage.run(&["validate", "customers"]).code, 0, "what is only read can be read in part");
    let bought = std::fs::read_to_string(stage.state("sandbox.jsonl")).unwrap_or_default();
    assert!(!bought.contains("seat") && !bought.contains(CONTOSO), "{bought}");
    assert_transcript!(stage);
}

#[test]
fn what_defaults_of_several_directories_add_up_to_is_held_to_the_rules() {
    let stage = Stage::new();
    let bare = |name: &str, line: &str| {
        format!(
            "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: {name}\n  autoRenewEnabled: true\nspec:\n  customerId: \
             {FABRIKAM}\n  partnerOnRecordAttestationAccepted: true\n  lineItems:\n    - offerId: CFQ7TTC0LH18:0001\n      \
             quantity: 1\n{line}"
        )
    };
    stage.write(
        "defaults.yaml",
        &format!("{DEFAULTS}  billingCycle: annual\n  additionalPartnerIdsOnRecord: [\"456\"]\n"),
    );
    stage.write("sub/defaults.yaml", &format!("{DEFAULTS}  termDuration: P1M\n"));
    stage.write("sub/a.yaml", &bare("a", ""));
    stage.write("sub/b.yaml", &bare("b", "      partnerIdOnRecord: \"456\"\n").replace("0001", "0002"));
    stage.write(
        "both/defaults.yaml",
        &format!("{DEFAULTS}  partnerIdOnRecord: \"7\"\n  additionalPartnerIdsOnRecord: [\"7\"]\n"),
    );
    assert_eq!(stage.run(&["validate"]).code, 3);
    assert_transcript!(stage);
}

#[test]
fn a_reseller_by_default_without_an_attestation_is_one_mistake() {
    let stage = Stage::new();
    stage.write("defaults.yaml", &format!("{DEFAULTS}  partnerIdOnRecord: \"4847383\"\n"));
    stage.write("a.yaml", &order("a", CONTOSO, 1));
    stage.write("b.yaml", &order("b", FABRIKAM, 1));
    let ran = stage.run(&["validate"]);
    assert_eq!(ran.stderr.matches("error[OF0314]").count(), 1);
    assert_transcript!(stage);
}

#[cfg(unix)]
#[test]
fn a_link_among_the_defaults_leads_nowhere_outside_of_the_project() {
    let stage = stage();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("evil.yaml"), format!("{DEFAULTS}  billingCycle: triennial\n"))
        .unwrap();
    std::os::unix::fs::symlink(outside.path().join("evil.yaml"), stage.path("defaults.yaml")).unwrap();
    for path in [".", "customers", "customers/contoso/office.yaml"] {
        let ran = stage.quietly(&["render", path]);
        assert!(ran.code == 3 && ran.stderr.contains("OF0005"), "{path}: {}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_directory_has_the_same_defaults_however_a_link_spells_it() {
    let stage = stage();
    stage.write("defaults.yaml", &format!("{DEFAULTS}  labels: {{ of: here }}\n"));
    stage.write("other/orderform.yaml", "apiVersion: orderform/v1\nkind: Project\n");
    stage.write("other/defaults.yaml", &format!("{DEFAULTS}  labels: {{ of: elsewhere }}\n"));
    std::os::unix::fs::symlink(stage.path("customers/contoso"), stage.path("other/link")).unwrap();
    for path in ["customers/contoso", "other/link", "other/link/office.yaml"] {
        let ran = stage.quietly(&["render", path]);
        assert!(ran.stdout.contains("of: here"), "{path}: {}{}", ran.stdout, ran.stderr);
    }
}
