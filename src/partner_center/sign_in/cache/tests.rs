//! The cache against a source that counts, by a clock that is moved by hand.

use std::collections::VecDeque;

use super::*;
use crate::domain::SignInRefused;
use crate::partner_center::auth::AccessToken;

type Next = Result<(&'static str, Option<u64>), SignInError>;

/// Gives what a test put into it, one after the other; the last one again and again.
#[derive(Debug)]
struct Counter {
    next: Mutex<VecDeque<Next>>,
    asked: Arc<Mutex<u64>>,
    slow: Duration,
}

impl Source for Counter {
    async fn grant(&self) -> Result<Granted, SignInError> {
        *self.asked.lock().unwrap() += 1;
        tokio::time::sleep(self.slow).await;
        let mut next = self.next.lock().unwrap();
        let (token, life_s) =
            if next.len() > 1 { next.pop_front() } else { next.front().cloned() }.unwrap()?;
        let access = AccessToken::parse(token).unwrap();
        Ok(Granted { access, life: life_s.map(Duration::from_secs), refresh: None })
    }
}

fn cache(next: Vec<Next>) -> (Arc<Cache<Counter>>, Arc<Mutex<u64>>) {
    let asked = Arc::new(Mutex::new(0));
    let slow = Duration::from_secs(2);
    let source = Counter { next: Mutex::new(next.into()), asked: Arc::clone(&asked), slow };
    (Arc::new(Cache::new(source)), asked)
}

fn failed() -> SignInError {
    SignInError::failed("down")
}

fn refused() -> SignInError {
    SignInError::Refused(SignInRefused::saying("no"))
}

async fn name(cache: &Cache<Counter>) -> Result<String, SignInError> {
    cache.token().await.map(|token| token.access.expose().to_owned())
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_hundred_who_wait_make_one_request_and_get_what_it_brings() {
    for (next, expected) in [(Ok(("one", Some(3600))), Ok("one".to_owned())), (Err(failed()), Err(failed()))]
    {
        let (cache, asked) = cache(vec![next, Ok(("two", Some(3600)))]);
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let cache = Arc::clone(&cache);
                tokio::spawn(async move { name(&cache).await })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), expected);
        }
        assert_eq!(*asked.lock().unwrap(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_five_minutes_early_and_a_short_lived_one_at_four_fifths() {
    for (life, fresh_s) in [(3600, 3300), (1500, 1200), (100, 80), (10, 8)] {
        let (cache, asked) = cache(vec![Ok(("one", Some(life))), Ok(("two", Some(life)))]);
        assert_eq!(name(&cache).await.unwrap(), "one");
        pass(fresh_s - 1).await;
        assert_eq!(name(&cache).await.unwrap(), "one");
        pass(1).await;
        assert_eq!(name(&cache).await.unwrap(), "two");
        assert_eq!(*asked.lock().unwrap(), 2, "{life}");
    }
}

#[tokio::test(start_paused = true)]
async fn while_an_early_renewal_fails_the_old_token_is_used_to_its_end_and_not_beyond() {
    let (cache, asked) = cache(vec![Ok(("one", Some(3600))), Err(failed())]);
    name(&cache).await.unwrap();
    pass(3300).await;
    for expected in [2, 2, 3] {
        assert_eq!(name(&cache).await.unwrap(), "one");
        assert_eq!(*asked.lock().unwrap(), expected);
        pass(15).await;
    }
    pass(300).await;
    assert_eq!(name(&cache).await.unwrap_err(), failed());
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_an_early_renewal_but_who_makes_it() {
    let (cache, asked) = cache(vec![Ok(("one", Some(3600))), Ok(("two", Some(3600)))]);
    name(&cache).await.unwrap();
    pass(3300).await;
    let renewing = Arc::clone(&cache);
    let renewing = tokio::spawn(async move { name(&renewing).await });
    tokio::task::yield_now().await;
    assert_eq!(name(&cache).await.unwrap(), "one");
    assert_eq!(renewing.await.unwrap().unwrap(), "two");
    assert_eq!(*asked.lock().unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_asked_for_again_at_once() {
    let (cache, asked) = cache(vec![Err(refused()), Ok(("one", None))]);
    for _ in 0..5 {
        assert_eq!(name(&cache).await.unwrap_err(), refused());
        pass(10).await;
    }
    assert_eq!(*asked.lock().unwrap(), 1);
    pass(10).await;
    assert_eq!(name(&cache).await.unwrap(), "one");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_for_all_who_used_it() {
    let (cache, asked) = cache(vec![Ok(("one", Some(3600))), Ok(("two", Some(3600))), Ok(("three", None))]);
    let one = cache.token().await.unwrap();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (cache, one) = (Arc::clone(&cache), Arc::clone(&one));
            tokio::spawn(async move { cache.renew(&one).await.map(|token| token.access.expose().to_owned()) })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().as_deref(), Some("two"));
    }
    assert_eq!(*asked.lock().unwrap(), 2);
    // It was got in the place of a refused one, and never taken: there is no use in a third.
    let two = cache.token().await.unwrap();
    assert!(cache.renew(&two).await.is_none());
    assert_eq!(*asked.lock().unwrap(), 2);
    // Once it was taken, a refusal means that its time is over.
    two.note_taken();
    assert!(cache.renew(&two).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn for_a_refused_token_that_nothing_came_for_another_is_asked_for_again_but_not_at_once() {
    for (nothing, rest_s) in [(Ok(("one", None)), 30), (Err(failed()), 30), (Err(refused()), 60)] {
        let (cache, asked) = cache(vec![Ok(("one", None)), nothing, Ok(("two", None))]);
        let one = cache.token().await.unwrap();
        for _ in 0..3 {
            assert!(cache.renew(&one).await.is_none());
        }
        pass(rest_s - 1).await;
        assert!(cache.renew(&one).await.is_none());
        assert_eq!(*asked.lock().unwrap(), 2);
        pass(1).await;
        assert!(cache.renew(&one).await.is_some());
        assert_eq!((name(&cache).await.unwrap().as_str(), *asked.lock().unwrap()), ("two", 3));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_is_kept_although_who_asked_is_gone() {
    let (cache, asked) = cache(vec![Ok(("one", Some(3600)))]);
    let gone = Arc::clone(&cache);
    let task = tokio::spawn(async move { name(&gone).await });
    tokio::task::yield_now().await;
    task.abort();
    assert!(task.await.is_err());
    assert_eq!(name(&cache).await.unwrap(), "one");
    assert_eq!(*asked.lock().unwrap(), 1);
}
