//! The page of a watcher as a browser has it: what is read and found without a script, and how it stays new with one.

use orderform::view::{Asked, watch_page};
use orderform::watch::Status;
use serde_json::{Value, json};

use super::browser::Browser;
use super::watchers::{self, Shop};
use super::{strings, texts};

fn page(status: &Status) -> String {
    asked(status, "")
}

fn asked(status: &Status, query: &str) -> String {
    watch_page(status, watchers::now(), &Asked::of_query(query))
}

fn pages() -> (Vec<&'static str>, Vec<String>) {
    watchers::all().into_iter().map(|(what, status)| (what, page(&status))).unzip()
}

#[test]
fn axe_finds_nothing_on_the_page_of_any_watcher() {
    let Some(browser) = Browser::open("that everybody can use the page of a watcher") else { return };
    let (mut names, mut pages) = pages();
    // A hundred rows are as right as three, and take long; so the last page of many.
    let long = names.iter().position(|what| *what == "thousands").unwrap();
    pages[long] = asked(&watchers::watching(&Shop::new(9).recorded(0..103, 9), true), "page=2");
    names[long] = "the last page of many";
    for (what, found) in names.iter().zip(browser.observe_all("axe", &texts(&pages), &[])) {
        for way in ["scripted", "still"] {
            assert_eq!(strings(&found[way]["violations"]), [""; 0], "{what}, {way}");
            let passes = strings(&found[way]["passes"]);
            for rule in ["document-title", "landmark-main-is-top-level", "heading-order", "label"] {
                assert!(passes.contains(&rule), "{what}, {way}: {passes:?}");
            }
        }
    }
}

#[test]
fn a_page_of_a_watcher_asks_only_who_served_it() {
    let Some(browser) = Browser::open("that the page of a watcher asks nobody else") else { return };
    let (names, pages) = pages();
    for (what, structure) in names.iter().zip(browser.observe_all("structure", &texts(&pages), &[])) {
        for element in structure.as_array().unwrap() {
            let name = element["name"].as_str().unwrap();
            assert!(
                !["link", "img", "iframe", "object", "embed", "base", "use", "image"].contains(&name),
                "{what}: {element}"
            );
            for (attribute, value) in element["attributes"].as_object().unwrap() {
                let value = value.as_str().unwrap();
                let is_harmless = match attribute.as_str() {
                    // To another part of the page, or to other orders on it.
                    "href" => value.starts_with(['#', '?']),
                    "method" => value == "get",
                    name => {
                        !name.starts_with("on")
                            && !["src", "srcset", "style", "action", "formaction", "ping"].contains(&name)
                    }
                };
                assert!(is_harmless, "{what}: {element}");
            }
        }
    }
}

#[test]
fn every_order_is_on_one_page_of_the_list_without_a_script() {
    let Some(browser) = Browser::open("the list of a watcher without its script") else { return };
    let status = watchers::watching(&watchers::thousands(1230), true);
    let picture = status.picture.as_ref().unwrap();
    let names: Vec<&str> = picture.plan.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names.len().div_ceil(100), 13);
    let pages: Vec<String> = (1..=13).map(|page| asked(&status, &format!("page={page}"))).collect();
    let seen = browser.observe_all("still", &texts(&pages), &[]);
    // Cards of what is in doubt or blocked stand above the list, and those orders are in it too.
    let cards = strings(&seen[0]["orders"]).len() - 100;
    let rows = |seen| strings(seen).split_off(cards);
    let mut listed: Vec<&str> = seen.iter().flat_map(|seen| rows(&seen["orders"])).collect();
    listed.sort_unstable();
    assert_eq!(listed, names);
    for says in ["Page 1 of 13", "Can be cancelled until 2026-12-01", "of 100 ! exceeded"] {
        assert!(seen[0]["text"].as_str().unwrap().contains(says), "{says}: {}", seen[0]["text"]);
    }
}

#[test]
fn a_page_that_hears_of_a_change_shows_it_and_keeps_what_somebody_did() {
    let Some(browser) = Browser::open("that the page of a watcher stays new") else { return };
    let before = page(&watchers::watching(&Shop::new(3).recorded(0..4, 2).wanted(4..6), true));
    let after =
        page(&watchers::watching(&Shop::new(3).recorded(0..5, 2).in_doubt(5..6, 3, "no answer"), true));
    let seen = browser.observe_all("live", &[&before], &[&after]).remove(0);
    let at = |when: &str, what: &str| seen[when][what].clone();

    assert_eq!(at("start", "streams"), json!(["http://127.0.0.1:9464/events"]));
    assert_eq!(at("start", "sign"), "as of", "nothing was heard yet");
    assert_eq!((at("same", "isUntouched"), at("same", "sign")), (json!(true), json!("live")));
    assert_eq!(at("same", "aloud"), "", "what is the same is not said again");

    assert_eq!(at("changed", "verdict"), "1 order in doubt");
    assert!(at("changed", "title").as_str().unwrap().starts_with("1 order in doubt"));
    assert_eq!(at("changed", "aloud"), "Updated at 2026-11-26 10:00:00 UTC: 1 order in doubt");
    assert_eq!(at("changed", "asked"), json!(["/?show=all"]));
    assert_eq!(at("changed", "field"), "typed", "the field is the one that somebody types into");
    assert_ne!(at("changed", "open"), json!([]), "what was open is open");
    assert_eq!(at("changed", "focus"), at("changed", "open")[0], "what had the focus has it");

    assert_eq!(at("typed", "address"), "?search=typed");
    assert_eq!(at("typed", "asked"), json!(["/?search=typed"]));
    for when in ["lost", "closed", "other"] {
        assert_eq!((at(when, "sign"), at(when, "aloud")), (json!("not connected"), json!("Not connected")));
        let says = "What you see is as of 2026-11-26 10:00:00 UTC. It is tried again by itself.";
        assert_eq!(at(when, "news"), says);
        assert_eq!(at(when, "verdict"), "1 order in doubt", "what was there is there");
    }
    assert_eq!(at("back", "sign"), "live");
    assert_eq!(at("back", "aloud"), at("changed", "aloud"), "that it is back is said");
    assert_eq!(at("closed", "streams").as_array().unwrap().len(), 2, "who was refused asks again");
}

#[test]
fn a_page_of_another_version_is_never_put_into_this_one() {
    let Some(browser) = Browser::open("that a newer page is loaded whole") else { return };
    let before = page(&watchers::begun(true));
    let newer = before.replace("'sha256-", "'sha256-A").replace("under way", "of another version");
    assert_ne!(newer, before);
    let seen: Value = browser.observe_all("newer", &[&before], &[&newer]).remove(0);
    assert_eq!(seen, json!({ "verdict": "The first pass is under way", "said": ["reload"] }));
}
