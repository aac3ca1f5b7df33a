//! The loop: does what is due, and hears what happens meanwhile.
//!
//! **Invariant:** one thing at a time. While a pass is under way, hints and signals are only noted; being asked to stop
//! is passed on to it, and it has its grace to end.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::pace::{Due, Event, Pace};
use crate::ports::Timer;

/// What a watcher hears from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Something may have changed.
    Hint,
    /// Settings are to be read anew.
    Reload,
    /// It is to end: nothing new begins, what is in flight is waited for.
    Stop,
}

/// What a watcher does.
pub trait Work {
    /// What two readings are compared by.
    type Digest: Clone + Eq;

    /// Reads the manifests and returns their digest; `None` where somebody is just changing them. The next pass is made
    /// with what was read last.
    fn read(&mut self) -> Option<Self::Digest>;

    /// Makes a pass. `stop` becomes true when nothing new is to begin; the pass may set it too. Returns after how long another is wanted although
    /// nothing changes.
    fn pass(&mut self, stop: watch::Sender<bool>) -> impl Future<Output = Option<Duration>>;

    /// Is told that settings are to be read anew.
    fn reload(&mut self) {}

    /// Looks after where hints come from; returns how often the manifests are read without any, where none come.
    fn look_after_hints(&mut self) -> Option<Duration> {
        None
    }
}

/// How watching ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It was asked to stop, and nothing is in flight.
    Stopped,
    /// It was asked to stop, and the grace was over, or it was asked again, before everything in flight was recorded.
    CutShort,
}

/// Watches until it is told to stop. `now` is a clock in milliseconds that never goes back; `grace` is how long a pass
/// may take once it is to stop.
pub async fn run<W: Work>(
    work: &mut W,
    mut pace: Pace<W::Digest>,
    told: &mut mpsc::Receiver<Told>,
    now: impl Fn() -> u64,
    timer: &impl Timer,
    grace: Duration,
) -> Way {
    loop {
        match pace.due(now()) {
            Due::Read => {
                let read = work.read();
                pace.take(Event::Read(read), now());
            }
            Due::Pass => {
                pace.take(Event::Began, now());
                let stop = watch::Sender::new(false);
                let pass = work.pass(stop.clone());
                let mut during = During { pace: &mut pace, told, now: &now, reload: false };
                match during.wait_for(pass, &stop, timer, grace).await {
                    Some(again) => {
                        let reload = during.reload;
                        pace.take(Event::Ended { again }, now());
                        if reload {
                            work.reload();
                        }
                    }
                    None => return Way::CutShort,
                }
            }
            Due::Nothing(until) => {
                let wait = until.map(|until| until.saturating_sub(now()));
                match hear(told, timer, wait).await {
                    None => {}
                    Some(Told::Hint) => pace.take(Event::Hint, now()),
                    Some(Told::Stop) => pace.take(Event::Stop, now()),
                    Some(Told::Reload) => {
                        work.reload();
                        pace.take(Event::Reload, now());
                    }
                }
            }
            Due::End => return Way::Stopped,
        }
        if let Some(interval) = work.look_after_hints() {
            pace.set_hints(false, interval);
        }
    }
}

/// Waits until something is heard, or for so many milliseconds.
async fn hear(told: &mut mpsc::Receiver<Told>, timer: &impl Timer, wait_ms: Option<u64>) -> Option<Told> {
    // Where nobody is left to tell anything it ends, instead of watching for ever.
    let heard = async { Some(told.recv().await.unwrap_or(Told::Stop)) };
    let Some(wait_ms) = wait_ms else { return heard.await };
    tokio::select! {
        biased;
        heard = heard => heard,
        () = timer.sleep(Duration::from_millis(wait_ms)) => None,
    }
}

/// What is heard while a pass is under way.
struct During<'a, D, N> {
    pace: &'a mut Pace<D>,
    told: &'a mut mpsc::Receiver<Told>,
    now: &'a N,
    reload: bool,
}

