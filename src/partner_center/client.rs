//! Partner Center over HTTP: its connections, one request, and what came back of it.
//!
//! Reads share connections. A create has a connection of its own, HTTP/1.1 and never used again, so that a stale one
//! can neither make its answer ambiguous nor move the library to send it twice.
//!
//! Whatever reads waits here for its turn. An order does not: its turn was taken before it was announced.
//!
//! **Invariant:** nothing is sent twice (but a read whose token was refused, with another one), no redirect is followed, no
//! proxy of the environment is used, and the deadline of a request covers all of it, from the look-up of the name to the
//! last byte of the answer. Nothing leaves while Partner Center has asked to wait.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use uuid::Uuid;

use super::body;
use super::clock::ServerClock;
use super::endpoint::Endpoint;
use super::exchange::{Failure, Whole, exchange};
use super::sign_in::{Credential, SignInError, Token};
use super::throttle::Turnstile;
use crate::domain::{Excerpt, Moment, SignInRefused};
use crate::ports::ReadError;

/// What Microsoft's own client waits (the Partner Center .NET SDK's default timeout).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(180);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Below the 500 a minute and tenant of "Order resources" and "Subscription resources", for others use the tenant too.
const REQUESTS_PER_MINUTE: u32 = 450;
const PATIENCE: Duration = Duration::from_secs(120);
const LONGEST_WAIT: Duration = Duration::from_secs(600);
const ORDER_LIMIT_BYTES: usize = 8 << 20;
const LIST_LIMIT_BYTES: usize = 64 << 20;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("ms-requestid");
pub(super) const CORRELATION_ID: HeaderName = HeaderName::from_static("ms-correlationid");
const LOCALE: HeaderName = HeaderName::from_static("x-locale");
const APPLICATION: HeaderName = HeaderName::from_static("ms-partnercenter-application");

