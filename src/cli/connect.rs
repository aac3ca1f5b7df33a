//! Reaching Partner Center: the real one, one on loopback, or the embedded sandbox. Same client, same HTTP.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::materials::parse_duration;
use super::sign_in::{self, Found};
use crate::domain::{EndpointId, Project};
use crate::partner_center::{AccessToken, Client, ClientSettings, Endpoint};
use crate::sandbox::{self, Embedded, Sandbox};

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
    /// Returns what talks to a shop as patiently as everything does by default.
    pub(super) fn of(shop: &Shop) -> Self {
        let request_timeout = ClientSettings::default().request_timeout;
        Self { shop: shop.clone(), request_timeout, signed_in: Arc::default() }
    }

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

/// A Partner Center that can be talked to.
pub(super) struct Connection {
    pub(super) client: Arc<Client>,
    embedded: Option<Embedded>,
}

impl Connection {
    /// Gets ready to talk. Nothing is sent yet.
    pub(super) async fn open(target: &Target, project: &Project, state_dir: &Path) -> Result<Self, Failure> {
        let settings =
            ClientSettings { request_timeout: target.request_timeout, ..ClientSettings::default() };
        if target.shop.sandbox {
            let options =
                sandbox::Options { data: Some(state_dir.join(WORLD)), ..sandbox::Options::default() };
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

    /// Lets go; the sandbox finishes writing.
    pub(super) async fn close(self) -> Result<(), Failure> {
        if let Some(embedded) = self.embedded {
            embedded.close().await?;
        }
        Ok(())
    }
}
