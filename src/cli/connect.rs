//! Reaching Partner Center: the real one, one on loopback, or the embedded sandbox. Same client, same HTTP.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::materials::parse_duration;
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

    fn endpoint(&self, project: &Project) -> Result<Endpoint, Failure> {
        match &self.endpoint {
            Some(url) => Ok(Endpoint::parse(url)?),
            None => Ok(Endpoint::for_cloud(project.cloud.unwrap_or_default())),
        }
    }
}

impl Target {
    /// Returns what talks to a shop as patiently as everything does by default.
    pub(super) fn of(shop: &Shop) -> Self {
        Self { shop: shop.clone(), request_timeout: ClientSettings::default().request_timeout }
    }

    /// Returns what a state would be bound to, before anything is opened.
    pub(super) fn place(&self, project: &Project) -> Result<EndpointId, Failure> {
        self.shop.place(project)
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
        let client = Arc::new(Client::new(target.shop.endpoint(project)?, access_token()?, settings)?);
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

fn access_token() -> Result<AccessToken, Failure> {
    let text = match (
        std::env::var("ORDERFORM_ACCESS_TOKEN"),
        std::env::var_os("ORDERFORM_ACCESS_TOKEN_FILE"),
    ) {
        (Ok(text), _) => text,
        (Err(_), Some(file)) => token_in(Path::new(&file))?,
        (Err(_), None) => {
            let failure = Failure::new("there is no access token to sign in to Partner Center with");
            return Err(failure.hint(
                "put a bearer token for `https://api.partnercenter.microsoft.com` into `ORDERFORM_ACCESS_TOKEN`, or try \
                 everything with `--sandbox` first",
            ));
        }
    };
    Ok(AccessToken::parse(&text)?)
}

/// Reads the token of a file, which whatever renews tokens may replace at any time.
fn token_in(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::new(format!("cannot read `{}`: {error}", file.display()))
            .hint("`ORDERFORM_ACCESS_TOKEN_FILE` names a file with the token in it")
    })?;
    Ok(text.trim().to_owned())
}