/// How a client behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSettings {
    /// How long a request may take, all of it but the wait for its turn.
    pub request_timeout: Duration,
    /// How long what reads may hear nothing, neither a head nor a byte more of the body. An order has only its
    /// `request_timeout`: to give up on one is a doubt, and some take long.
    pub idle_timeout: Duration,
    /// How many requests may leave a minute, all together; `None`: as many as like.
    pub requests_per_minute: Option<u32>,
    /// The longest that is waited because Partner Center asked for it; asked for more, nobody gets a turn.
    pub patience: Duration,
    /// The longest wait for a turn, whatever it is waited for.
    pub longest_wait: Duration,
    /// How long it may take to reach the server, TLS included.
    pub connect_timeout: Duration,
    /// `X-Locale`: the language of error descriptions and of names that are filled in ("Partner Center REST headers").
    pub locale: String,
    /// `MS-PartnerCenter-Application`: what audit records call us ("Partner Center REST headers").
    pub application: String,
    /// The longest answer about one order that is read.
    pub order_limit_bytes: usize,
    /// The longest list that is read.
    pub list_limit_bytes: usize,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            request_timeout: REQUEST_TIMEOUT,
            idle_timeout: IDLE_TIMEOUT,
            requests_per_minute: Some(REQUESTS_PER_MINUTE),
            patience: PATIENCE,
            longest_wait: LONGEST_WAIT,
            connect_timeout: CONNECT_TIMEOUT,
            locale: "en-US".to_owned(),
            application: concat!("orderform/", env!("CARGO_PKG_VERSION")).to_owned(),
            order_limit_bytes: ORDER_LIMIT_BYTES,
            list_limit_bytes: LIST_LIMIT_BYTES,
        }
    }
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A setting that no header can carry.
    #[error("the {0} has characters that no header has")]
    Header(&'static str),
    /// TLS could not be set up: the system's certificates, most likely.
    #[error("cannot set up TLS")]
    Tls(#[source] reqwest::Error),
}

/// Partner Center at one endpoint, for one who is signed in.
#[derive(Debug)]
pub struct Client {
    pub(super) endpoint: Endpoint,
    pub(super) credential: Credential,
    pub(super) settings: ClientSettings,
    /// What every request has, but for who sends it and its ids.
    pub(super) headers: HeaderMap,
    reads: reqwest::Client,
    pub(super) creates: reqwest::Client,
    pub(super) clock: ServerClock,
    pub(super) turnstile: Arc<Turnstile>,
}

impl Client {
    /// Makes a client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError`] where a setting does not fit a header, or the system's certificates cannot be loaded.
    pub fn new(
        endpoint: Endpoint,
        credential: impl Into<Credential>,
        settings: ClientSettings,
    ) -> Result<Self, ClientError> {
        // Whoever was first has set it, and to the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let header = |text: &str, what| HeaderValue::from_str(text).map_err(|_| ClientError::Header(what));
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(LOCALE, header(&settings.locale, "locale")?);
        headers.insert(APPLICATION, header(&settings.application, "application name")?);
        let reads = connections(&endpoint, &settings).read_timeout(settings.idle_timeout).build();
        let creates = connections(&endpoint, &settings).http1_only().pool_max_idle_per_host(0).build();
        Ok(Self {
            reads: reads.map_err(ClientError::Tls)?,
            creates: creates.map_err(ClientError::Tls)?,
            turnstile: Turnstile::new(&settings),
            endpoint,
            credential: credential.into(),
            settings,
            headers,
            clock: ServerClock::new(),
        })
    }

    /// Takes the turns of all that go through this one, and its pauses.
    #[must_use]
    pub fn through(self, turnstile: Arc<Turnstile>) -> Self {
        Self { turnstile, ..self }
    }

    /// Sends one request and reads its whole answer, taking from it the time, and whether everybody is to wait.
    pub(super) async fn ask(
        &self,
        request: reqwest::RequestBuilder,
        token: &Token,
        limit: usize,
    ) -> Result<(Whole, Moment), Failure> {
        let request = request.header(AUTHORIZATION, token.header());
        let left_at = self.turnstile.now();
        let answer = exchange(request, limit).await;
        self.turnstile.learn(left_at, &answer);
        let mut whole = answer?;
        whole.body = token.blot(whole.body);
        if matches!(whole.status, 200..=400 | 402..500) {
            token.note_taken();
        }
        // An error of the server may be a front door's, whose clock is another.
        let date = whole.date.filter(|_| whole.status < 500);
        let at = self.clock.note(date);
        Ok((whole, at))
    }

    /// Reads something once it has its turn; `Ok` for any whole answer. Where the token is refused and another can be got, it
    /// is asked once more.
    pub(super) async fn read(
        &self,
        url: Url,
        extra: HeaderMap,
        limit: usize,
    ) -> Result<(Whole, Moment), ReadError> {
        let token = self.credential.token().await?;
        let (whole, at) = self.read_with(&token, url.clone(), extra.clone(), limit).await?;
        if whole.status != 401 {
            return Ok((whole, at));
        }
        match self.credential.renew(&token).await {
            Some(token) => self.read_with(&token, url, extra, limit).await,
            None => Ok((whole, at)),
        }
    }

    async fn read_with(
        &self,
        token: &Token,
        url: Url,
        extra: HeaderMap,
        limit: usize,
    ) -> Result<(Whole, Moment), ReadError> {
        let path = url.path().to_owned();
        let request_id = Uuid::new_v4();
        let mut headers = self.headers.clone();
        headers.extend(extra);
        headers.insert(REQUEST_ID, guid(&request_id));
        headers.insert(CORRELATION_ID, guid(&Uuid::new_v4()));
        let request = self.reads.request(Method::GET, url).headers(headers);
        let slot = self.turnstile.turn().await.map_err(ReadError::NotAsked)?;
        let answer = self.ask(request, token, limit).await;
        drop(slot);
        match answer {
            Ok((whole, at)) => {
                tracing::debug!(%path, %request_id, status = whole.status, "read");
                Ok((whole, at))
            }
            Err(Failure::NotSent(why) | Failure::Lost(why)) => {
                tracing::debug!(%path, %request_id, %why, "not read");
                Err(ReadError::Failed(why))
            }
        }
    }

    /// Posts a question, which changes nothing, over the connections of reads; `Ok` for any whole answer.
    pub(super) async fn inquire(
        &self,
        url: Url,
        question: String,
        limit: usize,
    ) -> Result<(Whole, Moment), ReadError> {
        let token = self.credential.token().await?;
        let (whole, at) = self.inquire_with(&token, url.clone(), question.clone(), limit).await?;
        if whole.status != 401 {
            return Ok((whole, at));
        }
        match self.credential.renew(&token).await {
            Some(token) => self.inquire_with(&token, url, question, limit).await,
            None => Ok((whole, at)),
        }
    }

    async fn inquire_with(
        &self,
        token: &Token,
        url: Url,
        question: String,
        limit: usize,
    ) -> Result<(Whole, Moment), ReadError> {
        let path = url.path().to_owned();
        let mut headers = self.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(REQUEST_ID, guid(&Uuid::new_v4()));
        headers.insert(CORRELATION_ID, guid(&Uuid::new_v4()));
        let request = self.reads.request(Method::POST, url).headers(headers).body(question);
        let slot = self.turnstile.turn().await.map_err(ReadError::NotAsked)?;
        let answer = self.ask(request, token, limit).await;
        drop(slot);
        match answer {
            Ok((whole, at)) => {
                tracing::debug!(%path, status = whole.status, "asked");
                Ok((whole, at))
            }
            Err(Failure::NotSent(why) | Failure::Lost(why)) => Err(ReadError::Failed(why)),
        }
    }
}

impl From<SignInError> for ReadError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused(refused) => Self::SignIn(refused),
            SignInError::NotNow { retry_after } => Self::NotNow { retry_after },
            SignInError::Failed(_) => Self::Failed(Excerpt::of(&error.to_string())),
        }
    }
}

