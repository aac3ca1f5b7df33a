//! Orders: the client as [`PartnerCenter`] has it.
//!
//! **Invariant:** one request a call, but for audit records, which come in pages; nothing is judged.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use tokio::time::{Instant, timeout};

use super::client::{CORRELATION_ID, Client, REQUEST_ID, failed, guid, read_error};
use super::exchange::Failure;
use super::sign_in::SignInError;
use super::{audit, body, convert};
use crate::domain::{
    Answer, AnswerBody, AuditedOrder, CustomerId, EndpointId, Excerpt, Listing, Moment, NotSent,
    ObservedOrder, ObservedSubscription, OrderId, OrderSpec,
};
use crate::ports::{NoTurn, Outgoing, PartnerCenter, Pauses, ReadError, Turn};

/// How long an order waits for a token at the most; of a short request, half of it. Who still asks for one then goes on, and the next send has it.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(20);

impl PartnerCenter for Client {
    fn endpoint(&self) -> EndpointId {
        self.endpoint.id()
    }

    fn render(&self, spec: &OrderSpec) -> String {
        convert::render(spec)
    }

    fn now(&self) -> Moment {
        self.clock.now()
    }

    async fn turn(&self) -> Result<Turn, NoTurn> {
        // An order is announced once it has its turn, and is to leave soon after: who signs in first does not keep it.
        // Without a token it goes on, for what to make of that is decided where it would leave.
        let _ = timeout(self.sign_in_patience(), self.credential.token()).await;
        self.turnstile.turn().await.map(Turn::holding)
    }

    fn pauses(&self) -> Pauses {
        self.turnstile.pauses()
    }

    async fn next_pause(&self, told: u64) -> Pauses {
        self.turnstile.next_pause(told).await
    }

    async fn create_order(&self, send: Outgoing) -> Answer {
        let Outgoing { customer, request_id, correlation_id, .. } = send;
        let answer = self.post(&send).await;
        tracing::debug!(%customer, %request_id, %correlation_id, ?answer, "create order");
        answer
    }

    async fn list_orders(&self, customer: CustomerId) -> Result<Listing, ReadError> {
        let url = self.orders_url(customer);
        let limit = self.settings.list_limit_bytes;
        let (whole, at) = self.read(url, HeaderMap::new(), limit).await?;
        if whole.status != 200 {
            return Err(read_error(&whole));
        }
        let orders = body::read_orders(customer, &whole.body).map_err(ReadError::Failed)?;
        Ok(Listing { orders, at })
    }

    async fn find_order(
        &self,
        customer: CustomerId,
        order: OrderId,
    ) -> Result<Option<ObservedOrder>, ReadError> {
        let segments = ["customers", &customer.to_string(), "orders", order.as_str()];
        let url = self.endpoint.url(&segments);
        let url = url.ok_or_else(|| failed(&format!("`{order}` is not an order id")))?;
        let limit = self.settings.order_limit_bytes;
        let (whole, _) = self.read(url, HeaderMap::new(), limit).await?;
        if whole.status == 404 && body::read_fault(404, &whole.body).is_some() {
            return Ok(None);
        }
        if whole.status != 200 {
            return Err(read_error(&whole));
        }
        let value = body::read(&whole.body).map_err(ReadError::Failed)?;
        let found = convert::observed_order(value).map_err(ReadError::Failed)?;
        if found.id == order && found.customer_id == Some(customer) {
            Ok(Some(found))
        } else {
            Err(failed(&format!("asked for order `{order}`, another one came")))
        }
    }

    async fn list_subscriptions(&self, customer: CustomerId) -> Result<Vec<ObservedSubscription>, ReadError> {
        // The method of the same name that every client has.
        Self::list_subscriptions(self, customer).await
    }

    async fn audited_orders(
        &self,
        customer: CustomerId,
        since: Moment,
    ) -> Result<Vec<AuditedOrder>, ReadError> {
        let Some(since) = since.server.or_else(|| self.now().server) else {
            return Err(failed("without the server's time there is no day to ask from"));
        };
        let pages = self.audit_pages(audit::records_url(&self.endpoint, customer, since)).await?;
        let created = |record| audit::created_order(customer, record);
        let orders = pages.records.into_iter().filter_map(created).collect();
        Ok(orders)
    }
}

impl Client {
    fn orders_url(&self, customer: CustomerId) -> Url {
        self.endpoint.url(&["customers", &customer.to_string(), "orders"]).expect("a GUID is a path segment")
    }

    fn sign_in_patience(&self) -> Duration {
        SIGN_IN_TIMEOUT.min(self.settings.request_timeout / 2)
    }

    /// Sends one POST. The time that signing in takes is taken off the request's, so that both together are no longer.
    async fn post(&self, send: &Outgoing) -> Answer {
        let began = Instant::now();
        let token = match timeout(self.sign_in_patience(), self.credential.token()).await {
            Ok(Ok(token)) => token,
            Ok(Err(SignInError::Refused(refused))) => return Answer::NotSignedIn(refused),
            Ok(Err(error)) => return Answer::NotSent(NotSent(Excerpt::of(&error.to_string()))),
            Err(_) => return Answer::NotSent(NotSent(Excerpt::of("signing in takes too long"))),
        };
        // The last look before it leaves: to sign in may have taken a while.
        let wait = self.turnstile.left();
        if !wait.is_zero() {
            return Answer::NotYet { wait };
        }
        let left = self.settings.request_timeout.saturating_sub(began.elapsed());
        let request = self.request(send).timeout(left);
        let whole = match self.ask(request, &token, self.settings.order_limit_bytes).await {
            Ok((whole, _)) => whole,
            Err(Failure::NotSent(why)) => return Answer::NotSent(NotSent(why)),
            Err(Failure::Lost(why)) => return Answer::Lost(why),
        };
        let (status, retry_after) = (whole.status, whole.retry_after);
        match body::classify(status, &whole.body) {
            // It bought nothing, and with another token it may be sent again: by whoever wrote down that it was sent.
            AnswerBody::Error(error) if status == 401 && self.credential.renew(&token).await.is_some() => {
                Answer::SignInRenewed(error)
            }
            body => Answer::Response { status, retry_after, body },
        }
    }

    fn request(&self, send: &Outgoing) -> reqwest::RequestBuilder {
        let mut headers = self.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(REQUEST_ID, guid(&send.request_id));
        headers.insert(CORRELATION_ID, guid(&send.correlation_id));
        self.creates
            .request(Method::POST, self.orders_url(send.customer))
            .headers(headers)
            .body(send.body.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner_center::sign_in::{Credential, Program, Way};
    use crate::partner_center::{ClientSettings, Endpoint};

    fn client(signing_in: Duration) -> Client {
        let program = Program::new(move |_| {
            Box::pin(async move {
                tokio::time::sleep(signing_in).await;
                Ok("a-token".into())
            })
        });
        let endpoint = Endpoint::parse("http://127.0.0.1:9").unwrap();
        Client::new(endpoint, Credential::by(Way::Command(program)), ClientSettings::default()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_a_turn_has_a_token_and_who_gets_none_in_time_still_has_a_turn() {
        let quick = client(Duration::from_secs(7));
        drop(quick.turn().await.unwrap());
        let began = Instant::now();
        quick.credential.token().await.unwrap();
        assert_eq!(began.elapsed(), Duration::ZERO);
        let slow = client(SIGN_IN_TIMEOUT * 3);
        let began = Instant::now();
        drop(slow.turn().await.unwrap());
        // A timer has steps of a millisecond.
        assert!(began.elapsed() < SIGN_IN_TIMEOUT * 2);
    }
}
