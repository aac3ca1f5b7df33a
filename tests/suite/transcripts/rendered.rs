//! `render`: what an order comes to, with defaults and customers' names written out, and where each value stands.

use super::stage::Stage;
use super::words::CONTOSO;

const DEFAULTS: &str = "apiVersion: orderform/v1\nkind: Defaults\nspec:\n";
const LINE: &str = "  lineItems:\n    - offerId: CFQ7TTC0LH18:0001\n      quantity: 5\n";

fn order(name: &str, metadata: &str, spec: &str) -> String {
    format!("apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: {name}\n{metadata}spec:\n{spec}")
}

/// A project with defaults for all, and others for one customer's directory.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.write("orderform.yaml", "apiVersion: orderform/v1\nkind: Project\n");
    stage.write(
        "customers.yaml",
        &format!(
            "apiVersion: orderform/v1\nkind: Customer\nmetadata:\n  name: contoso\nspec:\n  customerId: {CONTOSO}\n"
        ),
    );
    stage.write(
        "defaults.yaml",
        &format!("{DEFAULTS}  labels: {{ owner: licensing, region: emea }}\n  billingCycle: monthly\n"),
    );
    stage.write(
        "contoso/defaults.yaml",
        &format!(
            "{DEFAULTS}  autoRenewEnabled: false\n  customer: contoso\n  partnerOnRecordAttestationAccepted: true\n  \
             termDuration: P1Y\n  partnerIdOnRecord: \"4847383\"\n"
        ),
    );
    stage.write("contoso/a.yaml", &order("a-teams", "", LINE));
    let own = "  customer: contoso\n  billingCycle: annual\n";
    let line = "  lineItems:\n    - offerId: 84A03D81-6B37-4D66-8D4A-FAEA24541538\n      quantity: 1\n      \
                friendlyName: \"a: # b\"\n      partnerIdOnRecord: \"517285\"\n";
    stage.write(
        "contoso/b.yaml",
        &order("b-mail", "  labels: { region: \"no\" }\n  autoRenewEnabled: true\n", &format!("{own}{line}")),
    );
    stage
}

#[test]
fn every_value_is_shown_with_the_line_that_wrote_it() {
    let stage = stage();
    stage.run(&["render"]);
    stage.run(&["render", "--format", "json"]);
    assert_transcript!(stage);
}

#[test]
fn a_directory_of_a_project_has_the_defaults_of_those_above_it() {
    let stage = stage();
    stage.write("contoso/customers.yaml", &std::fs::read_to_string(stage.path("customers.yaml")).unwrap());
    let whole = stage.quietly(&["render", "contoso"]).stdout;
    let file = stage.quietly(&["render", "contoso/a.yaml"]);
    assert_eq!(file.code, 3, "the customer stands in another file");
    assert!(whole.contains("owner: licensing") && whole.contains("# defaults.yaml:4"), "{whole}");
    assert!(whole.contains("termDuration: P1Y") && whole.contains("# contoso/defaults.yaml:7"), "{whole}");
    // Without a project above, nothing outside of what was named counts.
    stage.remove("orderform.yaml");
    let alone = stage.quietly(&["render", "contoso"]).stdout;
    assert!(!alone.contains("owner: licensing") && alone.contains("termDuration: P1Y"), "{alone}");
}

#[test]
fn what_defaults_lack_is_said_once_and_what_they_say_wrong_is_said_there() {
    let stage = stage();
    stage.remove("customers.yaml");
    stage.write("contoso/c.yaml", &order("c-teams", "", &LINE.replace("0001", "0002")));
    stage.run(&["validate"]);
    stage.write(
        "contoso/defaults.yaml",
        &format!("{DEFAULTS}  custmer: contoso\n  termDuration: P1Y\n  billingCycle: triennial\n"),
    );
    stage.run(&["validate"]);
    assert_transcript!(stage);
}
