//! `orderform auth check`: who we are to Partner Center, and what that is enough for.
//!
//! **Invariant:** it reads one page of customers, and changes nothing. No secret is shown, and of variables only their names.

use clap::{Args, Subcommand};

use super::connect::{Connection, Target};
use super::failure::{Failure, exit};
use super::materials::{Materials, Where};
use super::terminal::Terminal;
use crate::domain::SignInRefused;
use crate::partner_center::sign_in::resource;
use crate::ports::{PartnerCenter as _, ReadError};
use crate::view::{Format, SignedIn};

#[derive(Debug, Subcommand)]
pub(super) enum AuthCommand {
    /// Sign in, and say who that is, until when, and what is missing for what.
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(command: AuthCommand, terminal: &Terminal) -> Result<u8, Failure> {
    let AuthCommand::Check(args) = command;
    let materials = Materials::of_state(&args.place, terminal)?;
    let cloud = materials.project.cloud.unwrap_or_default();
    let found = match args.target.shop.sandbox {
        true => None,
        false => Some(args.target.sign_in(&materials.project)?),
    };
    let connection = Connection::open(&args.target, &materials.project, &materials.state_dir).await?;
    let client = &connection.client;
    let signed = match client.sign_in().await {
        Ok(signed) => signed,
        Err(error) => {
            connection.close().await?;
            return Err(error.into());
        }
    };
    let probe = client.probe(&signed).await;
    let refused = probe.as_ref().err().map(refusal);
    let (way, variables) = match &found {
        Some(found) => (found.method.word(), found.variables.as_slice()),
        None => ("embedded-sandbox", &[][..]),
    };
    let account = SignedIn {
        endpoint: &client.endpoint(),
        way,
        variables,
        wanted_audience: resource(cloud),
        claims: signed.claims.as_ref(),
        life: signed.life,
        mfa: probe.as_ref().ok().and_then(|probe| probe.mfa),
        refused: refused.as_ref(),
    };
    let text = match terminal.format {
        Format::Json => account.json(),
        Format::Human | Format::Markdown => account.human(),
    };
    terminal.print(&text)?;
    let is_enough = account.is_enough();
    connection.close().await?;
    Ok(if is_enough { exit::DONE } else { exit::FAILED })
}

fn refusal(error: &ReadError) -> SignInRefused {
    match error {
        ReadError::SignIn(refused) => refused.clone(),
        ReadError::Refused(error) => error.into(),
        ReadError::NotNow { .. } | ReadError::Failed(_) => SignInRefused::saying(&error.to_string()),
    }
}
