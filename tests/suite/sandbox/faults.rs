//! Each fault as a client sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use orderform::sandbox::{Clock, Faults, Options};
use reqwest::{Client, StatusCode};
use serde_json::json;

use super::shop::{CUSTOMER, REQUEST_ID, Shop, buy, learned, parsed};

#[tokio::test]
async fn an_answer_can_be_lost_before_and_after_the_order_took_effect() {
    for (how, bought) in [("lose-answer-before", 0), ("lose-answer-after", 1), ("cut-body", 1)] {
        let shop = Shop::failing(how).await;
        assert_eq!(learned(shop.buy(REQUEST_ID).await).await, None, "{how}");
        assert_eq!(shop.bought(), bought, "{how}");
        let (status, _) = learned(shop.buy(REQUEST_ID).await).await.unwrap();
        assert_eq!((status, shop.bought()), (201, 1), "{how}");
        shop.close().await;
    }
}

#[tokio::test]
async fn a_cut_body_comes_after_a_whole_head() {
    let shop = Shop::failing("cut-body").await;
    let mut answer = shop.buy(REQUEST_ID).await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let promised = answer.content_length().unwrap();
    let mut arrived = 0;
    let failure = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => arrived += chunk.len() as u64,
            Ok(None) => break None,
            Err(failure) => break Some(failure),
        }
    };
    assert!(failure.is_some());
    assert_eq!(arrived, promised / 2);
    shop.close().await;
}

#[tokio::test]
async fn a_hanging_answer_never_comes_and_does_not_hold_up_shutdown() {
    let shop = Shop::failing("hang-after").await;
    let buying = tokio::spawn(buy(shop.client.clone(), shop.base.clone(), REQUEST_ID));
    while shop.bought() == 0 {
        tokio::task::yield_now().await;
    }
    shop.close().await;
    assert!(buying.await.unwrap().is_err());
    let shop = Shop::failing("hang-before").await;
    let soon = Client::builder().no_proxy().timeout(Duration::from_millis(50)).build().unwrap();
    let shop = Shop { client: soon, ..shop };
    assert!(shop.buy(REQUEST_ID).await.unwrap_err().is_timeout());
    assert_eq!(shop.bought(), 0);
    shop.close().await;
}

#[tokio::test]
async fn an_error_can_be_told_before_and_after_the_order_took_effect() {
    for (how, status, start, bought) in [
        ("{ status: 500, code: 800005 }", 500, r#"{"code":800005,"#, 0),
        ("{ status: 500, when: after }", 500, r#"{"code":0,"#, 1),
        ("{ status: 503, html: true, when: after }", 503, "<!DOCTYPE html>", 1),
        ("html-before", 200, "<!DOCTYPE html>", 0),
        ("html-after", 200, "<!DOCTYPE html>", 1),
    ] {
        let shop = Shop::failing(how).await;
        let (told, body) = learned(shop.buy(REQUEST_ID).await).await.unwrap();
        assert_eq!((told, shop.bought()), (status, bought), "{how}");
        assert!(String::from_utf8(body).unwrap().starts_with(start), "{how}");
        shop.close().await;
    }
}

#[tokio::test]
async fn a_throttled_request_is_told_when_to_come_again() {
    let shop = Shop::failing("{ status: 429, retryAfter: 57 }").await;
    let answer = shop.buy(REQUEST_ID).await.unwrap();
    assert_eq!((answer.status().as_u16(), shop.bought()), (429, 0));
    assert_eq!(answer.headers()["retry-after"], "57");
    let message = "Rate limit is exceeded. Try again in 57 seconds.";
    let body = parsed(&answer.bytes().await.unwrap());
    assert_eq!(body, json!({"statusCode": 429, "message": message}));
    shop.close().await;
}

#[tokio::test]
async fn an_answer_can_be_odd() {
    let shop = Shop::failing("bom").await;
    let (status, body) = learned(shop.buy(REQUEST_ID).await).await.unwrap();
    assert_eq!((status, &body[..4]), (201, &b"\xef\xbb\xbf{"[..]));
    shop.close().await;
    let shop = Shop::failing("doubled-headers").await;
    let answer = shop.buy(REQUEST_ID).await.unwrap();
    assert_eq!(answer.headers()["ms-requestid"], format!("{REQUEST_ID},{REQUEST_ID}"));
    shop.close().await;
    let shop = Shop::failing("wrong-customer").await;
    let (status, body) = learned(shop.buy(REQUEST_ID).await).await.unwrap();
    assert_eq!(status, 201);
    assert!(!String::from_utf8(body).unwrap().contains(CUSTOMER));
    assert_eq!(shop.sandbox.ledger()[0].customer_id, CUSTOMER);
    shop.close().await;
    let shop = Shop::failing("{ delay: 1ms }").await;
    assert_eq!(learned(shop.buy(REQUEST_ID).await).await.unwrap().0, 201);
    shop.close().await;
}

#[tokio::test]
async fn an_order_can_take_effect_after_its_answer_said_otherwise() {
    let seconds = Arc::new(AtomicU64::new(1_800_000_000));
    let read = seconds.clone();
    let yaml = "faults: [{ on: create, do: { executeLate: 30s } }]";
    let shop = Shop::open(Options {
        faults: Faults::from_yaml(yaml).unwrap(),
        clock: Clock::new(move || UNIX_EPOCH + Duration::from_secs(read.load(Ordering::Relaxed))),
        ..Options::default()
    })
    .await;
    assert_eq!(shop.buy(REQUEST_ID).await.unwrap().status().as_u16(), 504);
    let orders = format!("/v1/customers/{CUSTOMER}/orders");
    assert_eq!(shop.look(&orders).await["totalCount"], json!(0));
    seconds.fetch_add(30, Ordering::Relaxed);
    let listed = shop.look(&orders).await;
    assert_eq!(listed["totalCount"], json!(1));
    assert_eq!(listed["items"][0]["creationDate"], json!("2027-01-15T00:00:30.000-08:00"));
    assert_eq!(shop.bought(), 1);
    shop.close().await;
}

#[tokio::test]
async fn a_fault_concerns_what_it_names_and_nothing_else() {
    let yaml = "
faults:
  - { on: list, times: 1, do: { status: 429, retryAfter: 1 } }
customers:
  F81D98DD-C2F4-499E-A194-5619E260344E: { status: 403, code: 20002, description: no relationship }
";
    let shop = Shop::open(Options { faults: Faults::from_yaml(yaml).unwrap(), ..Options::default() }).await;
    assert_eq!(shop.buy(REQUEST_ID).await.unwrap().status(), StatusCode::CREATED);
    let orders = format!("/v1/customers/{CUSTOMER}/orders");
    assert_eq!(shop.look(&orders).await["statusCode"], json!(429));
    assert_eq!(shop.look(&orders).await["totalCount"], json!(1));
    let stranger = "/v1/customers/f81d98dd-c2f4-499e-a194-5619e260344e/orders";
    assert_eq!(shop.look(stranger).await["code"], json!(20_002));
    let customers = shop.look("/v1/customers").await;
    let relationships: Vec<_> = customers["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|customer| customer["relationshipToPartner"].as_str().unwrap())
        .collect();
    assert_eq!(relationships, ["reseller", "none"]);
    shop.close().await;
}
