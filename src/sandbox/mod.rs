//! Partner Center, pretended: a shop that answers over real HTTP, keeps a ledger, and fails on purpose.
//!
//! A request comes in by `server` (routes, headers), over `connection` (a TCP stream that can be cut at a chosen
//! byte; over `tls` for those who take nothing else). `throttle` says whether it is asked too often, `bearer` whether it
//! may be asked at all (`token` gives tokens, `token_routes` is where clients look for them), `faults` what shall go wrong
//! with it, `deliver` makes that happen, and `world` answers: `shop` judges an order (pure), `fill` gives it what Partner
//! Center gives one, `ledger` keeps it in a file, `browse` shows what is for sale (`goods`, `catalogue`), `view` shows it as
//! orders, subscriptions, customers and audit records. What happens to it later is a
//! `change`, made by a `patch` or in the sandbox's own corner; `altered` is what an order's changes amount to.
//!
//! What is pretended is what Microsoft's pages and other people's traces show. What no page says (what a repeated
//! `MS-RequestId` does, how far lists lag) is an [option](Options), so that a client can be tested under every answer.
//!
//! **Invariant:** of ours, only [`wire`](crate::partner_center::wire) is known here: client and sandbox share how
//! JSON travels, and no rule about orders, so that neither can agree with the other's mistakes.

mod altered;
mod audit;
mod bearer;
mod browse;
mod browse_routes;
mod catalogue;
mod change;
mod clock;
mod connection;
mod customers;
mod deed;
mod deliver;
mod embedded;
mod faults;
mod fill;
mod goods;
mod ledger;
mod lookup;
mod patch;
mod provisioning;
mod reply;
mod script;
mod server;
mod shop;
mod throttle;
mod tls;
mod token;
mod token_routes;
mod view;
mod witness;
mod world;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

pub use clock::Clock;
pub use customers::read_companies;
pub use deed::{Deed, Html, Substitute, When};
pub use embedded::Embedded;
pub use faults::{Faults, Occasion, Only, Refused, Rule, Tenant};
pub use ledger::{LedgerEntry, LedgerLine, read_ledger};
pub use throttle::{Rate, Throttle};
pub use tls::Tls;
pub use witness::{Asked, Witness};

/// What the sandbox is to be like. The default is the kindest Partner Center there could be.
#[derive(Debug, Clone)]
pub struct Options {
    /// The world file: where orders are kept between runs. Without one they live as long as the [`Sandbox`].
    pub data: Option<PathBuf>,
    /// What a repeated `MS-RequestId` does.
    pub request_ids: RequestIds,
    /// How long a new order is missing from the list and by id; documented maximum 15 minutes ("Get all of a
    /// customer's orders").
    pub list_lag: Duration,
    /// Whether and when a new order shows in the audit records.
    pub audit: Audit,
    /// How long a new commerce order has no subscription ids; `None`: for ever ("Create an order", the note after the
    /// response).
    pub subscription_delay: Option<Duration>,
    /// What goes wrong.
    pub faults: Faults,
    /// How long every answer takes at least.
    pub latency: Duration,
    /// How often it may be asked.
    pub throttle: Throttle,
    /// Who is told of every request.
    pub witness: Witness,
    /// Whether the limits of a sandbox account hold.
    pub limits: SandboxLimits,
    /// How long a token lives.
    pub token_life: Duration,
    /// How often a refresh token may be used.
    pub refresh_tokens: RefreshTokens,
    /// Customers by tenant id, with the names of their companies: beside those who bought, and in the place of names that
    /// are made up.
    pub customers: BTreeMap<String, String>,
    /// The most customers of a page, whatever is asked for.
    pub page: usize,
    /// How the last page of customers ends.
    pub last_page: LastPage,
    /// The clock of creation dates, lags and `Date` headers.
    pub clock: Clock,
    /// What to serve with over TLS; without it, it is plain HTTP.
    pub tls: Option<Tls>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data: None,
            request_ids: RequestIds::default(),
            list_lag: Duration::ZERO,
            audit: Audit::default(),
            subscription_delay: Some(Duration::ZERO),
            faults: Faults::default(),
            latency: Duration::ZERO,
            throttle: Throttle::default(),
            witness: Witness::default(),
            limits: SandboxLimits::default(),
            token_life: Duration::from_secs(3600),
            refresh_tokens: RefreshTokens::default(),
            customers: BTreeMap::new(),
            page: 500,
            last_page: LastPage::default(),
            clock: Clock::default(),
            tls: None,
        }
    }
}

/// How a list of customers ends ("Get a list of customers" does not say).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LastPage {
    /// The last page has no continuation token.
    #[default]
    NoToken,
    /// Every page has one, and behind the last one is 400/2000, as Microsoft's migration tool expects.
    Refused,
}

