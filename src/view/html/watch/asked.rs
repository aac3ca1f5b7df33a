//! Which part of a watcher's page somebody asked for: a search, a filter, an order and a page, as they stand in its address.
//!
//! **Invariant:** whatever an address says, something is asked for: what nobody understands is left out.

use form_urlencoded::{Serializer, parse};

/// The most characters of a search.
const LONGEST_SEARCH: usize = 200;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Words that have to be somewhere in an order, each of them.
    pub(super) search: String,
    pub(super) show: Show,
    pub(super) sort: Sort,
    /// Whether the other way round.
    pub(super) is_reversed: bool,
    /// Which page, from 0.
    pub(super) page: usize,
}

/// Which orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Show {
    #[default]
    All,
    Buy,
    Doubt,
    Blocked,
    Rename,
    Recorded,
    Orphans,
    Cancellable,
}

impl Show {
    /// All of them, with the word of an address and what people read.
    pub(super) const ALL: [(&str, Self, &str); 8] = [
        ("all", Self::All, "All"),
        ("buy", Self::Buy, "To buy"),
        ("doubt", Self::Doubt, "In doubt"),
        ("blocked", Self::Blocked, "Blocked"),
        ("rename", Self::Rename, "To rename"),
        ("recorded", Self::Recorded, "Recorded"),
        ("orphans", Self::Orphans, "Without a manifest"),
        ("cancellable", Self::Cancellable, "Can be cancelled"),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, show, _)| *show == self).map_or("", |(word, ..)| word)
    }
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Sort {
    #[default]
    Name,
    Customer,
    Seats,
    /// By the last day to cancel it: the nearest first.
    Until,
}

impl Sort {
    const ALL: [(&str, Self); 4] =
        [("name", Self::Name), ("customer", Self::Customer), ("seats", Self::Seats), ("until", Self::Until)];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, sort)| *sort == self).map_or("", |(word, _)| word)
    }
}

impl Asked {
    /// Reads the query of an address, without its question mark.
    #[must_use]
    pub fn of_query(query: &str) -> Self {
        let mut asked = Self::default();
        for (key, value) in parse(query.as_bytes()) {
            match &*key {
                "search" => asked.search = value.trim().chars().take(LONGEST_SEARCH).collect(),
                "show" => {
                    let known = Show::ALL.iter().find(|(word, ..)| *word == value);
                    asked.show = known.map_or(asked.show, |(_, show, _)| *show);
                }
                "sort" => {
                    let word = value.strip_prefix('-').unwrap_or(&value);
                    if let Some((_, sort)) = Sort::ALL.iter().find(|(known, _)| *known == word) {
                        (asked.sort, asked.is_reversed) = (*sort, value.starts_with('-'));
                    }
                }
                "page" => {
                    // People count from 1.
                    asked.page = value.parse::<usize>().map_or(asked.page, |page| page.saturating_sub(1));
                }
                _ => {}
            }
        }
        asked
    }

    /// Writes what is to stand in a link, with its question mark; what nobody has to say is left out.
    pub(super) fn link(&self) -> String {
        let mut query = Serializer::for_suffix("?".to_owned(), 1);
        for (key, value) in self.fields() {
            query.append_pair(key, &value);
        }
        if !self.search.is_empty() {
            query.append_pair("search", &self.search);
        }
        if self.page > 0 {
            query.append_pair("page", &(self.page + 1).to_string());
        }
        query.finish()
    }

    /// What a search keeps of it: all but the words and the page.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::new();
        if self.show != Show::All {
            fields.push(("show", self.show.word().to_owned()));
        }
        if (self.sort, self.is_reversed) != (Sort::Name, false) {
            fields.push(("sort", format!("{}{}", if self.is_reversed { "-" } else { "" }, self.sort.word())));
        }
        fields
    }

    /// The same with another filter, from the first page on.
    pub(super) fn showing(&self, show: Show) -> Self {
        Self { show, page: 0, ..self.clone() }
    }

    /// All of one kind: a figure is the way to them, whatever was looked for before.
    pub(super) fn only(show: Show) -> Self {
        let sort = if show == Show::Cancellable { Sort::Until } else { Sort::Name };
        Self { show, sort, ..Self::default() }
    }

    /// The same in another order; once more turns it round.
    pub(super) fn sorted(&self, sort: Sort) -> Self {
        let is_reversed = self.sort == sort && !self.is_reversed;
        Self { sort, is_reversed, page: 0, ..self.clone() }
    }

    /// The same on another page.
    pub(super) fn on(&self, page: usize) -> Self {
        Self { page, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_as_what_it_was_written_from() {
        let mut asked = Asked { search: "Büro & 100% <b>#x".into(), page: 6, ..Asked::default() };
        for (_, show, _) in Show::ALL {
            for (_, sort) in Sort::ALL {
                for is_reversed in [false, true] {
                    asked = Asked { show, sort, is_reversed, ..asked };
                    let link = asked.link();
                    assert!(link.is_ascii() && !link.contains(['<', '"', ' ', '#']), "{link}");
                    assert!(!link.contains("?&"), "{link}");
                    assert_eq!(Asked::of_query(link.strip_prefix('?').unwrap()), asked);
                }
            }
        }
        assert_eq!(Asked::default().link(), "?");
    }

    #[test]
    fn what_nobody_understands_is_left_out() {
        for query in ["", "page=-1&show=&sort=--", "page=x&show=none&sort=size", "&&=&%ff%00", "page=0"] {
            assert_eq!(Asked::of_query(query), Asked::default(), "{query}");
        }
        let long = format!("search={}", "ä".repeat(5000));
        assert_eq!(Asked::of_query(&long).search.chars().count(), LONGEST_SEARCH);
        assert_eq!(Asked::of_query("page=99999999999999999999999").page, 0);
        assert_eq!(Asked::of_query("page=7").page, 6);
    }

    #[test]
    fn a_heading_that_is_followed_twice_turns_the_order_round() {
        let once = Asked { page: 3, ..Asked::default() }.sorted(Sort::Seats);
        assert_eq!((once.sort, once.is_reversed, once.page), (Sort::Seats, false, 0));
        let twice = once.sorted(Sort::Seats);
        assert_eq!((twice.sort, twice.is_reversed), (Sort::Seats, true));
        assert_eq!(twice.sorted(Sort::Name), Asked::default());
    }
}
