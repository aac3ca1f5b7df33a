//! SARIF, held to the shape that the standard gives it.
//!
//! The standard's own schema is OASIS's and not kept here. The one of these tests is written by hand from the text of
//! SARIF 2.1.0, is stricter (no property that is not meant), and knows what is written only.

use serde_json::{Value, json};

use super::{customer, mixed};
use crate::transcripts::stage::Stage;

/// An object with no more properties than these.
fn closed(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn message() -> Value {
    closed(&["text"], json!({ "text": text() }))
}

fn level() -> Value {
    json!({ "enum": ["error", "warning"] })
}

fn place() -> Value {
    let number = json!({ "type": "integer", "minimum": 1 });
    let region = closed(
        &["startLine", "startColumn", "endColumn"],
        json!({ "startLine": number, "startColumn": number, "endColumn": number }),
    );
    let artifact = closed(
        &["uri"],
        json!({
            "uri": { "type": "string", "pattern": "^(file:///)?[A-Za-z0-9._~/%-]+$" },
            "uriBaseId": { "const": "%SRCROOT%" },
        }),
    );
    closed(&["artifactLocation"], json!({ "artifactLocation": artifact, "region": region }))
}

fn result() -> Value {
    let location = closed(&["physicalLocation"], json!({ "physicalLocation": place() }));
    let related = closed(
        &["id", "message", "physicalLocation"],
        json!({ "id": { "type": "integer", "minimum": 1 }, "message": message(), "physicalLocation": place() }),
    );
    closed(
        &["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
        json!({
            "ruleId": text(),
            "ruleIndex": { "type": "integer", "minimum": 0 },
            "level": level(),
            "message": message(),
            "locations": { "type": "array", "minItems": 1, "maxItems": 1, "items": location },
            "relatedLocations": { "type": "array", "minItems": 1, "items": related },
            "partialFingerprints": closed(
                &["orderform/v1"],
                json!({ "orderform/v1": { "type": "string", "pattern": "^[0-9a-f]{32}:[1-9][0-9]*$" } }),
            ),
        }),
    )
}

fn driver() -> Value {
    let rule = closed(
        &["id", "shortDescription", "help", "defaultConfiguration"],
        json!({
            "id": { "type": "string", "pattern": "^OF[0-9]{4}$" },
            "shortDescription": message(),
            "help": closed(&["text", "markdown"], json!({ "text": text(), "markdown": text() })),
            "defaultConfiguration": closed(&["level"], json!({ "level": level() })),
        }),
    );
    closed(
        &["name", "version", "rules"],
        json!({
            "name": { "const": "orderform" },
            "version": text(),
            "informationUri": text(),
            "rules": { "type": "array", "uniqueItems": true, "items": rule },
        }),
    )
}

fn schema() -> Value {
    let base = closed(&["description"], json!({ "description": message() }));
    let run = closed(
        &["tool", "columnKind", "results"],
        json!({
            "tool": closed(&["driver"], json!({ "driver": driver() })),
            "columnKind": { "const": "unicodeCodePoints" },
            "originalUriBaseIds": closed(&["%SRCROOT%"], json!({ "%SRCROOT%": base })),
            "results": { "type": "array", "items": result() },
        }),
    );
    let log = json!({
        "$schema": { "type": "string", "pattern": "sarif-schema-2\\.1\\.0\\.json$" },
        "version": { "const": "2.1.0" },
        "runs": { "type": "array", "minItems": 1, "maxItems": 1, "items": run },
    });
    closed(&["$schema", "version", "runs"], log)
}

fn log(stage: &Stage) -> Value {
    serde_json::from_str(&stage.quietly(&["validate", "--format", "sarif"]).stdout).unwrap()
}

#[track_caller]
fn assert_is_sarif(log: &Value) {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let rule = &run["tool"]["driver"]["rules"][index];
        assert_eq!(
            (&rule["id"], &rule["defaultConfiguration"]["level"]),
            (&result["ruleId"], &result["level"])
        );
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(region["endColumn"].as_u64() >= region["startColumn"].as_u64(), "{region}");
    }
}

#[test]
fn a_log_has_the_shape_of_the_standard_whatever_is_found() {
    assert_is_sarif(&log(&mixed()));
    assert_is_sarif(&log(&Stage::new()));
    let fixtures = Stage::new();
    for entry in std::fs::read_dir("tests/fixtures/manifests/wrong").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        std::fs::copy(&path, fixtures.path(name)).unwrap();
    }
    let all = log(&fixtures);
    assert!(all["runs"][0]["results"].as_array().unwrap().len() > 50);
    assert_is_sarif(&all);
}

#[test]
fn the_schema_of_the_test_catches_what_is_not_sarif() {
    let whole = log(&mixed());
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for (place, wrong) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/columnKind", json!("utf16CodeUnits")),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/message", json!("text")),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", json!("a b.yaml")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/tool/driver/rules/0", json!({ "id": "OF0101" })),
    ] {
        let mut broken = whole.clone();
        *broken.pointer_mut(place).unwrap() = wrong;
        assert!(!validator.is_valid(&broken), "{place}");
    }
}

#[test]
fn a_result_is_known_again_after_its_line_has_moved() {
    let fingerprints = |stage: &Stage| {
        let log = log(stage);
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results.map(|result| result["partialFingerprints"].clone()).collect::<Vec<_>>()
    };
    let stage = mixed();
    let before = fingerprints(&stage);
    for name in ["customers.yaml", "orders/a.yaml", "orders/c.yaml"] {
        let text = std::fs::read_to_string(stage.path(name)).unwrap();
        stage.write(name, &format!("# one line\n# and another\n{text}"));
    }
    assert_eq!(fingerprints(&stage), before);
    stage.write("z.yaml", &customer("contoso"));
    assert_ne!(fingerprints(&stage), before);
}
