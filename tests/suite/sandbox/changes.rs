//! What happens to orders after they were bought: in the sandbox's own corner, and by PATCH.

use std::time::{Duration, UNIX_EPOCH};

use orderform::sandbox::{Clock, Options};
use serde_json::{Value, json};

use super::shop::{CUSTOMER, REQUEST_ID, Shop, parsed};

const SUBSCRIPTIONS: &str = "/v1/customers/4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04/subscriptions";
const MODERN: &str = "CFQ7TTC0LH18:0001:CFQ7TTC0K971";

impl Shop {
    async fn send(&self, method: reqwest::Method, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth("token");
        let request = request.header("MS-PartnerCenter-Application", "the test").body(body.to_string());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), parsed(&answer.bytes().await.unwrap()))
    }

    async fn patch(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(reqwest::Method::PATCH, path, body).await
    }

    async fn change(&self, body: &Value) {
        let (status, answer) = self.send(reqwest::Method::POST, "/sandbox/changes", body).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// Buys five seats of an offer; returns the order's id, and where its subscription is.
    async fn buy_five(&self, offer: &str) -> (String, String) {
        let line = json!({"lineItemNumber": 0, "offerId": offer, "quantity": 5});
        let body = json!({"billingCycle": "monthly", "lineItems": [line]});
        let path = format!("/v1/customers/{CUSTOMER}/orders");
        let (status, order) = self.send(reqwest::Method::POST, &path, &body).await;
        assert_eq!(status, 201, "{order}");
        let subscription = order["lineItems"][0]["subscriptionId"].as_str().unwrap();
        (order["id"].as_str().unwrap().to_owned(), format!("{SUBSCRIPTIONS}/{subscription}"))
    }

    async fn audit(&self) -> Vec<Value> {
        let records = self.look("/v1/auditrecords?startDate=2017-06-01").await;
        records["items"].as_array().unwrap().clone()
    }
}

fn code(answer: &(u16, Value)) -> (u16, i64) {
    (answer.0, answer.1["code"].as_i64().unwrap_or_default())
}

/// A shop whose clock a test turns.
async fn shop_at(second: &'static std::sync::atomic::AtomicU64) -> Shop {
    let now = move || UNIX_EPOCH + Duration::from_secs(second.load(std::sync::atomic::Ordering::SeqCst));
    Shop::open(Options { clock: Clock::new(now), ..Options::default() }).await
}

#[tokio::test]
async fn a_subscription_is_patched_as_a_whole_and_what_is_left_out_is_switched_off() {
    let shop = Shop::open(Options::default()).await;
    let (_, path) = shop.buy_five(MODERN).await;
    let mut whole = shop.look(&path).await;
    assert_eq!((&whole["quantity"], &whole["autoRenewEnabled"]), (&json!(5), &json!(true)));
    whole["quantity"] = json!(8);
    let (status, answer) = shop.patch(&path, &whole).await;
    assert_eq!((status, &answer["quantity"]), (200, &json!(8)));
    assert_eq!(answer["autoRenewEnabled"], json!(true));
    let (_, answer) = shop.patch(&path, &json!({"FriendlyName": "ours"})).await;
    assert_eq!((&answer["friendlyName"], &answer["autoRenewEnabled"]), (&json!("ours"), &json!(false)));
    assert_eq!(answer["quantity"], json!(8));
    let (_, answer) = shop.patch(&path, &json!({"status": "Suspended"})).await;
    assert_eq!(answer["status"], json!("suspended"));
    assert_eq!(code(&shop.patch(&path, &json!({"quantity": 9})).await), (400, 800_091));
    shop.patch(&path, &json!({"status": "active"})).await;
    assert_eq!(code(&shop.patch(&path, &json!({"billingCycle": "annual"})).await), (400, 2054));
    let (_, answer) = shop.patch(&path, &json!({"status": "deleted"})).await;
    assert_eq!(answer["status"], json!("deleted"));
    assert_eq!(code(&shop.patch(&path, &json!({"status": "active"})).await), (400, 2011));
    let stranger = format!("{SUBSCRIPTIONS}/00000000-0000-0000-0000-000000000001");
    assert_eq!(code(&shop.patch(&stranger, &json!({})).await), (404, 20_003));
    shop.close().await;
}

#[tokio::test]
async fn beyond_the_window_nothing_is_given_back() {
    static NOW: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1_800_000_000);
    let shop = shop_at(&NOW).await;
    let (_, path) = shop.buy_five(MODERN).await;
    assert_eq!(shop.patch(&path, &json!({"quantity": 4})).await.0, 200);
    NOW.store(1_800_000_000 + 7 * 24 * 3600 + 1, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(code(&shop.patch(&path, &json!({"quantity": 3})).await), (400, 800_090));
    assert_eq!(code(&shop.patch(&path, &json!({"status": "deleted"})).await), (400, 900_117));
    assert_eq!(shop.patch(&path, &json!({"quantity": 9})).await.0, 200, "more is sold at any time");
    shop.close().await;
}

