//! Why a plan cannot be applied, or why there is none: first on the page, with what caused it and the way out.

use maud::{Markup, html};

use super::rich::message;
use crate::manifest::Diagnostic;
use crate::view::Trouble;
use crate::view::check::place;
use crate::view::text::{escape, shorten};
use crate::view::words::grouped;

/// The most problems of manifests that a page lists.
const MOST: usize = 500;

/// The most characters of a message that a person reads.
const LONGEST: usize = 400;

/// Writes what went wrong, under a title.
pub(super) fn problem(trouble: &Trouble<'_>, title: &str) -> Markup {
    html! {
        section.problem aria-labelledby="problem" {
            h2 id="problem" { (title) }
            p { (message(trouble.message)) }
            @if !trouble.causes.is_empty() {
                ul { @for cause in trouble.causes { li { (message(cause)) } } }
            }
            @if let Some(hint) = trouble.hint { p { strong { "What to do: " } (message(hint)) } }
            @if let Some(loaded) = trouble.manifests { (diagnostics(&loaded.diagnostics)) }
        }
    }
}

fn diagnostics(all: &[Diagnostic]) -> Markup {
    let left_out = all.len().saturating_sub(MOST);
    html! {
        div.frame {
            table.diagnostics {
                caption.quiet { "Problems of the manifests" }
                thead {
                    tr {
                        th scope="col" { "Where" }
                        th scope="col" { "What is wrong" }
                        th scope="col" { "What to do" }
                    }
                }
                tbody { @for one in all.iter().take(MOST) { (row(one)) } }
            }
        }
        @if left_out > 0 {
            p { "And " (grouped(left_out as u64)) " more, which " code { "orderform validate" } " shows." }
        }
    }
}

fn row(one: &Diagnostic) -> Markup {
    html! {
        tr {
            th scope="row" { code { (escape(&place(&one.region, &one.region.file))) } }
            td {
                p { (one.severity()) " " code { (one.code) } ": " (message(&shorten(&one.message, LONGEST))) }
                @for related in &one.related {
                    p.soft {
                        (message(&shorten(&related.message, LONGEST))) ": "
                        code { (escape(&place(&related.region, &related.region.file))) }
                    }
                }
            }
            td { @if let Some(hint) = &one.hint { (message(&shorten(hint, LONGEST))) } }
        }
    }
}
