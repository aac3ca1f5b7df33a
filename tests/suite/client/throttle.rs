//! What one answer asks to wait holds for every request of a client.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use orderform::domain::Answer;
use orderform::partner_center::{Client, ClientSettings};
use orderform::ports::{NoTurn, PartnerCenter, Pauses, ReadError};

use super::server::{Act, Server, answer};
use super::{client, customer, outgoing, run, settings};

const LIST: &str = r#"{"totalCount":0,"items":[]}"#;

/// Serves a rejection first, and then one list after the other.
async fn rejecting(status: &str, headers: &str, settings: ClientSettings) -> (Server, Client) {
    let acts = [answer(status, headers, ""), answer("200 OK", "", LIST)];
    let server = Server::start(acts.into_iter().map(Act::Answer).collect()).await;
    let client = client(&server.base, settings);
    (server, client)
}

#[test]
fn after_a_rejection_no_order_leaves_and_whatever_reads_waits_until_everybody_may_ask() {
    let date = "Date: Tue, 21 Jul 2020 04:10:58 GMT\r\nRetry-After: Tue, 21 Jul 2020 04:10:59 GMT\r\n";
    for (status, headers) in
        [("429 No", "Retry-After: 1\r\n"), ("503 No", "Retry-After: 1\r\n"), ("429 No", date)]
    {
        run(async {
            let (server, client) = rejecting(status, headers, settings()).await;
            let begin = Instant::now();
            assert!(matches!(client.list_orders(customer()).await, Err(ReadError::NotNow { .. })));
            let Answer::NotYet { wait } = client.create_order(outgoing()).await else {
                panic!("it was sent")
            };
            assert!(wait <= Duration::from_secs(1));
            assert_eq!(server.requests().len(), 1);
            let told = client.next_pause(0).await;
            assert_eq!(told.news, 1);
            assert!(client.next_pause(told.news).now_or_never().is_none(), "it is told of once");
            let (one, other) = tokio::join!(client.list_orders(customer()), client.list_orders(customer()));
            assert!(one.is_ok() && other.is_ok());
            assert!(begin.elapsed() >= Duration::from_secs(1), "{status}: {:?}", begin.elapsed());
            let Pauses { left, total, .. } = client.pauses();
            assert_eq!((left, total), (Duration::ZERO, Duration::from_secs(1)));
        });
    }
}

/// It says nothing of when to come back, and may be of one front door alone.
#[test]
fn an_error_without_retry_after_holds_nobody_up() {
    run(async {
        let (_server, client) = rejecting("503 No", "", settings()).await;
        assert!(client.list_orders(customer()).await.is_err());
        assert_eq!(client.pauses(), Pauses::default());
        assert!(client.list_orders(customer()).await.is_ok());
    });
}

#[test]
fn nobody_waits_for_longer_than_there_is_patience() {
    run(async {
        let (server, client) = rejecting("429 No", "Retry-After: 3600\r\n", settings()).await;
        assert!(client.list_orders(customer()).await.is_err());
        let Err(NoTurn { left }) = client.turn().await else { panic!("there was a turn") };
        assert!(left > Duration::from_secs(3500));
        let error = client.list_orders(customer()).await.unwrap_err();
        assert!(error.to_string().contains("has everybody wait for another 3"), "{error}");
        assert_eq!(server.requests().len(), 1);
    });
}

#[test]
fn after_a_pause_one_turn_is_given_and_the_next_once_it_was_given_back() {
    run(async {
        let (_server, client) = rejecting("429 No", "Retry-After: 1\r\n", settings()).await;
        assert!(client.list_orders(customer()).await.is_err());
        assert!(client.turn().now_or_never().is_none());
        let first = client.turn().await.unwrap();
        assert!(client.turn().now_or_never().is_none());
        drop(first);
        assert!(client.turn().now_or_never().is_some());
    });
}

#[test]
fn a_minute_has_so_many_requests_and_no_more_at_once_than_a_few() {
    run(async {
        let settings = ClientSettings { requests_per_minute: Some(1), ..settings() };
        let server = Server::start(vec![Act::Answer(answer("200 OK", "", LIST))]).await;
        let client = client(&server.base, settings);
        for _ in 0..40 {
            assert!(client.list_orders(customer()).await.is_ok());
        }
        assert!(client.turn().now_or_never().is_none());
        assert!(client.list_orders(customer()).now_or_never().is_none());
        assert_eq!(server.requests().len(), 40);
    });
}

#[test]
fn a_read_that_hears_nothing_for_long_is_given_up_before_its_whole_time_is_over() {
    run(async {
        let settings = ClientSettings { idle_timeout: Duration::from_millis(200), ..settings() };
        let whole = answer("200 OK", "", LIST);
        for bytes in [&b""[..], &whole[..whole.len() - 1]] {
            let server = Server::start(vec![Act::Hold(bytes.to_vec())]).await;
            let client = client(&server.base, settings.clone());
            let begin = Instant::now();
            assert!(matches!(client.list_orders(customer()).await, Err(ReadError::Failed(_))));
            assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        }
    });
}
