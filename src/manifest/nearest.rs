//! What was probably meant by a word that is almost right.
//!
//! **Invariant:** a look costs no more than a few steps a letter, however long the words are: the number of looks is for
//! the caller to bound.

/// The longest text that is taken for a misspelling.
const LONGEST: usize = 64;

/// The most letters that a misspelling is away.
const FARTHEST: usize = 3;

/// Finds the one that was probably meant: the same but for case, or a few letters away.
pub(crate) fn nearest<'a>(text: &str, all: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if text.len() > LONGEST {
        return None;
    }
    let plain: Vec<char> = text.to_lowercase().chars().collect();
    let most = (plain.len() / 3).clamp(1, FARTHEST);
    all.into_iter()
        .filter(|one| one.len().abs_diff(plain.len()) <= most)
        .filter_map(|one| {
            let one_plain: Vec<char> = one.to_lowercase().chars().collect();
            distance(&plain, &one_plain, most).map(|distance| (distance, one))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, one)| one)
}

/// Counts the letters to insert, drop, replace or swap to get from one text to the other; nothing where it is more than
/// `most`. Only what lies so near the diagonal is looked at.
pub(super) fn distance(from: &[char], to: &[char], most: usize) -> Option<usize> {
    let far = most + 1;
    let mut before = vec![far; to.len() + 1];
    let mut row: Vec<usize> = (0..=to.len()).map(|j| j.min(far)).collect();
    for i in 1..=from.len() {
        let mut next = vec![far; to.len() + 1];
        if i <= most {
            next[0] = i;
        }
        for j in i.saturating_sub(most).max(1)..=(i + most).min(to.len()) {
            let replaced = row[j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = replaced.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            next[j] = least.min(far);
        }
        before = std::mem::replace(&mut row, next);
    }
    Some(row[to.len()]).filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_a_few_letters_away_or_differs_in_case() {
        let keys = ["offerId", "quantity", "friendlyName"];
        assert_eq!(nearest("quantitty", keys), Some("quantity"));
        assert_eq!(nearest("OfferID", keys), Some("offerId"));
        assert_eq!(nearest("quantiyt", keys), Some("quantity"));
        assert_eq!(nearest("price", keys), None);
        assert_eq!(nearest(&"q".repeat(100), keys), None);
    }

    #[test]
    fn distances_are_exact_up_to_the_bound_and_nothing_beyond() {
        let of = |from: &str, to: &str, most| {
            let [from, to] = [from, to].map(|text| text.chars().collect::<Vec<_>>());
            distance(&from, &to, most)
        };
        for (from, to, exact) in
            [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("quantity", "qantty", 2), ("abc", "xyz", 3)]
        {
            for most in 0..5 {
                assert_eq!(
                    of(from, to, most),
                    Some(exact).filter(|exact| *exact <= most),
                    "{from} {to} {most}"
                );
                assert_eq!(of(to, from, most), of(from, to, most));
            }
        }
    }
}
