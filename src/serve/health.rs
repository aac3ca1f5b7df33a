//! Whether the watcher lives, and whether it is of use: for whoever restarts it, and for whoever is to be told.
//!
//! It lives while its loop turns, whatever Partner Center, the manifests or the network are like: a restart would mend none of
//! them. It is of use where its last pass ended well and its manifests are still being read, or where it stands by.
//!
//! **Invariant:** pure: what is known and how long ago it was come in, a line comes out.

use std::time::Duration;

use crate::view::{duration, escape};
use crate::watch::{Life, Standing, Status, Turn};

/// A loop that has not turned for so long hangs: on a file system that does not answer, most likely.
const HUNG: Duration = Duration::from_secs(60);

/// A pass that takes longer is worth a look, though it may be right: many orders, or a Partner Center that is busy.
const LONG: Duration = Duration::from_secs(1800);

/// How much later than by its interval manifests may be read.
const LATE: Duration = Duration::from_secs(30);

/// Says whether the loop turns; the error is why not.
pub(super) fn livez(life: &Life) -> Result<String, String> {
    match life.turned < HUNG {
        true => Ok("alive".to_owned()),
        false => Err(format!("the loop has not turned for {}", duration(life.turned))),
    }
}

/// Says whether the watcher is of use; the error is why not.
pub(super) fn readyz(status: &Status, life: &Life, interval: Duration) -> Result<String, String> {
    livez(life)?;
    match &status.standing {
        Standing::Ended => return Err("it ended".to_owned()),
        Standing::StandsBy { holder: Some(holder) } => {
            return Ok(format!("standing by for {}", escape(holder)));
        }
        Standing::StandsBy { holder: None } => return Ok("standing by".to_owned()),
        Standing::Watches => {}
    }
    match (life.passing, life.read) {
        (Some(passing), _) if passing > LONG => {
            return Err(format!("a pass has been under way for {}", duration(passing)));
        }
        (None, Some(read)) if read > interval * 2 + LATE => {
            return Err(format!("the manifests were last read {} ago", duration(read)));
        }
        _ => {}
    }
    let Some(last) = status.passes.back() else { return Err("no pass was made yet".to_owned()) };
    match &last.turn {
        Turn::Failed { why } => Err(format!("pass {} failed: {}", last.number, escape(why))),
        Turn::Held { why } => Ok(format!("pass {} held: {}", last.number, escape(&why.join("; ")))),
        Turn::Planned | Turn::Applied(_) => Ok(format!("pass {} ended well", last.number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::watch::Report;

    const INTERVAL: Duration = Duration::from_secs(60);

    fn life(turned: u64, read: u64, passing: Option<u64>) -> Life {
        let seconds = Duration::from_secs;
        Life {
            turned: seconds(turned),
            read: Some(seconds(read)),
            passing: passing.map(seconds),
            readings: 1,
        }
    }

    fn after(turn: Turn) -> Status {
        let at = Timestamp::from_unix_ms(0);
        let mut status = Status::new("kim".into(), "test".into(), ".".into(), at, true);
        let took = Duration::ZERO;
        status.add(Report { number: 1, at, took, counts: None, digest: None, turn }, None);
        status
    }

    #[test]
    fn it_lives_while_its_loop_turns_however_long_a_pass_takes() {
        assert!(livez(&life(59, 100_000, Some(100_000))).is_ok());
        assert_eq!(livez(&life(90, 0, None)), Err("the loop has not turned for 90 s".into()));
    }

    #[test]
    fn it_is_of_use_where_its_last_pass_ended_well_and_manifests_are_read() {
        let well = after(Turn::Planned);
        assert_eq!(readyz(&well, &life(0, 150, None), INTERVAL), Ok("pass 1 ended well".into()));
        let late = readyz(&well, &life(0, 151, None), INTERVAL);
        assert_eq!(late, Err("the manifests were last read 3 min ago".into()));
        // While a pass is under way nothing is read.
        assert!(readyz(&well, &life(0, 151, Some(151)), INTERVAL).is_ok());
        let long = readyz(&well, &life(0, 0, Some(1801)), INTERVAL);
        assert_eq!(long, Err("a pass has been under way for 31 min".into()));
        assert!(readyz(&well, &life(90, 0, None), INTERVAL).is_err(), "a loop that hangs is of no use");
        let failed = after(Turn::Failed { why: "no \u{1b}[2J network".into() });
        let line = readyz(&failed, &life(0, 0, None), INTERVAL).unwrap_err();
        assert!(line.starts_with("pass 1 failed: no ") && !line.contains('\u{1b}'), "{line}");
        let held = after(Turn::Held { why: vec!["frozen".into()] });
        assert_eq!(readyz(&held, &life(0, 0, None), INTERVAL), Ok("pass 1 held: frozen".into()));
    }

    #[test]
    fn whoever_stands_by_is_of_use_and_whoever_has_ended_or_not_begun_is_not() {
        let mut status =
            Status::new("kim".into(), "test".into(), ".".into(), Timestamp::from_unix_ms(0), true);
        let never = Life { read: None, ..life(0, 0, None) };
        assert_eq!(readyz(&status, &never, INTERVAL), Err("no pass was made yet".into()));
        status.standing = Standing::StandsBy { holder: Some("jo".into()) };
        assert_eq!(readyz(&status, &never, INTERVAL), Ok("standing by for jo".into()));
        status.standing = Standing::Ended;
        assert_eq!(readyz(&status, &never, INTERVAL), Err("it ended".into()));
    }
}