/// Makes the connections that reads and creates have in common.
fn connections(endpoint: &Endpoint, settings: &ClientSettings) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(&settings.application)
        .timeout(settings.request_timeout)
        .connect_timeout(settings.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .https_only(!endpoint.is_plain())
        .tls_version_min(reqwest::tls::Version::TLS_1_2);
    if !endpoint.is_plain() {
        return builder;
    }
    // No system certificates where there is no TLS, and whatever the system thinks `localhost` is, it is this machine.
    let port = endpoint.port().unwrap_or(80);
    let here = [SocketAddr::from((Ipv4Addr::LOCALHOST, port)), SocketAddr::from((Ipv6Addr::LOCALHOST, port))];
    builder.tls_certs_only([]).resolve_to_addrs("localhost", &here)
}

pub(super) fn guid(id: &impl std::fmt::Display) -> HeaderValue {
    HeaderValue::from_str(&id.to_string()).expect("a GUID is visible ASCII")
}

/// Says why a whole answer is not what was asked for.
pub(super) fn read_error(whole: &Whole) -> ReadError {
    let fault = body::read_fault(whole.status, &whole.body);
    let retry_after = whole.retry_after;
    let beginning = body::beginning(&whole.body);
    match (whole.status, fault) {
        (401, Some(fault)) => ReadError::SignIn((&fault).into()),
        (401, None) => ReadError::SignIn(SignInRefused { why: beginning, problem: None }),
        (429, _) => ReadError::NotNow { retry_after },
        (503, _) if retry_after.is_some() => ReadError::NotNow { retry_after },
        (400..500, Some(fault)) => ReadError::Refused(fault),
        (status, _) => failed(&format!("answer {status}: {beginning}")),
    }
}

pub(super) fn failed(why: &str) -> ReadError {
    ReadError::Failed(Excerpt::of(why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner_center::auth::AccessToken;

    #[tokio::test]
    async fn a_question_waits_for_its_turn_as_a_read_does() {
        let endpoint = Endpoint::parse("http://127.0.0.1:9").unwrap();
        let url = endpoint.url(&["question"]).unwrap();
        let token = AccessToken::parse("a-token").unwrap();
        let client = Client::new(endpoint, token, ClientSettings::default()).unwrap();
        let (wait, now) = (Duration::from_secs(3600), client.turnstile.now());
        let busy = Whole { status: 429, date: None, retry_after: Some(wait), mfa: None, body: Vec::new() };
        client.turnstile.learn(now, &Ok(busy));
        for asked in [
            client.read(url.clone(), HeaderMap::new(), 1).await,
            client.inquire(url, "{}".to_owned(), 1).await,
        ] {
            assert!(matches!(asked, Err(ReadError::NotAsked(_))), "{asked:?}");
        }
    }
}
