//! `orderform sandbox`: serves the simulator, or lists what was bought there.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use tokio::net::TcpListener;

use super::failure::{Failure, exit};
use super::materials::parse_duration;
use super::signals::Signals;
use super::terminal::Terminal;
use crate::sandbox::{Audit, Faults, Options, RefreshTokens, RequestIds, Sandbox, Tls, read_ledger};
use crate::view::Format;

#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    #[command(subcommand)]
    command: Option<SandboxCommand>,
    /// The loopback address to serve at; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// The file that keeps the world between runs; without one it ends with the process.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// What is to go wrong, as YAML.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// What a repeated `MS-RequestId` does.
    #[arg(long, value_enum, default_value = "replay")]
    request_ids: Repeated,
    /// How long a new order is missing in lists and by its id (15 minutes at the most, says Microsoft).
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    list_lag: Duration,
    /// How long audit records take.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    audit_lag: Duration,
    /// Keep no audit records.
    #[arg(long, conflicts_with = "audit_lag")]
    no_audit: bool,
    /// How long new commerce orders have no subscription ids.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    subscription_delay: Duration,
    /// How long a token lives.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = parse_duration)]
    token_life: Duration,
    /// Take a refresh token once only: the answer brings the next one.
    #[arg(long)]
    refresh_once: bool,
    /// Serve over TLS with this certificate (PEM), for clients that take nothing else.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The private key of that certificate (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// How long every answer takes at least.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    latency: Duration,
}

#[derive(Debug, Subcommand)]
enum SandboxCommand {
    /// List everything that was ever bought in a world.
    Ledger {
        /// The file of the world.
        #[arg(value_name = "FILE")]
        data: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Repeated {
    /// Gives the first answer again.
    Replay,
    /// Is a conflict: 409, code 800060.
    Conflict,
    /// Buys again.
    Ignore,
}

pub(super) async fn run(args: &SandboxArgs, terminal: &Terminal) -> Result<u8, Failure> {
    match &args.command {
        Some(SandboxCommand::Ledger { data }) => ledger(data, terminal),
        None => serve(args, terminal).await,
    }
}

async fn serve(args: &SandboxArgs, terminal: &Terminal) -> Result<u8, Failure> {
    if !args.listen.ip().is_loopback() {
        return Err(Failure::new(format!("`{}` is not a loopback address", args.listen)).hint(
            "the sandbox believes every token, so it serves this machine only, such as `127.0.0.1:8787`",
        ));
    }
    let sandbox = Sandbox::open(options(args)?)?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Failure::of(&error).hint(format!("is something else listening at {}?", args.listen))
    })?;
    let address = listener.local_addr()?;
    let scheme = if args.tls_certificate.is_some() { "https" } else { "http" };
    terminal.print(&format!("sandbox: {scheme}://{address}\n"))?;
    let signals = Signals::new();
    signals.listen("stopped at once")?;
    let mut stop = signals.stop();
    let stopped = async move {
        // The sender lives as long as the process.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    sandbox.serve(listener, stopped).await?;
    Ok(exit::DONE)
}

fn options(args: &SandboxArgs) -> Result<Options, Failure> {
    let faults = match &args.faults {
        None => Faults::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::new(format!("cannot read `{}`: {error}", path.display())))?;
            Faults::from_yaml(&text)?
        }
    };
    Ok(Options {
        data: args.data.clone(),
        request_ids: match args.request_ids {
            Repeated::Replay => RequestIds::Replay,
            Repeated::Conflict => RequestIds::Conflict,
            Repeated::Ignore => RequestIds::Ignore,
        },
        list_lag: args.list_lag,
        audit: if args.no_audit { Audit::Off } else { Audit::After(args.audit_lag) },
        subscription_delay: Some(args.subscription_delay),
        faults,
        latency: args.latency,
        token_life: args.token_life,
        refresh_tokens: if args.refresh_once { RefreshTokens::Once } else { RefreshTokens::Lasting },
        tls: args.tls_certificate.as_deref().zip(args.tls_key.as_deref()).map(tls).transpose()?,
        ..Options::default()
    })
}

fn tls((certificate, key): (&Path, &Path)) -> Result<Tls, Failure> {
    Ok(Tls::from_pem(&bytes_of(certificate)?, &bytes_of(key)?)?)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::new(format!("cannot read `{}`: {error}", path.display())))
}

fn ledger(data: &Path, terminal: &Terminal) -> Result<u8, Failure> {
    let entries = read_ledger(data)?;
    let mut text = String::new();
    for entry in &entries {
        match terminal.format {
            Format::Json => {
                text.push_str(&serde_json::to_string(entry).map_err(|error| Failure::of(&error))?);
                text.push('\n');
            }
            Format::Human | Format::Markdown => {
                let lines = entry.lines.iter().map(|line| format!("{} × {}", line.quantity, line.offer_id));
                let lines: Vec<String> = lines.collect();
                let request = entry.request_id.as_deref().unwrap_or("none");
                text.push_str(&format!(
                    "{}  customer {}  {}\n  request {request}\n",
                    entry.order_id,
                    entry.customer_id,
                    lines.join(", ")
                ));
            }
        }
    }
    if terminal.format != Format::Json {
        text.push_str(&format!("{} orders\n", entries.len()));
    }
    terminal.print(&text)?;
    Ok(exit::DONE)
}