/// What a repeated `MS-RequestId` of the same customer does. No page says; "Partner Center REST headers" only says
/// what it is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RequestIds {
    /// The first answer is given again; 409/800060 while its order has not taken effect.
    #[default]
    Replay,
    /// 409/800060, "your order is in progress".
    Conflict,
    /// It buys again.
    Ignore,
}

/// How often a refresh token may be used. Microsoft Entra lets the old one live on ("Refresh tokens in the Microsoft identity
/// platform").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefreshTokens {
    /// As often as one likes.
    #[default]
    Lasting,
    /// Once: the answer brings the next one.
    Once,
}

/// Whether a created order gives an audit record ("Get a record of Partner Center activity").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// Never.
    Off,
    /// This long after its creation.
    After(Duration),
}

impl Default for Audit {
    fn default() -> Self {
        Self::After(Duration::ZERO)
    }
}

/// Whether 75 customers, 5 subscriptions a customer and 25 seats a subscription are all there is ("Test and debug");
/// beyond them 400/800018.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SandboxLimits {
    /// As many as are asked for.
    #[default]
    Off,
    /// As in an integration sandbox account.
    On,
}

/// Why the sandbox could not be opened or served.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Another process has the world file.
    #[error("`{}` is in use by another sandbox", path.display())]
    Busy {
        /// The world file.
        path: PathBuf,
    },
    /// The world file cannot be read or written.
    #[error("cannot use the world file `{}`", path.display())]
    File {
        /// The world file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is something else, or of a newer version.
    #[error("`{}` is not a world file this version can read: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A line of it is damaged.
    #[error("`{}` is damaged at line {line}", path.display())]
    Damaged {
        /// The world file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The faults are not what they should be.
    #[error("cannot read the faults: {0}")]
    Faults(String),
    /// The customers are not what they should be.
    #[error("cannot read the companies: {0}")]
    Companies(String),
    /// It cannot be served over TLS with what was given.
    #[error("cannot serve over TLS: {0}")]
    Tls(String),
    /// The socket failed.
    #[error("cannot serve")]
    Serve(#[source] std::io::Error),
}

/// A pretended Partner Center. Clones are the same one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use orderform::sandbox::{Options, Sandbox};
///
/// let sandbox = Sandbox::open(Options::default())?;
/// let served = sandbox.clone().embed().await?;
/// assert!(served.url().starts_with("http://127.0.0.1:"));
/// served.close().await?;
/// assert!(sandbox.ledger().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    latency: Duration,
    tls: Option<Tls>,
    world: Mutex<world::World>,
    script: Mutex<script::Script>,
    gateway: Mutex<throttle::Gateway>,
    witness: Witness,
    desk: token::Desk,
    closing: watch::Sender<bool>,
}

impl Sandbox {
    /// Opens a world: reads the world file, if there is to be one, and takes it for this process alone.
    ///
    /// # Errors
    /// [`SandboxError`] where the world file is busy, damaged or not one.
    pub fn open(options: Options) -> Result<Self, SandboxError> {
        let script = script::Script::new(&options.faults);
        let inner = Inner {
            clock: options.clock.clone(),
            latency: options.latency,
            gateway: Mutex::new(throttle::Gateway::new(options.throttle)),
            witness: options.witness.clone(),
            desk: token::Desk::new(options.token_life, options.refresh_tokens),
            tls: options.tls.clone(),
            world: Mutex::new(world::World::open(options)?),
            script: Mutex::new(script),
            closing: watch::Sender::new(false),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Serves until `shutdown` is done, then lets go of connections and world file. Serves once.
    ///
    /// Requests that are made to wait (latency, hanging, slow answers) end without an answer at shutdown. Dropping the
    /// future does the same at once.
    ///
    /// # Errors
    /// [`SandboxError::Serve`] where the socket fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), SandboxError> {
        let _closing = Closing(self.clone());
        server::run(self, listener, shutdown).await.map_err(SandboxError::Serve)
    }

    /// Returns every order ever bought here, oldest first; also those that take effect later (see [`Deed::Late`]).
    #[must_use]
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.world().ledger()
    }

    fn world(&self) -> MutexGuard<'_, world::World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn script(&self) -> MutexGuard<'_, script::Script> {
        self.0.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gateway(&self) -> MutexGuard<'_, throttle::Gateway> {
        self.0.gateway.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until serving is to end.
    async fn closed(&self) {
        let mut closing = self.0.closing.subscribe();
        // An error means that the sender is gone, and so is whoever could wait for it.
        let _ = closing.wait_for(|closing| *closing).await;
    }

    /// Waits, and says whether serving goes on.
    async fn pause(&self, time: Duration) -> bool {
        if time.is_zero() {
            return true;
        }
        tokio::select! {
            () = tokio::time::sleep(time) => true,
            () = self.closed() => false,
        }
    }
}

/// Ends what waits and lets go of the world file, however serving ends.
struct Closing(Sandbox);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.0.closing.send_replace(true);
        self.0.world().close();
    }
}
