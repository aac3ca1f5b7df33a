//! `orderform watch`: a pass over a directory whenever it changes.
//!
//! [`Daemon`](daemon::Daemon) is what is done, [`watch::run`] decides when; here are the arguments, the signals, and the
//! right to watch, which whoever comes second waits for.

mod around;
mod buying;
mod daemon;
mod history;
mod listening;
mod showing;
mod telling;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::allowing::OrganisationArgs;
use super::connect::Target;
use super::failure::{Failure, exit};
use super::materials::{Materials, Where, parse_duration};
use super::prices::PricesArgs;
use super::recovery::RecoveryArgs;
use super::signals;
use super::terminal::Terminal;
use crate::partner_center::RealTimer;
use crate::ports::Timer as _;
use crate::serve::Watched;
use crate::store::{Store, StoreError};
use crate::watch::{self, Pace, Rhythm, Seeing, Sight, Standing, Told, Way};
use daemon::Daemon;
use telling::Telling;

/// How often the loop says that it turns.
const TURN: Duration = Duration::from_secs(1);

/// How often whoever stands by looks whether the other one is still there.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    recovery: RecoveryArgs,
    #[command(flatten)]
    organisation: OrganisationArgs,
    #[command(flatten)]
    prices: PricesArgs,
    /// Buy what is missing, without a question. The project needs limits by the hour and by the day.
    #[arg(long)]
    auto_apply: bool,
    /// The most orders in flight; never two at once for one customer.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    parallelism: u16,
    /// While this file is there nothing is bought; it is looked at before every order [default: `stop` in the state
    /// directory].
    #[arg(long, value_name = "FILE")]
    kill_switch: Option<PathBuf>,
    /// How often the manifests are read although nothing hints at a change.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse_interval)]
    interval: Duration,
    /// Look for changes so often instead of waiting for the file system's events; on network file systems it is done
    /// unasked, every 5s.
    #[arg(long, value_name = "DURATION", value_parser = parse_interval)]
    poll: Option<Duration>,
    /// How long a pass may go on once the watcher is to stop.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    grace: Duration,
    /// Show how things stand at this address, to be read over HTTP: a page, metrics, health; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", env = "ORDERFORM_LISTEN")]
    listen: Option<SocketAddr>,
    /// A name that it answers by there, beside its addresses and `localhost`. May be given several times.
    #[arg(long, value_name = "NAME", requires = "listen")]
    listen_host: Vec<String>,
}

pub(super) async fn run(args: &WatchArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let mut materials = Materials::of_state(&args.place, terminal)?;
    materials.organisation = args.organisation.read(terminal)?;
    let prices = args.prices.read(&materials, terminal)?;
    if args.auto_apply {
        buying::require_project(&materials, args.target.shop.sandbox)?;
        buying::require_limits(&materials.rulebook(), prices.is_some())?;
    }
    let telling = Telling::open(&materials.project.notify)?;
    let beside = around::beside(args, &materials);
    let state_dir = materials.state_dir;
    // Before anything can be bought: who cannot be seen where it was asked for does not begin.
    let server = listening::bind(args, terminal).await?;
    let (tell, mut told) = mpsc::channel(64);
    listen(&tell)?;
    let hint = move || {
        // Where the channel is full there is a hint in it.
        let _ = tell.try_send(Told::Hint);
    };
    let seeing = Seeing::open(&args.place.path, args.poll, hint);
    let mut daemon = Daemon::new(args, terminal, seeing, state_dir, telling, beside);
    let watched = daemon.watched();
    let turns = turns(watched.clone());
    let served = server.map(|server| server.start(watched, args.listen_host.clone()));
    // In one task, so that the turns end where watching hangs.
    let ended = tokio::select! {
        ended = watch_to_the_end(&mut daemon, &mut told) => ended,
        never = turns => match never {},
    };
    if let Some(served) = served {
        served.close().await;
    }
    daemon.close().await;
    ended
}

