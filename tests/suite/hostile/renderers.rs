//! Everything that is shown of texts of others. Whatever renders one more thing gets a line here.

use orderform::domain::Timestamp;
use orderform::manifest::render;
use orderform::view::{
    self, Asked, BUDGET, Check, CheckFormat, Format, Look, Paths, Progress, View, failed_plan, html_plan,
    markdown_plan, status_document, watch_page,
};

use super::adopted;
use super::judge::Kind;
use super::stuffed::Stuffed;

/// Something that is shown.
pub(super) struct Renderer {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Shows values that are full of a text.
    pub(super) render: fn(&Stuffed) -> String,
    /// Whether what is shown holds the text as it is, for programs.
    pub(super) keeps_texts: bool,
    /// Whether what is shown is built in the same way whatever the text.
    pub(super) is_built_alike: bool,
}

impl Renderer {
    fn new(name: &'static str, kind: Kind, render: fn(&Stuffed) -> String) -> Self {
        Self { name, kind, render, keeps_texts: false, is_built_alike: true }
    }

    fn keeping_texts(self) -> Self {
        Self { keeps_texts: true, ..self }
    }

    fn varying(self) -> Self {
        Self { is_built_alike: false, ..self }
    }
}

/// Returns all of them.
pub(super) fn all() -> Vec<Renderer> {
    let of_manifests = of_manifests().into_iter().map(Renderer::varying);
    of_orders().into_iter().chain(of_manifests).collect()
}

fn of_orders() -> Vec<Renderer> {
    use Kind::{Colored, Html, Json, Markdown, Terminal};
    vec![
        Renderer::new("human, narrow", Terminal, |with| everything(Format::Human, human(40, false), with)),
        Renderer::new("human, in colours", Colored, |with| everything(Format::Human, human(120, true), with)),
        Renderer::new("markdown", Markdown, |with| everything(Format::Markdown, Look::default(), with)),
        Renderer::new("markdown file of a failed plan", Markdown, |with| {
            markdown_plan(Some(with.plan()), Some(&with.trouble()), BUDGET)
        }),
        Renderer::new("markdown file of a stale plan", Markdown, |with| {
            markdown_plan(None, Some(&with.stale()), BUDGET)
        }),
        Renderer::new("page", Html, |with| html_plan(Some(with.plan()), None)),
        // What is in backticks in a message is set as code: how it is built depends on the text.
        Renderer::new("page of a failed plan", Html, |with| {
            html_plan(Some(with.plan()), Some(&with.trouble()))
        })
        .varying(),
        Renderer::new("page of a watcher", Html, |with| {
            watch_page(&with.status, Timestamp::from_unix_ms(0), &Asked::default())
        }),
        Renderer::new("page of a watcher in trouble", Html, |with| {
            let (status, asked) = with.troubled();
            watch_page(&status, Timestamp::from_unix_ms(0), &asked)
        })
        .varying(),
        Renderer::new("status file", Json, |with| status_document(&with.status)).keeping_texts(),
        Renderer::new("json", Json, |with| everything(Format::Json, Look::default(), with)).keeping_texts(),
        Renderer::new("json file of a failed plan", Json, |with| {
            failed_plan(Some(&with.saved), "failed", &with.trouble())
        })
        .keeping_texts(),
        Renderer::new("progress", Terminal, progress),
    ]
}

/// Returns what is said of manifests: how much that is depends on the text.
fn of_manifests() -> Vec<Renderer> {
    use Kind::{Colored, Github, Json, Markdown};
    vec![
        Renderer::new("annotations", Github, |with| check(CheckFormat::Github, with)),
        Renderer::new("SARIF", Json, |with| check(CheckFormat::Sarif, with)),
        Renderer::new("problems in colours", Colored, diagnostics),
        Renderer::new("markdown file of wrong manifests", Markdown, |with| {
            markdown_plan(None, Some(&with.wrong()), BUDGET)
        }),
        Renderer::new("json file of wrong manifests", Json, |with| {
            failed_plan(None, "manifests", &with.wrong())
        }),
    ]
}

fn human(width: usize, color: bool) -> Look {
    Look { color, width, verbose: true }
}

/// Shows a plan, a run, a state and every trouble.
fn everything(format: Format, look: Look, with: &Stuffed) -> String {
    let mut parts = Vec::new();
    let mut show = |show: &dyn Fn(&mut dyn View)| {
        let mut out = Vec::new();
        show(view::open(format, &mut out, look).as_mut());
        parts.push(String::from_utf8(out).unwrap());
    };
    show(&|view| view.plan(with.plan()).unwrap());
    show(&|view| with.events.iter().for_each(|event| view.event(event).unwrap()));
    show(&|view| view.summary(&with.summary).unwrap());
    show(&|view| view.state_list(&with.state).unwrap());
    for name in with.state.orders.keys() {
        show(&|view| view.state_show(name, &with.state).unwrap());
    }
    show(&|view| view.adoption(&adopted::report(&with.text)).unwrap());
    show(&|view| view.trouble(&with.trouble()).unwrap());
    show(&|view| view.trouble(&with.stale()).unwrap());
    parts.join("\n")
}

fn progress(with: &Stuffed) -> String {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut progress = Progress::new(log.reopen().unwrap(), None, true);
    with.events.iter().for_each(|event| progress.event(event).unwrap());
    std::fs::read_to_string(log.path()).unwrap()
}

fn check(format: CheckFormat, with: &Stuffed) -> String {
    Check::new(&with.loaded, false).report(format, &Paths::default())
}

fn diagnostics(with: &Stuffed) -> String {
    let sources = &with.loaded.sources;
    let shown = with.loaded.diagnostics.iter();
    shown.map(|one| render::human(one, sources, true)).collect()
}
