//! Reaching Partner Center: the real one, one on loopback, or the embedded sandbox. Same client, same HTTP.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::materials::parse_duration;
use super::sign_in::{self, Found};
use super::terminal::Terminal;
use crate::apply::{Retries, patiently};
use crate::domain::{EndpointId, Project};
use crate::partner_center::{AccessToken, Client, ClientSettings, Endpoint, RealTimer, Turnstile};
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
    /// Whose turn it is, there: a pause is for whoever asks next, too.
    #[arg(skip)]
    turnstiles: Arc<Mutex<Vec<Shared>>>,
}

/// What all clients of one place go through, who have the same settings.
#[derive(Debug)]
struct Shared {
    /// None: the embedded sandbox, whose address is another each time.
    endpoint: Option<Endpoint>,
    settings: ClientSettings,
    turnstile: Arc<Turnstile>,
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
    /// Returns what every client goes through that this process makes for there.
    fn turnstile(&self, endpoint: Option<&Endpoint>, settings: &ClientSettings) -> Arc<Turnstile> {
        let mut known = self.turnstiles.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |one: &&Shared| one.endpoint.as_ref() == endpoint && one.settings == *settings;
        if let Some(shared) = known.iter().find(same) {
            return Arc::clone(&shared.turnstile);
        }
        let turnstile = Turnstile::new(settings);
        known.push(Shared {
            endpoint: endpoint.cloned(),
            settings: settings.clone(),
            turnstile: Arc::clone(&turnstile),
        });
        turnstile
    }

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
            let turnstile = target.turnstile(None, &settings);
            let client = Client::new(endpoint, token, settings)?.through(turnstile);
            return Ok(Self { client: Arc::new(client), embedded: Some(embedded) });
        }
        let endpoint = target.shop.endpoint(project)?;
        let credential = target.sign_in(project)?.credential;
        let turnstile = target.turnstile(Some(&endpoint), &settings);
        let client = Client::new(endpoint, credential, settings)?.through(turnstile);
        Ok(Self { client: Arc::new(client), embedded: None })
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

#[cfg(test)]
mod tests {
    use clap::Parser;
    use futures_util::FutureExt as _;

    use super::*;

    #[derive(Parser)]
    struct Asked {
        #[command(flatten)]
        target: Target,
    }

    #[tokio::test]
    async fn whoever_asks_next_goes_through_what_the_one_before_went_through() {
        let dir = tempfile::tempdir().unwrap();
        let target = Asked::parse_from(["x", "--sandbox", "--requests-per-minute", "1"]).target;
        let project = Project::default();
        let first = Connection::look(&target, &project, dir.path()).await.unwrap();
        let mut turns = 0;
        while first.client.turn().now_or_never().is_some() {
            turns += 1;
        }
        assert!(turns > 0);
        first.close().await.unwrap();
        let second = Connection::look(&target, &project, dir.path()).await.unwrap();
        assert!(second.client.turn().now_or_never().is_none(), "a new client has no burst of its own");
        second.close().await.unwrap();
        // Of another place, and with other settings, it is another one.
        let other = Endpoint::parse("http://127.0.0.1:9").unwrap();
        let settings = target.settings(&project).unwrap();
        let here = target.turnstile(None, &settings);
        assert!(Arc::ptr_eq(&here, &target.turnstile(None, &settings)));
        assert!(!Arc::ptr_eq(&here, &target.turnstile(Some(&other), &settings)));
        assert!(!Arc::ptr_eq(&here, &target.turnstile(None, &ClientSettings::default())));
    }
}