/// Waits for the right to watch, then watches until told to stop.
async fn watch_to_the_end(daemon: &mut Daemon<'_>, told: &mut mpsc::Receiver<Told>) -> Result<u8, Failure> {
    let (args, terminal) = (daemon.args, daemon.terminal);
    if !stand_by(daemon, told).await? {
        return Ok(exit::DONE);
    }
    let began = Instant::now();
    let now = move || u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let pace = Pace::new(rhythm(args.interval, daemon.sight()), 0);
    let way = watch::run(daemon, pace, told, now, &RealTimer, args.grace).await;
    match way {
        Way::Stopped => {
            daemon.end();
            Ok(exit::DONE)
        }
        // Not in order, and the status does not say so.
        Way::CutShort => {
            daemon.right = None;
            terminal.say(signals::IN_FLIGHT);
            Ok(exit::INTERRUPTED)
        }
    }
}

/// Says every second that the loop turns, as long as it does.
async fn turns(watched: Watched) -> Infallible {
    loop {
        watched.vitals.pulse.turn((watched.clock.steady)());
        RealTimer.sleep(TURN).await;
    }
}

fn rhythm(interval: Duration, sight: &Sight) -> Rhythm {
    match sight {
        Sight::Events => Rhythm { interval, ..Rhythm::default() },
        Sight::Polling { every, .. } => Rhythm { interval: *every, hints: false, ..Rhythm::default() },
    }
}

/// Waits for the right to watch, where there is a state; says whether it was not told to stop before.
async fn stand_by(daemon: &mut Daemon<'_>, told: &mut mpsc::Receiver<Told>) -> Result<bool, Failure> {
    loop {
        match Store::watch(&daemon.state_dir, &daemon.holder) {
            Ok(right) => {
                daemon.lead(Some(right));
                return Ok(true);
            }
            // There is nothing yet that two could write to. In the sandbox the first pass makes a state.
            Err(StoreError::Missing { .. }) => {
                daemon.lead(None);
                return Ok(true);
            }
            Err(StoreError::Locked { holder }) => {
                daemon.stand_by(holder.map(|holder| holder.to_string()));
            }
            // Whoever stands by does so until it can take over.
            Err(error) if matches!(daemon.status.standing, Standing::StandsBy { .. }) => {
                tracing::warn!(%error, "nobody can tell whether the state is still watched");
            }
            Err(error) => return Err(error.into()),
        }
        tokio::select! {
            () = RealTimer.sleep(LOOK) => {}
            heard = told.recv() => if matches!(heard, Some(Told::Stop) | None) {
                daemon.end();
                return Ok(false);
            },
        }
    }
}

/// Listens to signals: one to stop, another to stop at once, SIGHUP to read settings anew.
fn listen(tell: &mpsc::Sender<Told>) -> Result<(), Failure> {
    let kinds = [
        (SignalKind::interrupt(), Told::Stop),
        (SignalKind::terminate(), Told::Stop),
        (SignalKind::hangup(), Told::Reload),
    ];
    for (kind, one) in kinds {
        let (mut signal, tell) = (signal(kind)?, tell.clone());
        tokio::spawn(async move {
            while signal.recv().await.is_some() {
                // Nobody listens any more when it is over.
                let _ = tell.send(one).await;
            }
        });
    }
    Ok(())
}

/// Reads how often something is done.
fn parse_interval(text: &str) -> Result<Duration, String> {
    let duration = parse_duration(text)?;
    match duration < Duration::from_millis(100) {
        true => Err("that is too often: `100ms` at the least".to_owned()),
        false => Ok(duration),
    }
}

/// What others see of a watcher, as it changes.
type Shown = Arc<watch::Status>;

impl Daemon<'_> {
    fn stand_by(&mut self, holder: Option<String>) {
        let standing = Standing::StandsBy { holder };
        if self.status.standing != standing {
            self.status.standing = standing;
            self.say_standing();
            self.publish();
        }
    }
}
