//! Reaching Partner Center: the real one, one on loopback, or the embedded sandbox. Same client, same HTTP.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::materials::parse_duration;
use super::sign_in::{self, Found};
use super::terminal::Terminal;
use crate::apply::{Retries, patiently};
use crate::domain::{EndpointId, Project};
use crate::partner_center::{AccessToken, Client, ClientSettings, Endpoint, RealTimer};
use crate::ports::{PartnerCenter as _, ReadError};
use crate::protocol::backoff::PATIENCE;
use crate::sandbox::{self, Embedded, Sandbox};
use crate::view::pause_in_words;

/// The world of the embedded sandbox, in the state directory.
const WORLD: &str = "sandbox.jsonl";

/// Where orders are bought.
#[derive(Debug, Clone, Args)]
pub(super) struct Shop {
    /// Base URL of Partner Center, without `/v1`; plain `http` only to loopback [default: that of `spec.cloud`].
    #[arg(long, value_name = "URL", env = "ORDERFORM_ENDPOINT")]
    endpoint: Option<String>,
    /// Use the embedded simulator; its world is kept in the state directory between runs.
    #[arg(long)]
    pub(super) sandbox: bool,
}

/// Where orders are bought, and how patiently.
#[derive(Debug, Clone, Args)]
pub(super) struct Target {
    #[command(flatten)]
    pub(super) shop: Shop,
    /// The longest that one request may take.
    #[arg(long, value_name = "DURATION", default_value = "180s", value_parser = parse_duration)]
    pub(super) request_timeout: Duration,
    /// How many requests may leave a minute [default: 450; of the sandbox, as many as like].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    requests_per_minute: Option<u32>,
    /// Who signs in: found out once, so that all passes of a watcher share what was got.
    #[arg(skip)]
    signed_in: Arc<OnceLock<Found>>,
}

impl Shop {
    /// Returns what a state would be bound to, before anything is opened.
    pub(super) fn place(&self, project: &Project) -> Result<EndpointId, Failure> {
        if self.sandbox {
            return Ok(EndpointId::Sandbox);
        }
        Ok(self.endpoint(project)?.id())
    }

    /// Returns the flags by which the same is named again.
    pub(super) fn flags(&self) -> &'static str {
        if self.sandbox { " --sandbox" } else { "" }
    }

    pub(super) fn endpoint(&self, project: &Project) -> Result<Endpoint, Failure> {
        match &self.endpoint {
            Some(url) => Ok(Endpoint::parse(url)?),
            None => Ok(Endpoint::for_cloud(project.cloud.unwrap_or_default())),
        }
    }
}

impl Target {
    /// Returns what a state would be bound to, before anything is opened.
    pub(super) fn place(&self, project: &Project) -> Result<EndpointId, Failure> {
        self.shop.place(project)
    }

    /// Returns who signs in. Nothing is sent for that.
    pub(super) fn sign_in(&self, project: &Project) -> Result<Found, Failure> {
        let cloud = project.cloud.unwrap_or_default();
        match self.signed_in.get().filter(|found| found.cloud == cloud) {
            Some(found) => Ok(found.clone()),
            None => {
                let found = sign_in::find(cloud)?;
                // A project that moved to another cloud meanwhile has its own each time.
                let _ = self.signed_in.set(found.clone());
                Ok(found)
            }
        }
    }
}

impl Target {
    fn settings(&self, project: &Project) -> Result<ClientSettings, Failure> {
        let usual = ClientSettings::default();
        // The sandbox has the throttle it is given, and nobody else asks it.
        let unsaid = match self.place(project)? {
            EndpointId::Sandbox => None,
            EndpointId::Origin(_) => usual.requests_per_minute,
        };
        Ok(ClientSettings {
            request_timeout: self.request_timeout,
            requests_per_minute: self.requests_per_minute.or(unsaid),
            patience: PATIENCE,
            ..usual
        })
    }
}

/// A Partner Center that can be talked to.
pub(super) struct Connection {
    pub(super) client: Arc<Client>,
    embedded: Option<Embedded>,
}

impl Connection {
    /// Gets ready to talk. Nothing is sent yet.
    pub(super) async fn open(target: &Target, project: &Project, state_dir: &Path) -> Result<Self, Failure> {
        Self::with_world(target, project, Some(state_dir.join(WORLD))).await
    }

    /// The same for those who only look: where the embedded sandbox keeps no world yet, none is made.
    pub(super) async fn look(target: &Target, project: &Project, state_dir: &Path) -> Result<Self, Failure> {
        let world = Some(state_dir.join(WORLD)).filter(|world| world.exists());
        Self::with_world(target, project, world).await
    }

    async fn with_world(target: &Target, project: &Project, data: Option<PathBuf>) -> Result<Self, Failure> {
        let settings = target.settings(project)?;
        if target.shop.sandbox {
            let options = sandbox::Options { data, ..sandbox::Options::default() };
            let embedded = Sandbox::open(options)?.embed().await?;
            let endpoint = Endpoint::parse(&embedded.url())?;
            let token = AccessToken::parse("sandbox")?;
            let client = Arc::new(Client::new(endpoint, token, settings)?);
            return Ok(Self { client, embedded: Some(embedded) });
        }
        let endpoint = target.shop.endpoint(project)?;
        let credential = target.sign_in(project)?.credential;
        let client = Arc::new(Client::new(endpoint, credential, settings)?);
        Ok(Self { client, embedded: None })
    }

    /// Reads something with patience, and says meanwhile where Partner Center has everybody wait.
    pub(super) async fn read<R, F>(&self, terminal: &Terminal, ask: impl FnMut() -> F) -> Result<R, ReadError>
    where
        F: Future<Output = Result<R, ReadError>>,
    {
        let (mut requests, retries) = (0, Retries::default());
        self.telling(terminal, patiently(&RealTimer, &mut requests, &retries, ask)).await
    }

    /// Waits for what asks Partner Center, and says meanwhile where it has everybody wait.
    pub(super) async fn telling<R>(&self, terminal: &Terminal, asking: impl Future<Output = R>) -> R {
        let mut asking = pin!(asking);
        let mut told = 0;
        loop {
            tokio::select! {
                biased;
                done = &mut asking => return done,
                pauses = self.client.next_pause(told) => {
                    told = pauses.news;
                    terminal.say(&pause_in_words(pauses.left));
                }
            }
        }
    }

    /// Lets go; the sandbox finishes writing.
    pub(super) async fn close(self) -> Result<(), Failure> {
        if let Some(embedded) = self.embedded {
            embedded.close().await?;
        }
        Ok(())
    }
}
