//! The laws of a courier, on a clock that stands still while nothing waits.

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::*;
use crate::partner_center::RealTimer;

const GRACE: Duration = Duration::from_secs(5);

/// A receiver that answers as it is told, and notes what came and when; told nothing, it takes all.
struct Scripted {
    answers: Mutex<VecDeque<Delivery>>,
    came: mpsc::UnboundedSender<(String, u64)>,
    began: Instant,
    /// While this is true it answers nobody.
    hangs: watch::Receiver<bool>,
}

impl Receive for Scripted {
    async fn deliver(&self, letter: &Letter) -> Delivery {
        self.came.send((letter.id.clone(), self.began.elapsed().as_secs())).unwrap();
        let _ = self.hangs.clone().wait_for(|hangs| !hangs).await;
        self.answers.lock().unwrap().pop_front().unwrap_or(Delivery::Taken)
    }
}

struct Played {
    courier: Courier,
    came: mpsc::UnboundedReceiver<(String, u64)>,
    fates: mpsc::UnboundedReceiver<Fate>,
    hangs: watch::Sender<bool>,
}

fn play(answers: &[Delivery]) -> Played {
    let (tell, fates) = mpsc::unbounded_channel();
    let (note, came) = mpsc::unbounded_channel();
    let (hangs, watched) = watch::channel(false);
    let answers = Mutex::new(answers.iter().cloned().collect());
    let receiver = Scripted { answers, came: note, began: Instant::now(), hangs: watched };
    let courier = Courier::start(receiver, RealTimer, || 255, move |fate| tell.send(fate).unwrap());
    Played { courier, came, fates, hangs }
}

fn letter(number: usize) -> Letter {
    Letter { id: format!("msg_{number}"), body: "{}".into() }
}

fn not_now(retry_after_s: Option<u64>) -> Delivery {
    Delivery::NotNow { why: Excerpt::of("busy"), retry_after: retry_after_s.map(Duration::from_secs) }
}

fn all<T>(mut channel: mpsc::UnboundedReceiver<T>) -> Vec<T> {
    std::iter::from_fn(|| channel.try_recv().ok()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_not_taken_is_tried_again_under_the_same_id_less_and_less_often() {
    let mut played = play(&vec![not_now(None); 20]);
    assert_eq!(played.courier.send(letter(1)), 0);
    assert_eq!(played.fates.recv().await, Some(Fate::GivenUp(Excerpt::of("busy"))));
    let came = all(played.came);
    assert!(came.iter().all(|(id, _)| id == "msg_1"));
    assert_eq!(came.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [0, 1, 6, 36, 156, 456, 1056, 1956]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_again_sooner_than_it_said() {
    let mut played = play(&[not_now(Some(90)), not_now(Some(0))]);
    assert_eq!(played.courier.send(letter(1)), 0);
    assert_eq!(played.fates.recv().await, Some(Fate::Delivered));
    assert_eq!(all(played.came).iter().map(|(_, at)| *at).collect::<Vec<_>>(), [0, 90, 95]);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_given_up_and_the_next_one_is_brought() {
    let mut played = play(&[Delivery::Refused(Excerpt::of("no"))]);
    let dropped = [1, 2].map(|number| played.courier.send(letter(number)));
    assert_eq!(dropped, [0, 0]);
    assert_eq!(played.fates.recv().await, Some(Fate::GivenUp(Excerpt::of("no"))));
    assert_eq!(played.fates.recv().await, Some(Fate::Delivered));
}

#[tokio::test(start_paused = true)]
async fn whoever_is_gone_is_left_alone() {
    let mut played = play(&[Delivery::Gone]);
    let dropped = [1, 2, 3].map(|number| played.courier.send(letter(number)));
    assert_eq!(dropped, [0, 0, 0]);
    for _ in 0..3 {
        assert_eq!(played.fates.recv().await, Some(Fate::Gone));
    }
    assert_eq!(all(played.came).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn while_a_receiver_hangs_the_oldest_are_dropped_and_nobody_waits() {
    let mut played = play(&[]);
    played.hangs.send_replace(true);
    assert_eq!(played.courier.send(letter(0)), 0);
    assert_eq!(played.came.recv().await.unwrap().0, "msg_0");
    let dropped: usize = (1..=MOST_WAITING + 7).map(|number| played.courier.send(letter(number))).sum();
    assert_eq!(dropped, 7);
    played.hangs.send_replace(false);
    assert_eq!(played.courier.close(GRACE, &RealTimer).await, 0);
    let came: Vec<String> = all(played.came).into_iter().map(|(id, _)| id).collect();
    assert_eq!((came.len(), came[0].as_str()), (MOST_WAITING, "msg_8"));
    assert_eq!(all(played.fates).len(), MOST_WAITING + 1);
}

#[tokio::test(start_paused = true)]
async fn at_the_end_what_waits_has_its_grace_and_no_more() {
    let mut played = play(&[]);
    played.hangs.send_replace(true);
    let dropped = [1, 2].map(|number| played.courier.send(letter(number)));
    assert_eq!(dropped, [0, 0]);
    assert_eq!(played.came.recv().await.unwrap().0, "msg_1");
    let began = Instant::now();
    assert_eq!(played.courier.close(GRACE, &RealTimer).await, 2);
    assert_eq!(began.elapsed(), GRACE);
}
