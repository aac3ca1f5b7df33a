//! The sandbox as a client sees it: over loopback, with a real HTTP client.

#![expect(clippy::unwrap_used, reason = "a test may panic, also in what tests share")]

mod changes;
mod faults;
mod shop;
mod tokens;

use orderform::sandbox::{Options, Sandbox, SandboxError, read_ledger};
use reqwest::StatusCode;
use serde_json::json;

use shop::{CUSTOMER, REQUEST_ID, Shop, documented_request, learned, parsed};

#[tokio::test]
async fn the_documented_request_gets_an_answer_as_documented() {
    let shop = Shop::open(Options::default()).await;
    let answer = shop.buy(REQUEST_ID).await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let headers = answer.headers().clone();
    assert_eq!(headers["ms-requestid"], REQUEST_ID);
    assert_eq!(headers["ms-correlationid"], "9c272436-538d-4dd4-a421-c811e004784c");
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    for name in ["ms-cv", "ms-serverid", "date", "content-length"] {
        assert!(headers.contains_key(name), "{name}");
    }
    let order = parsed(&answer.bytes().await.unwrap());
    let id = order["id"].as_str().unwrap();
    let line = &order["lineItems"][0];
    let subscription = line["subscriptionId"].as_str().unwrap();
    assert_eq!(id, id.to_lowercase());
    assert_eq!(subscription, subscription.to_uppercase());
    assert_eq!(order["referenceCustomerId"], json!(CUSTOMER));
    assert_eq!(order["billingCycle"], json!("monthly"));
    assert_eq!(line["offerId"], json!("84A03D81-6B37-4D66-8D4A-FAEA24541538"));
    assert_eq!(line["friendlyName"], json!("new offer purchase"));
    assert_eq!((&line["quantity"], &line["lineItemNumber"]), (&json!(5), &json!(0)));
    let links = [&line["links"]["subscription"]["uri"], &order["links"]["self"]["uri"]];
    assert_eq!(*links[0], json!(format!("/customers/{CUSTOMER}/subscriptions/{subscription}")));
    assert_eq!(*links[1], json!(format!("/customers/{CUSTOMER}/orders/{id}")));
    assert!(order["creationDate"].as_str().unwrap().ends_with("-08:00"));
    assert_eq!(order["attributes"]["objectType"], json!("Order"));
    assert!(order["attributes"]["etag"].as_str().unwrap().starts_with("eyJpZCI6I"));
    assert!(!order.to_string().contains("null"));
    let orders = format!("/v1/customers/{CUSTOMER}/orders");
    assert_eq!(shop.look(&format!("{orders}/{}", id.to_uppercase())).await, order);
    assert_eq!(shop.look(&orders).await["items"][0], order);
    shop.close().await;
}

#[tokio::test]
async fn a_new_commerce_order_has_a_short_id_a_status_and_no_etag() {
    let shop = Shop::open(Options::default()).await;
    let answer = shop
        .client
        .post(format!("{}/v1/customers/{CUSTOMER}/orders", shop.base))
        .bearer_auth("token")
        .body(r#"{"PartnerOnRecordAttestationAccepted":true,"billingCycle":"monthly","lineItems":[{"offerId":"CFQ7TTC0LH0Z:0001:CFQ7TTC0K18P","quantity":1,"lineItemNumber":0,"PartnerIdOnRecord":"873452"}]}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let order = parsed(&answer.bytes().await.unwrap());
    let id = order["id"].as_str().unwrap();
    assert!(id.len() == 12 && id.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')), "{id}");
    assert_eq!(order["alternateId"], order["id"]);
    assert_eq!((&order["status"], &order["transactionType"]), (&json!("pending"), &json!("UserPurchase")));
    assert_eq!(order["attributes"].get("etag"), None);
    assert_eq!(order.get("partnerOnRecordAttestationAccepted"), None);
    let line = &order["lineItems"][0];
    assert_eq!(line["termDuration"], json!("P1M"));
    assert_eq!(line["friendlyName"], json!("AI Builder Capacity add-on"));
    assert_eq!(line["partnerIdOnRecord"], json!("873452"));
    let uri = "/products/CFQ7TTC0LH0Z/skus/0001/availabilities/CFQ7TTC0K18P?country=US";
    assert_eq!(line["links"]["availability"]["uri"], json!(uri));
    let subscription = line["subscriptionId"].as_str().unwrap();
    let found = shop.look(&format!("/v1/customers/{CUSTOMER}/subscriptions/{subscription}")).await;
    assert_eq!(found["orderId"], order["id"]);
    shop.close().await;
}

#[tokio::test]
async fn a_restart_keeps_the_ledger() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("world.jsonl");
    let options = Options { data: Some(path.clone()), ..Options::default() };
    let before = Shop::open(options.clone()).await;
    let first = learned(before.buy(REQUEST_ID).await).await.unwrap();
    assert!(matches!(Sandbox::open(options.clone()), Err(SandboxError::Busy { .. })));
    let ledger = before.sandbox.ledger();
    assert_eq!(read_ledger(&path).unwrap(), ledger);
    let _still_held = before.sandbox.clone();
    before.close().await;
    let after = Shop::open(options).await;
    assert_eq!(after.sandbox.ledger(), ledger);
    assert_eq!(learned(after.buy(REQUEST_ID).await).await.unwrap(), first);
    let entries = after.look("/sandbox/ledger").await;
    assert_eq!(entries["totalCount"], json!(1));
    assert_eq!(entries["items"][0]["requestId"], json!(REQUEST_ID));
    assert_eq!(entries["items"][0]["body"], json!(documented_request().to_string()));
    after.close().await;
}

#[tokio::test]
async fn a_sandbox_that_is_aborted_lets_go_of_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { data: Some(directory.path().join("world.jsonl")), ..Options::default() };
    let shop = Shop::open(options.clone()).await;
    assert!(shop.buy(REQUEST_ID).await.is_ok());
    shop.serving.abort();
    assert!(shop.serving.await.unwrap_err().is_cancelled());
    assert_eq!(Sandbox::open(options).unwrap().ledger(), shop.sandbox.ledger());
}

