//! A sandbox that serves, a client of it, and the order that most tests buy.

use orderform::sandbox::{Faults, Options, Sandbox, SandboxError};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(super) const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";
pub(super) const REQUEST_ID: &str = "57870501-203b-468e-8a63-078a3826d8ec";

/// A sandbox that serves, and a client of it.
pub(super) struct Shop {
    pub(super) base: String,
    pub(super) client: Client,
    pub(super) sandbox: Sandbox,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) serving: JoinHandle<Result<(), SandboxError>>,
}

impl Shop {
    pub(super) async fn open(options: Options) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let sandbox = Sandbox::open(options).unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        Self {
            base: format!("http://{address}"),
            client: client(),
            serving: tokio::spawn(sandbox.clone().serve(listener, shutdown)),
            sandbox,
            stop,
        }
    }

    pub(super) async fn failing(how: &str) -> Self {
        let yaml = format!("faults: [{{ on: create, at: 1, do: {how} }}]");
        Self::open(Options { faults: Faults::from_yaml(&yaml).unwrap(), ..Options::default() }).await
    }

    pub(super) async fn buy(&self, request_id: &'static str) -> reqwest::Result<Response> {
        buy(self.client.clone(), self.base.clone(), request_id).await
    }

    pub(super) async fn look(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth("token");
        parsed(&request.send().await.unwrap().bytes().await.unwrap())
    }

    pub(super) fn bought(&self) -> usize {
        self.sandbox.ledger().len()
    }

    pub(super) async fn close(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }
}

/// Buys what the first sample of "Create an order" buys.
pub(super) async fn buy(client: Client, base: String, request_id: &str) -> reqwest::Result<Response> {
    client
        .post(format!("{base}/v1/customers/{CUSTOMER}/orders"))
        .bearer_auth("token")
        .header("MS-RequestId", request_id)
        .header("MS-CorrelationId", "9c272436-538d-4dd4-a421-c811e004784c")
        .header("Content-Type", "application/json")
        .header("Expect", "100-continue")
        .body(documented_request().to_string())
        .send()
        .await
}

pub(super) fn client() -> Client {
    // Another test may have installed it before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

pub(super) fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

/// The request of the page "Create an order" for a legacy offer: C# names, and null for what is not known.
pub(super) fn documented_request() -> Value {
    json!({
        "Id": null,
        "ReferenceCustomerId": CUSTOMER,
        "BillingCycle": "unknown",
        "LineItems": [{
            "LineItemNumber": 0,
            "OfferId": "84A03D81-6B37-4D66-8D4A-FAEA24541538",
            "SubscriptionId": null,
            "ParentSubscriptionId": null,
            "FriendlyName": "new offer purchase",
            "Quantity": 5,
            "PartnerIdOnRecord": null,
            "Attributes": { "ObjectType": "OrderLineItem" },
        }],
        "CreationDate": null,
        "Attributes": { "ObjectType": "Order" },
    })
}

/// What a client learned: the status and the whole body, or that there was none.
pub(super) async fn learned(answer: reqwest::Result<Response>) -> Option<(u16, Vec<u8>)> {
    let answer = answer.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.bytes().await.ok()?.to_vec()))
}
