//! Where Partner Center is: a base URL that a token may be sent to.
//!
//! `https` anywhere, plain `http` to literal loopback only, and nothing beside scheme, host, port and path prefix.
//!
//! **Invariant:** every URL that is asked is made by [`Endpoint::url`] or [`Endpoint::next_page`], so it begins with
//! the base; no error repeats a URL, which may hold a password.

use std::net::{Ipv4Addr, Ipv6Addr};

use reqwest::Url;

use crate::domain::{Cloud, EndpointId};

/// The version of the API, first segment of every path; never part of a base URL.
const VERSION: &str = "v1";

/// The base URL of a Partner Center.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
    loopback: bool,
}

/// Why a text is not the base URL of a Partner Center.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an absolute URL with a host.
    #[error("the endpoint is not a URL")]
    NotUrl,
    /// A scheme that is neither `https` nor `http`.
    #[error("the endpoint has the scheme `{0}`")]
    Scheme(String),
    /// Plain `http` to somewhere else than this machine.
    #[error("the endpoint would send the access token unencrypted to `{0}`")]
    Unencrypted(String),
    /// User name, password, query or fragment.
    #[error("the endpoint has a {0}")]
    Extra(&'static str),
    /// The version of the API is added by us.
    #[error("the endpoint ends in `/v1`")]
    Version,
}

impl EndpointError {
    /// Returns the way out.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotUrl | Self::Scheme(_) => "write it as `https://api.partnercenter.microsoft.com`",
            Self::Unencrypted(_) => "use `https`; plain `http` goes to 127.0.0.1, [::1] and localhost only",
            Self::Extra(_) => {
                "leave it out; who signs in is said by the environment, such as ORDERFORM_ACCESS_TOKEN"
            }
            Self::Version => "leave `/v1` out; it is added to every request",
        }
    }
}

impl Endpoint {
    /// Takes a base URL, with or without a slash at its end.
    ///
    /// # Errors
    /// [`EndpointError`] where a token should not be sent there.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let mut base = Url::parse(text).map_err(|_| EndpointError::NotUrl)?;
        if !matches!(base.scheme(), "https" | "http") {
            return Err(EndpointError::Scheme(base.scheme().to_owned()));
        }
        let host = base.host_str().ok_or(EndpointError::NotUrl)?.to_owned();
        let extra = [
            (!base.username().is_empty(), "user name"),
            (base.password().is_some(), "password"),
            (base.query().is_some(), "query"),
            (base.fragment().is_some(), "fragment"),
        ];
        if let Some((_, what)) = extra.into_iter().find(|(present, _)| *present) {
            return Err(EndpointError::Extra(what));
        }
        let loopback = is_loopback(&host);
        if base.scheme() == "http" && !loopback {
            return Err(EndpointError::Unencrypted(host));
        }
        let path = base.path().trim_end_matches('/').to_owned();
        if path.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(VERSION)) {
            return Err(EndpointError::Version);
        }
        base.set_path(&path);
        Ok(Self { base, loopback })
    }

    /// Returns the endpoint of a cloud.
    ///
    /// Sources: "Partner Center REST URLs" (public and China; the US Government's page names the public host).
    #[must_use]
    pub fn for_cloud(cloud: Cloud) -> Self {
        let base = match cloud {
            Cloud::Public | Cloud::UsGovernment => "https://api.partnercenter.microsoft.com",
            Cloud::China => "https://partner.partnercenterapi.microsoftonline.cn",
        };
        Self::parse(base).expect("these are well formed")
    }

    /// Returns what a state is bound to: the origin, with the path prefix where there is one.
    #[must_use]
    pub fn id(&self) -> EndpointId {
        if self.loopback {
            return EndpointId::Sandbox;
        }
        let origin = self.base.origin().ascii_serialization();
        EndpointId::Origin(origin + self.base.path().trim_end_matches('/'))
    }

    /// Says whether this is a literal loopback address or `localhost`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Returns the URL below the base with these segments, without the version; `None` as with [`Endpoint::url`].
    pub(super) fn below(&self, segments: &[&str]) -> Option<Url> {
        if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return None;
        }
        let mut url = self.base.clone();
        url.path_segments_mut().expect("http and https URLs have segments").pop_if_empty().extend(segments);
        Some(url)
    }

    /// Returns the base URL as text; it holds no secret.
    pub(super) fn written(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    /// Returns the port, where it is not the scheme's own.
    pub(super) fn port(&self) -> Option<u16> {
        self.base.port()
    }

    /// Says whether requests go without TLS; only ever true of loopback.
    pub(super) fn is_plain(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// Returns the URL below `/v1` with these segments, each percent-encoded; `None` where one of them is empty or
    /// a step (`.`, `..`) and would name another resource.
    pub(super) fn url(&self, segments: &[&str]) -> Option<Url> {
        if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return None;
        }
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("http and https URLs have segments")
            .pop_if_empty()
            .push(VERSION)
            .extend(segments);
        Some(url)
    }

    /// Returns the URL that a link of `page` names, where that is the same resource of the same origin with another
    /// query. Links come without host and `/v1`; `None` for any other link.
    pub(super) fn next_page(&self, page: &Url, link: &str) -> Option<Url> {
        let asked = page.path();
        let below = self.base.path().trim_end_matches('/').to_owned() + "/" + VERSION;
        let (path, query) = link.split_once('?')?;
        let same = path == asked || asked.strip_prefix(&below) == Some(path);
        let mut next = page.clone();
        next.set_query(Some(query.split('#').next().unwrap_or_default()));
        (same && next != *page).then_some(next)
    }
}

