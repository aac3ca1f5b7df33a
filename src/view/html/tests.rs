//! What must hold of the page of a plan, whatever is in it.

use std::collections::BTreeMap;

use super::super::samples::*;
use super::page::{LIVE_SCRIPT, LIVE_STYLE, SCRIPT, STYLE};
use super::*;

fn every_page() -> Vec<String> {
    let trouble = Trouble {
        exit_code: 5,
        message: "too much",
        causes: &["`a` is 1".to_owned()],
        hint: Some("less"),
        manifests: None,
        exceeded: &[],
        changes: None,
    };
    let saved = saved_plan_of(every_step()).plan;
    vec![
        html_plan(Some(&every_step()), None),
        html_plan(Some(&saved), Some(&trouble)),
        html_plan(Some(&plan(vec![])), None),
        html_plan(None, Some(&trouble)),
    ]
}

/// Returns the content without style and script.
fn content(page: &str) -> String {
    page.replace(STYLE, "").replace(SCRIPT, "")
}

#[test]
fn the_page_of_every_action() {
    let page = content(&html_plan(Some(&saved_plan_of(every_step()).plan), None));
    let (before, after) = page.split_once("default-src").unwrap();
    let page = format!("{before}{}", after.split_once("form-action").unwrap().1);
    // A line an element, so that a change is a line; no text holds such a sequence of its own.
    insta::assert_snapshot!(page.replace("><", ">\n<"));
}

#[test]
fn a_page_is_known_by_how_it_begins_and_is_the_same_every_time() {
    for (page, again) in every_page().iter().zip(every_page()) {
        assert!(page.starts_with(PLAN_PAGE_MARK) && page.ends_with("</html>\n"));
        assert_eq!(*page, again);
    }
}

#[test]
fn no_time_is_in_a_page() {
    let saved = saved_plan_of(every_step());
    let page = html_plan(Some(&saved.plan), None);
    assert!(!page.contains(&saved.created.to_string()) && !page.contains(&saved.expires.to_string()));
}

#[test]
fn neither_style_nor_script_can_end_its_element_or_ask_for_anything() {
    for text in [STYLE, SCRIPT, LIVE_STYLE, LIVE_SCRIPT] {
        assert!(!text.contains("</") && !text.contains("<!--"));
        for word in ["url(", "@import", "@font-face", "XMLHttp", "import ", "innerHTML", "eval(", "://"] {
            assert!(!text.contains(word), "{word}");
        }
    }
    assert!(!SCRIPT.contains("fetch(") && !SCRIPT.contains("EventSource"));
    // A page that is served asks for itself, and for the stream beside it.
    assert_eq!(LIVE_SCRIPT.matches("fetch(").count(), LIVE_SCRIPT.matches("fetch(location.href,").count());
    let streams = LIVE_SCRIPT.matches("new EventSource(new URL(\"events\", document.baseURI))").count();
    assert_eq!((LIVE_SCRIPT.matches("new EventSource").count(), streams), (1, 1));
}

#[test]
fn the_policy_lets_nothing_through_but_what_stands_in_the_page() {
    let page = &every_page()[0];
    let policy =
        page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    let rules: BTreeMap<&str, &str> = policy.split("; ").map(|rule| rule.split_once(' ').unwrap()).collect();
    assert_eq!(rules["default-src"], "'none'");
    for (rule, value) in &rules {
        assert!(*value == "'none'" || value.starts_with("'sha256-"), "{rule} {value}");
        assert!(!value.contains(' '), "{rule} {value}");
    }
    // A style attribute would be ignored, so that there is none to miss.
    assert!(!content(page).contains(" style=") && !content(page).contains(" onclick="));
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    for page in every_page() {
        let page = content(&page);
        let levels = page.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10));
        let mut before = 0;
        for level in levels {
            assert!(level <= before + 1, "h{level} follows h{before}");
            before = level;
        }
        assert_eq!(page.matches("<h1>").count(), 1);
    }
}

#[test]
fn three_thousand_orders_are_no_more_than_a_large_picture() {
    let steps = (0..3000).map(|n| step(&format!("order-{n}"), 5, Action::Create)).collect();
    let page = html_plan(Some(&plan(steps)), None);
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert_eq!(page.matches("<tr data-order").count(), 3000);
}

/// The colours of a scheme, by the names of their variables.
type Palette = BTreeMap<String, [f64; 3]>;

fn palette(block: &str) -> Palette {
    let lines = block.lines().filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';'));
    let color = |line: &str| {
        let (name, value) = line.split_once(": #")?;
        let part = |at: usize| {
            u8::from_str_radix(value.get(at..at + 2)?, 16).ok().map(|byte| f64::from(byte) / 255.0)
        };
        Some((name.to_owned(), [part(0)?, part(2)?, part(4)?]))
    };
    lines.filter_map(color).collect()
}

/// The three schemes: light, dark and paper, where paper stands on light.
fn palettes() -> [(&'static str, Palette); 3] {
    let blocks: Vec<&str> =
        STYLE.split(":root {").skip(1).map(|block| block.split('}').next().unwrap()).collect();
    let [light, dark, print] = blocks[..] else { panic!("{} palettes", blocks.len()) };
    let mut paper = palette(light);
    paper.extend(palette(print));
    [("light", palette(light)), ("dark", palette(dark)), ("paper", paper)]
}

/// The contrast of two colours as WCAG 2 defines it.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    let luminance = |[r, g, b]: [f64; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_and_every_sign_stands_out_from_its_ground() {
    let texts = [
        ("ink", &["ground", "surface", "raised"][..]),
        ("soft", &["ground", "surface", "raised"]),
        ("accent", &["ground", "surface", "raised"]),
        ("go", &["go-ground"]),
        ("wait", &["wait-ground", "surface", "raised"]),
        ("stop", &["stop-ground", "surface"]),
    ];
    // Borders of fields, bars and the arrows of sorting are no texts, and have to be seen all the same.
    let signs = [
        ("edge", &["ground", "surface", "raised"][..]),
        ("bar", &["surface"]),
        ("wait-line", &["ground", "surface"]),
        ("stop-line", &["ground", "surface"]),
    ];
    for (scheme, palette) in palettes() {
        for (pairs, least) in [(&texts[..], 4.5), (&signs[..], 3.0)] {
            for (front, grounds) in pairs {
                for ground in *grounds {
                    let is = contrast(palette[*front], palette[*ground]);
                    assert!(is >= least, "{scheme}: {front} on {ground} is {is:.2}, not {least}");
                }
            }
        }
    }
}

#[test]
fn the_contrast_is_that_of_the_standard() {
    let [black, white, grey] = [[0.0; 3], [1.0; 3], [f64::from(0x77_u8) / 255.0; 3]];
    assert!((contrast(black, white) - 21.0).abs() < 1e-9);
    assert!((contrast(grey, white) - 4.48).abs() < 0.01);
}