#[tokio::test]
async fn an_order_can_be_bought_in_the_portal() {
    let shop = Shop::open(Options::default()).await;
    let portal = shop.client.post(format!("{}/sandbox/orders", shop.base));
    let (status, _) = learned(portal.body(documented_request().to_string()).send().await).await.unwrap();
    assert_eq!(status, 201);
    let listed = shop.look(&format!("/v1/customers/{CUSTOMER}/orders")).await;
    assert_eq!(listed["totalCount"], json!(1));
    assert_eq!(shop.sandbox.ledger()[0].request_id, None);
    shop.close().await;
}

#[tokio::test]
async fn a_request_that_cannot_be_answered_is_told_so_in_partner_centers_words() {
    let shop = Shop::open(Options::default()).await;
    let nobody = shop.client.get(format!("{}/v1/customers", shop.base)).send().await.unwrap();
    assert_eq!(nobody.status().as_u16(), 401);
    assert!(nobody.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    assert_eq!(parsed(&nobody.bytes().await.unwrap())["code"], json!(800_001));
    let unknown = shop.look("/v1/carts").await;
    assert_eq!(unknown["source"], json!("PartnerFD"));
    let orders = format!("{}/v1/customers/{CUSTOMER}/orders", shop.base);
    let large = shop.client.post(&orders).bearer_auth("t").body(vec![b' '; 1024 * 1024 + 1]);
    assert_eq!(large.send().await.unwrap().status().as_u16(), 413);
    let put = shop.client.put(&orders).bearer_auth("t").send().await.unwrap();
    assert_eq!(put.status().as_u16(), 405);
    assert!(parsed(&put.bytes().await.unwrap())["code"].is_number());
    let audit = shop.look("/v1/auditrecords").await;
    assert_eq!(audit["code"], json!(3000));
    shop.close().await;
}

#[tokio::test]
async fn a_token_says_its_numbers_as_text_in_v1_and_as_numbers_in_v2() {
    let shop = Shop::open(Options::default()).await;
    let ask = async |path: &str, form: &str| {
        let request = shop.client.post(format!("{}/contoso.example{path}", shop.base));
        let form = format!("client_id=a&client_secret=b&grant_type=client_credentials&{form}");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        parsed(&request.body(form).send().await.unwrap().bytes().await.unwrap())
    };
    let v1 = ask("/oauth2/token", "resource=https%3A%2F%2Fapi.partnercenter.microsoft.com").await;
    assert_eq!(v1["expires_in"], json!("3600"));
    let scope = "scope=https%3A%2F%2Fapi.partnercenter.microsoft.com%2F.default";
    let v2 = ask("/oauth2/v2.0/token", scope).await;
    assert_eq!(v2["expires_in"], json!(3600));
    let graph = ask("/oauth2/token", "resource=https%3A%2F%2Fgraph.windows.net").await;
    for (token, status) in [(&v1, 200), (&v2, 200), (&graph, 401)] {
        let request = shop.client.get(format!("{}/v1/customers", shop.base));
        let token = token["access_token"].as_str().unwrap();
        assert_eq!(request.bearer_auth(token).send().await.unwrap().status().as_u16(), status);
    }
    assert_eq!(ask("/oauth2/token", "").await["error"], json!("invalid_request"));
    shop.close().await;
}

#[tokio::test]
async fn many_requests_with_one_id_at_once_buy_once() {
    let shop = Shop::open(Options::default()).await;
    let buys = (0..8).map(|_| tokio::spawn(shop::buy(shop.client.clone(), shop.base.clone(), REQUEST_ID)));
    let mut answers = Vec::new();
    for buying in buys.collect::<Vec<_>>() {
        answers.push(learned(buying.await.unwrap()).await.unwrap());
    }
    assert_eq!(answers[0].0, 201);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(shop.bought(), 1);
    shop.close().await;
}
