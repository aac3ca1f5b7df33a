//! The first minutes: an empty directory becomes a project, and the first manifests are written.

use super::asked::Asked;
use super::stage::Stage;
use super::words::CONTOSO;

const OFFICE: [&str; 13] = [
    "new",
    "order",
    "contoso-office",
    "--customer",
    "contoso",
    "--offer",
    "CFQ7TTC0LH18:0001",
    "--quantity",
    "25",
    "--term",
    "P1Y",
    "--billing-cycle",
    "monthly",
];

#[test]
fn a_new_directory_becomes_a_project_and_the_first_order_is_planned() {
    let stage = Stage::new();
    stage.run(&["init"]);
    assert_eq!(stage.run(&["validate"]).code, 0);
    stage.run(&["new", "customer", "contoso", CONTOSO]);
    stage.run(&[&OFFICE[..], &["--auto-renew", "true"]].concat());
    stage.show("customers/contoso/customer.yaml");
    stage.show("customers/contoso/contoso-office.yaml");
    assert_eq!(stage.run(&["plan"]).code, 0);
    // Again, it makes nothing; and what is there stays.
    stage.write("customers/example.yaml", "# mine\n");
    stage.run(&["init"]);
    assert_eq!(std::fs::read_to_string(stage.path("customers/example.yaml")).unwrap(), "# mine\n");
    assert_transcript!(stage);
}

#[test]
fn a_directory_with_manifests_gets_no_more_than_it_needs() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    assert!(stage.path("schema").exists() && stage.path(".gitignore").exists());
    assert!(!stage.path("customers").exists() && !stage.path(".github").exists());
    let bare = Stage::new();
    assert_eq!(bare.quietly(&["init", "--bare"]).code, 0);
    assert!(bare.path("orderform.yaml").exists() && !bare.path("schema").exists());
    let without = Stage::new();
    assert_eq!(without.quietly(&["init", "--ci", "none"]).code, 0);
    assert!(without.path("schema").exists() && !without.path(".github").exists());
}

#[test]
fn the_workflow_goes_to_the_root_of_the_repository_and_schemas_of_another_version_are_renewed() {
    let stage = Stage::new();
    std::fs::create_dir(stage.path(".git")).unwrap();
    assert_eq!(stage.quietly(&["init", "licences"]).code, 0);
    let workflow = std::fs::read_to_string(stage.path(".github/workflows/orderform.yaml")).unwrap();
    assert!(workflow.contains("directory: 'licences'\n"), "{workflow}");
    assert!(stage.path(ACTION).exists());
    assert!(!stage.path("licences/.github").exists());

    let order = "licences/schema/order.schema.json";
    let now = std::fs::read_to_string(stage.path(order)).unwrap();
    stage.write(order, &now.replace("How many seats.", "What it said before."));
    stage.write("licences/schema/customer.schema.json", "{}");
    assert!(
        stage.quietly(&["init", "licences"]).stderr.contains("renewed `licences/schema/order.schema.json`")
    );
    assert_eq!(std::fs::read_to_string(stage.path(order)).unwrap(), now);
    let own = std::fs::read_to_string(stage.path("licences/schema/customer.schema.json")).unwrap();
    assert_eq!(own, "{}", "what somebody else wrote is not ours to renew");
}

#[test]
fn the_example_is_right_once_its_marks_are_taken_away() {
    let stage = Stage::new();
    assert_eq!(stage.quietly(&["init"]).code, 0);
    let text = std::fs::read_to_string(stage.path("customers/example.yaml")).unwrap();
    let document = text.lines().skip_while(|line| *line != "# apiVersion: orderform/v1");
    let bare: Vec<&str> = document.map(|line| line.strip_prefix("# ").unwrap_or_default()).collect();
    stage.write("customers/example.yaml", &bare.join("\n"));
    let plan = stage.quietly(&["plan"]);
    assert!(plan.stdout.starts_with("Plan: 1 order to buy, 25 seats"), "{}{}", plan.stdout, plan.stderr);
    assert!(!plan.stderr.contains("warning"), "{}", plan.stderr);
}

#[test]
fn what_would_be_wrong_is_not_written_and_nothing_is_written_over() {
    let stage = Stage::new();
    stage.run(&["new", "order", "contoso-office", "--customer", "contoso"]);
    stage.quietly(&["new", "customer", "contoso", CONTOSO]);
    stage.run(&["new", "customer", "Contoso Ltd", "contoso.onmicrosoft.com"]);
    stage.run(&[
        "new",
        "order",
        "contoso-office",
        "--customer",
        "contosso",
        "--offer",
        "CFQ7TTC0LH18:1",
        "--quantity",
        "0: x",
        "--auto-renew",
        "yes",
    ]);
    assert!(!stage.path("contoso-office.yaml").exists());
    assert_eq!(stage.quietly(&OFFICE).code, 0);
    assert_eq!(stage.run(&[&OFFICE[..], &["--dry-run"]].concat()).code, 3, "the name is used");
    stage.run(&[
        "new",
        "order",
        "contoso-mail",
        "--customer",
        CONTOSO,
        "--offer",
        "CFQ7TTC0LH18:0002",
        "--quantity",
        "1",
        "--file",
        "customers/contoso/contoso-office.yaml",
    ]);
    stage.run(&[
        "new",
        "order",
        "contoso-mail",
        "--customer",
        CONTOSO,
        "--offer",
        "CFQ7TTC0LH18:0002",
        "--quantity",
        "1",
        "--dry-run",
    ]);
    assert!(!stage.path("contoso-mail.yaml").exists());
    assert_transcript!(stage);
}