impl<D: Clone + Eq, N: Fn() -> u64> During<'_, D, N> {
    /// Returns what the pass returned; `None` where it was cut short.
    async fn wait_for<R>(
        &mut self,
        pass: impl Future<Output = R>,
        stop: &watch::Sender<bool>,
        timer: &impl Timer,
        grace: Duration,
    ) -> Option<R> {
        tokio::pin!(pass);
        loop {
            let heard = tokio::select! {
                biased;
                done = &mut pass => return Some(done),
                heard = self.told.recv() => heard.unwrap_or(Told::Stop),
            };
            match heard {
                Told::Hint => self.pace.take(Event::Hint, (self.now)()),
                Told::Reload => {
                    self.pace.take(Event::Reload, (self.now)());
                    self.reload = true;
                }
                Told::Stop => break,
            }
        }
        self.pace.take(Event::Stop, (self.now)());
        stop.send_replace(true);
        let again = async { while self.told.recv().await.is_some_and(|told| told != Told::Stop) {} };
        tokio::select! {
            biased;
            done = &mut pass => Some(done),
            () = timer.sleep(grace) => None,
            () = again => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner_center::RealTimer;
    use crate::watch::Rhythm;

    /// Manifests that a test changes, and passes that take a second.
    struct Pretended {
        manifests: watch::Receiver<u32>,
        passed: Vec<u32>,
        /// Whether a pass ends only once it is asked to stop, and how long after that.
        lingers: Option<Duration>,
    }

    impl Work for Pretended {
        type Digest = u32;

        fn read(&mut self) -> Option<u32> {
            Some(*self.manifests.borrow())
        }

        async fn pass(&mut self, stop: watch::Sender<bool>) -> Option<Duration> {
            self.passed.push(*self.manifests.borrow());
            if let Some(lingers) = self.lingers {
                let _ = stop.subscribe().wait_for(|stop| *stop).await;
                tokio::time::sleep(lingers).await;
            }
            None
        }
    }

    async fn play(lingers: Option<Duration>, script: &[(u64, Told)]) -> (Way, Vec<u32>, u64) {
        let (manifests, read) = watch::channel(0);
        let (tell, mut told) = mpsc::channel(8);
        let mut work = Pretended { manifests: read, passed: Vec::new(), lingers };
        let begin = tokio::time::Instant::now();
        let now = move || u64::try_from(begin.elapsed().as_millis()).unwrap();
        let pace = Pace::new(Rhythm::default(), 0);
        let grace = Duration::from_secs(30);
        let outside = async {
            for (after, one) in script {
                tokio::time::sleep(Duration::from_millis(*after)).await;
                if *one == Told::Hint {
                    manifests.send_modify(|manifests| *manifests += 1);
                }
                tell.send(*one).await.unwrap();
            }
            std::future::pending::<()>().await;
        };
        let way = tokio::select! {
            way = run(&mut work, pace, &mut told, now, &RealTimer, grace) => way,
            () = outside => unreachable!("it never ends"),
        };
        (way, work.passed, u64::try_from(begin.elapsed().as_millis()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_changes_is_one_pass_and_stopping_ends_it() {
        let burst = [(5000, Told::Hint), (100, Told::Hint), (100, Told::Hint), (5000, Told::Stop)];
        let (way, passed, _) = play(None, &burst).await;
        assert_eq!((way, passed), (Way::Stopped, vec![0, 3]));
    }

    #[tokio::test(start_paused = true)]
    async fn settings_read_anew_make_a_pass() {
        let (_, passed, _) = play(None, &[(5000, Told::Reload), (5000, Told::Stop)]).await;
        assert_eq!(passed, [0, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pass_under_way_is_waited_for_as_long_as_the_grace_is() {
        let lingers = Some(Duration::from_secs(29));
        let (way, _, ended) = play(lingers, &[(5000, Told::Stop)]).await;
        assert_eq!((way, ended), (Way::Stopped, 34_000));
        let lingers = Some(Duration::from_secs(31));
        let (way, _, ended) = play(lingers, &[(5000, Told::Stop)]).await;
        assert_eq!((way, ended), (Way::CutShort, 35_000));
        let (way, _, ended) = play(lingers, &[(5000, Told::Stop), (1000, Told::Hint), (0, Told::Stop)]).await;
        assert_eq!((way, ended), (Way::CutShort, 6000));
    }
}