#[tokio::test]
async fn a_stale_etag_is_refused_and_only_legacy_offers_have_one() {
    let shop = Shop::open(Options::default()).await;
    assert_eq!(shop.buy(REQUEST_ID).await.unwrap().status(), 201);
    let first = shop.look(SUBSCRIPTIONS).await["items"][0].clone();
    let path = format!("{SUBSCRIPTIONS}/{}", first["id"].as_str().unwrap());
    let mut wanted = first.clone();
    wanted["quantity"] = json!(6);
    let (status, second) = shop.patch(&path, &wanted).await;
    assert_eq!(status, 200);
    assert_ne!(second["attributes"]["etag"], first["attributes"]["etag"]);
    assert_eq!(code(&shop.patch(&path, &wanted).await), (400, 2055));
    let stale = shop.client.patch(format!("{}{path}", shop.base)).bearer_auth("token");
    let quoted = format!("\"{}\"", first["attributes"]["etag"].as_str().unwrap());
    let answer = stale.header("If-Match", quoted).body("{}").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    wanted["attributes"]["etag"] = second["attributes"]["etag"].clone();
    assert_eq!(shop.patch(&path, &wanted).await.0, 200);
    let (_, modern) = shop.buy_five(MODERN).await;
    assert_eq!(shop.look(&modern).await["attributes"].get("etag"), None);
    shop.close().await;
}

#[tokio::test]
async fn only_what_is_no_licence_is_cancelled_by_its_order() {
    let shop = Shop::open(Options::default()).await;
    let cancelled = json!({"status": "cancelled"});
    let order = |id: &str| format!("/v1/customers/{CUSTOMER}/orders/{id}");
    let (licence, _) = shop.buy_five(MODERN).await;
    assert_eq!(code(&shop.patch(&order(&licence), &cancelled).await), (403, 800_019));
    let (legacy, _) = shop.buy_five("84A03D81-6B37-4D66-8D4A-FAEA24541538").await;
    assert_eq!(code(&shop.patch(&order(&legacy), &cancelled).await), (400, 800_063));
    let (software, path) = shop.buy_five("DZH318Z0BQ3Q:0047:DZH318Z08M9W").await;
    assert_eq!(code(&shop.patch(&order(&software), &json!({})).await), (400, 800_002));
    let (status, answer) = shop.patch(&order(&software), &cancelled).await;
    assert_eq!(
        (status, &answer["status"], &answer["lineItems"][0]["quantity"]),
        (200, &json!("cancelled"), &json!(0))
    );
    assert_eq!(shop.look(&path).await["status"], json!("deleted"));
    shop.close().await;
}

#[tokio::test]
async fn changes_in_the_portal_are_shown_and_audited_and_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { data: Some(directory.path().join("world.jsonl")), ..Options::default() };
    let shop = Shop::open(options.clone()).await;
    let (order, path) = shop.buy_five(MODERN).await;
    let kim = "kim@contoso.example";
    shop.change(&json!({"change": "seats", "quantity": 7, "orderId": order, "by": kim})).await;
    shop.change(&json!({"change": "disable", "orderId": order})).await;
    shop.patch(&path, &json!({"friendlyName": "ours", "autoRenewEnabled": true})).await;
    let before = shop.look(&path).await;
    assert_eq!((&before["quantity"], &before["status"]), (&json!(7), &json!("disabled")));
    let told: Vec<_> = shop
        .audit()
        .await
        .into_iter()
        .map(|record| {
            let value: Value = serde_json::from_str(record["resourceNewValue"].as_str().unwrap()).unwrap();
            (
                record["operationType"].clone(),
                record["userPrincipalName"].clone(),
                record["applicationId"].clone(),
                value["FriendlyName"].clone(),
            )
        })
        .collect();
    let updated = json!("update_subscription");
    assert_eq!(told.len(), 3, "the service itself leaves no record: {told:?}");
    assert_eq!((&told[0].0, &told[0].2), (&json!("create_order"), &json!("the test")));
    assert_eq!((&told[1].0, &told[1].1), (&updated, &json!(kim)));
    assert_eq!((&told[2].0, &told[2].2, &told[2].3), (&updated, &json!("the test"), &json!("ours")));
    shop.close().await;
    let shop = Shop::open(options).await;
    assert_eq!(shop.look(&path).await, before);
    assert_eq!(shop.audit().await.len(), 3);
    shop.change(&json!({"change": "gone", "orderId": order, "by": kim})).await;
    let orders = shop.look(&format!("/v1/customers/{CUSTOMER}/orders")).await;
    assert_eq!(orders["totalCount"], json!(0));
    assert_eq!(shop.look(&path).await["code"], json!(20_003));
    let wrong = [
        json!({"change": "gone", "orderId": "nobody"}),
        json!({"change": "sell", "orderId": order}),
        json!({"change": "suspend", "orderId": order, "line": 1}),
    ];
    for body in wrong {
        let (status, _) = shop.send(reqwest::Method::POST, "/sandbox/changes", &body).await;
        assert!(status >= 400, "{body}");
    }
    shop.close().await;
}