fn is_loopback(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || v6.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok_and(|a| a.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_taken_with_and_without_its_last_slash() {
        for (text, id) in [
            ("https://api.partnercenter.microsoft.com", "https://api.partnercenter.microsoft.com"),
            ("https://API.partnercenter.microsoft.com/", "https://api.partnercenter.microsoft.com"),
            ("https://gateway.example:8443/pc/", "https://gateway.example:8443/pc"),
            ("http://127.0.0.1:8080", "sandbox"),
            ("http://127.8.9.10", "sandbox"),
            ("http://[::1]:1/", "sandbox"),
            ("http://LOCALHOST:1", "sandbox"),
            ("https://localhost", "sandbox"),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().id().to_string(), id, "{text}");
        }
    }

    #[test]
    fn a_token_is_sent_encrypted_or_not_at_all() {
        for text in [
            "http://api.partnercenter.microsoft.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[::]",
            "http://[::ffff:127.0.0.1]",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://localhost.",
        ] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(matches!(error, EndpointError::Unencrypted(_)), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_not_a_base_url_is_refused_and_not_repeated() {
        for (text, expected) in [
            ("", "is not a URL"),
            ("api.partnercenter.microsoft.com", "is not a URL"),
            ("file:///secret", "scheme `file`"),
            ("ftp://secret.example", "scheme `ftp`"),
            ("https://secret@host.example", "user name"),
            ("https://:secret@host.example", "password"),
            ("https://host.example?secret", "query"),
            ("https://host.example#secret", "fragment"),
            ("https://host.example/v1", "`/v1`"),
            ("https://host.example/pc/V1//", "`/v1`"),
        ] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(error.to_string().contains(expected), "{text}: {error}");
            assert!(!format!("{error:?} {error} {}", error.hint()).contains("secret"));
        }
    }

    /// "Partner Center REST URLs".
    #[test]
    fn clouds_are_where_microsoft_says_they_are() {
        let id = |cloud| Endpoint::for_cloud(cloud).id().to_string();
        assert_eq!(id(Cloud::Public), "https://api.partnercenter.microsoft.com");
        assert_eq!(id(Cloud::UsGovernment), "https://api.partnercenter.microsoft.com");
        assert_eq!(id(Cloud::China), "https://partner.partnercenterapi.microsoftonline.cn");
    }

    #[test]
    fn no_id_leads_out_of_its_place() {
        let endpoint = Endpoint::parse("https://host.example/pc").unwrap();
        let url = |id| endpoint.url(&["customers", id, "orders"]).map(String::from);
        for (id, path) in [("a?b", "a%3Fb"), ("a#b", "a%23b"), ("%2e%2e", "%252e%252e"), ("a/b", "a%2Fb")] {
            let expected = format!("https://host.example/pc/v1/customers/{path}/orders");
            assert_eq!(url(id), Some(expected));
        }
        assert_eq!((url(".."), url("."), url("")), (None, None, None));
    }

    #[test]
    fn only_another_page_of_the_same_list_is_a_next_page() {
        let endpoint = Endpoint::parse("https://host.example/pc").unwrap();
        let page = endpoint.url(&["auditrecords"]).unwrap();
        let next = |link| endpoint.next_page(&page, link).map(String::from);
        let expected = Some("https://host.example/pc/v1/auditrecords?seek=Next".to_owned());
        assert_eq!(next("/auditrecords?seek=Next"), expected);
        assert_eq!(next("/pc/v1/auditrecords?seek=Next#x"), expected);
        for link in [
            "/auditrecords",
            "/customers?seek=Next",
            "https://host.example/pc/v1/auditrecords?x",
            "//evil.example/auditrecords?x",
            "/auditrecords/../customers?x",
            "",
        ] {
            assert_eq!(next(link), None, "{link}");
        }
    }
}
