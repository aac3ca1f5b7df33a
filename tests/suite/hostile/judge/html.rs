//! A page for a browser, taken apart.

/// Lists every tag with the names of its attributes, and whole what a browser runs or applies. Texts and the values of
/// attributes are left out: one that got out of its place makes a tag or a name that is not ours.
pub(super) fn build(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let (tag, after) = tag(&rest[at..]);
        rest = after;
        let raw = ["script", "style"].into_iter().find(|name| tag.strip_prefix('<') == Some(name));
        found.push(tag);
        if let Some(name) = raw {
            let end = rest.find(&format!("</{name}")).unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
            rest = &rest[end..];
        }
    }
    found
}

/// Reads a tag without the values of its attributes; returns what comes after it, too.
fn tag(text: &str) -> (String, &str) {
    let mut tag = String::new();
    let mut is_quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return (tag, &text[at + 1..]),
            c if !is_quoted => tag.push(c),
            _ => {}
        }
    }
    (tag, "")
}

#[test]
fn a_text_that_leaves_its_place_is_seen() {
    let page =
        |text: &str, value: &str| build(&format!("<p title=\"{value}\">{text}</p><script>a<b</script>"));
    let built = page("a", "b");
    assert_eq!(built, ["<p title=", "</p", "<script", "a<b", "</script"]);
    assert_eq!(page("&lt;b> \"", "&quot;><b>"), built);
    assert_ne!(page("<b>", "b"), built);
    assert_ne!(page("a", "\" onclick=\"x"), built);
}
