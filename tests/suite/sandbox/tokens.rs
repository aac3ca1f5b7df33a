//! The sandbox's sign-in server as clients find it, and what an application alone may not do.

use std::time::Duration;

use orderform::sandbox::Options;
use serde_json::{Value, json};

use super::shop::{CUSTOMER, REQUEST_ID, Shop, parsed};

const SCOPE: &str = "https://api.partnercenter.microsoft.com/.default";

async fn token(shop: &Shop, grant: &[(&str, &str)]) -> String {
    let fields = [grant, &[("client_id", "app"), ("scope", SCOPE)]].concat();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let request = shop.client.post(format!("{}/contoso/oauth2/v2.0/token", shop.base));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.finish());
    let answer = parsed(&request.send().await.unwrap().bytes().await.unwrap());
    answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn read(shop: &Shop, path: &str, token: &str) -> (u16, Value) {
    let answer = shop.client.get(format!("{}{path}", shop.base)).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), parsed(&answer.bytes().await.unwrap()))
}

#[tokio::test]
async fn every_url_of_discovery_has_the_host_that_was_asked_for() {
    let shop = Shop::open(Options::default()).await;
    for (path, token_path) in [
        ("/contoso/.well-known/openid-configuration", "/contoso/oauth2/token"),
        ("/contoso/v2.0/.well-known/openid-configuration", "/contoso/oauth2/v2.0/token"),
    ] {
        let document = shop.look(path).await;
        assert_eq!(document["token_endpoint"], json!(format!("{}{token_path}", shop.base)));
        for (name, value) in document.as_object().unwrap() {
            let text = value.as_str().unwrap_or(&shop.base);
            assert!(text.starts_with(&shop.base), "{name}: {value}");
        }
        let keys = document["jwks_uri"].as_str().unwrap().strip_prefix(&shop.base).unwrap();
        assert_eq!(shop.look(keys).await, json!({"keys": []}));
    }
    let instance = shop.look("/common/discovery/instance?api-version=1.1").await;
    let host = shop.base.strip_prefix("http://").unwrap();
    assert_eq!(instance["metadata"][0]["preferred_network"], json!(host));
    let found = instance["tenant_discovery_endpoint"].as_str().unwrap().strip_prefix(&shop.base).unwrap();
    assert!(shop.look(found).await["token_endpoint"].is_string());
    shop.close().await;
}

#[tokio::test]
async fn an_application_alone_does_not_learn_how_far_an_order_is_provisioned() {
    let shop = Shop::open(Options::default()).await;
    let order = parsed(&shop.buy(REQUEST_ID).await.unwrap().bytes().await.unwrap());
    let id = order["id"].as_str().unwrap();
    let path = format!("/v1/customers/{CUSTOMER}/orders/{id}/provisioningstatus");
    let app = token(&shop, &[("grant_type", "client_credentials"), ("client_secret", "s")]).await;
    let user = token(&shop, &[("grant_type", "refresh_token"), ("refresh_token", "r")]).await;
    let (status, refused) = read(&shop, &path, &app).await;
    assert_eq!((status, &refused["code"]), (403, &json!(900_329)));
    let (status, lines) = read(&shop, &path, &user).await;
    assert_eq!((status, &lines["items"][0]["status"]), (200, &json!("fulfilled")));
    // Everything else that an order needs, it may.
    for path in [format!("/v1/customers/{CUSTOMER}/orders"), "/v1/customers?size=1".to_owned()] {
        assert_eq!(read(&shop, &path, &app).await.0, 200, "{path}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_token_lives_as_long_as_it_is_told_to() {
    let shop = Shop::open(Options { token_life: Duration::ZERO, ..Options::default() }).await;
    let grant = [("grant_type", "client_credentials"), ("client_secret", "s")];
    let over = token(&shop, &grant).await;
    let (status, refused) = read(&shop, "/v1/customers", &over).await;
    assert_eq!((status, &refused["code"]), (401, &json!(800_001)));
    shop.close().await;
}