#[test]
fn at_a_terminal_what_is_missing_is_asked_for_until_it_is_right() {
    let stage = Stage::new();
    stage.quietly(&["init"]);
    stage.quietly(&["new", "customer", "contoso", CONTOSO]);
    let mut asked = Asked::start(&stage, &["new", "order", "contoso-office"]);
    for (prompt, answers) in [
        ("customer: ", &["fabrikam", "contoso"][..]),
        ("offer: ", &["CFQ7TTC0LH18", "CFQ7TTC0LH18:0001"]),
        ("seats: ", &["many", "25"]),
        ("term: ", &["P1Y"]),
        ("billing cycle: ", &["yearly", "annual"]),
        ("renew: ", &["true"]),
    ] {
        for answer in answers {
            asked.wait_for(prompt);
            asked.forget();
            asked.answer(answer);
        }
    }
    assert!(asked.end().success());
    stage.show("customers/contoso/contoso-office.yaml");
    assert_transcript!(stage);
}

const ACTION: &str = ".github/actions/orderform-plan/action.yaml";

/// Reads the scripts of the action that `init` made, by name.
fn scripts(stage: &Stage) -> std::collections::BTreeMap<String, String> {
    let text = std::fs::read_to_string(stage.path(ACTION)).unwrap();
    let action: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let text = |value: &serde_yaml::Value| value.as_str().unwrap().to_owned();
    let steps = action["runs"]["steps"].as_sequence().unwrap();
    steps.iter().map(|step| (text(&step["name"]), text(&step["run"]))).collect()
}

/// Runs the steps as a runner would; `tests/suite/ci` has the whole kit.
#[test]
fn the_workflow_passes_on_what_init_and_new_made_and_fails_on_what_is_wrong() {
    let stage = Stage::new();
    stage.quietly(&["init"]);
    stage.quietly(&["new", "customer", "contoso", CONTOSO]);
    assert_eq!(stage.quietly(&[&OFFICE[..], &["--auto-renew", "true"]].concat()).code, 0);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_orderform")).parent().unwrap().to_owned();
    let scripts = scripts(&stage);
    let codes = || {
        let code = |name: &str| {
            let mut command = std::process::Command::new("bash");
            command.args(["-e", "-c", &scripts[name]]).current_dir(stage.path("")).env_clear();
            command.env("PATH", format!("{}:/usr/bin:/bin", program.display())).env("DIRECTORY", ".");
            command.env("GITHUB_STEP_SUMMARY", stage.path("summary.md")).env("GITHUB_OUTPUT", "/dev/null");
            command.env("RUNNER_TEMP", stage.path("temp"));
            command.output().unwrap().status.code().unwrap()
        };
        ["validate", "layout", "plan"].map(code)
    };
    assert_eq!(codes(), [0, 0, 0]);
    let summary = std::fs::read_to_string(stage.path("summary.md")).unwrap();
    assert!(summary.contains("Plan: 1 order to buy, 25 seats"), "{summary}");
    stage.write("wrong.yaml", "kind:   Order\n");
    assert_eq!(codes(), [3, 1, 3]);
}

#[test]
fn whatever_a_directory_is_called_the_workflow_is_told_its_name_or_there_is_none() {
    for (name, told) in [
        ("my orders", "my orders"),
        ("$(id) \"é\"; *", "$(id) \"é\"; *"),
        ("-x", "./-x"),
        ("it's", "it's"),
        ("a: b", "a: b"),
        ("a #b", "a #b"),
        ("true", "true"),
    ] {
        let stage = Stage::new();
        std::fs::create_dir(stage.path(".git")).unwrap();
        assert_eq!(stage.quietly(&["init", "--", name]).code, 0);
        assert!(!stage.path(name).join(".github").exists());
        let text = std::fs::read_to_string(stage.path(".github/workflows/orderform.yaml")).unwrap();
        let workflow: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let steps = workflow["jobs"]["plan"]["steps"].as_sequence().unwrap();
        let uses = format!("./{}", ACTION.trim_end_matches("/action.yaml"));
        let step = steps.iter().find(|step| step["uses"] == uses.as_str()).unwrap();
        assert_eq!(step["with"]["directory"], told, "{text}");
    }
    let stage = Stage::new();
    std::fs::create_dir(stage.path(".git")).unwrap();
    let name = "${{ github.token }}";
    let ran = stage.quietly(&["init", name]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("no workflow was made: "), "{}", ran.stderr);
    assert!(!stage.path(".github").exists() && !stage.path(name).join(".github").exists());
}

#[test]
fn the_workflow_installs_only_what_the_partner_said_and_fails_before() {
    let stage = Stage::new();
    stage.quietly(&["init"]);
    let text = std::fs::read_to_string(stage.path(".github/workflows/orderform.yaml")).unwrap();
    assert!(text.contains("install: ${{ vars.ORDERFORM_INSTALL }}\n"), "{text}");
    let script = &scripts(&stage)["install"];
    let run = |variable: &str| {
        let mut command = std::process::Command::new("bash");
        command.args(["-e", "-c", script]).current_dir(stage.path("")).env_clear();
        let output =
            command.env("PATH", "/usr/bin:/bin").env("ORDERFORM_INSTALL", variable).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = run("");
    assert!(code == 1 && said.starts_with("::error ") && said.contains("ORDERFORM_INSTALL"), "{code} {said}");
    assert_eq!(run("echo installed; true"), (0, "installed\n".to_owned()));
    assert_eq!(run("false; true").0, 1);
}
