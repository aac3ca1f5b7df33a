//! Orders: the client as [`PartnerCenter`] has it.
//!
//! **Invariant:** one request a call, but for audit records, which come in pages; nothing is judged.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};

use super::client::{CORRELATION_ID, Client, REQUEST_ID, failed, guid, read_error};
use super::exchange::{Failure, Whole};
use super::{audit, body, convert};
use crate::domain::{
    Answer, AuditedOrder, CustomerId, EndpointId, Listing, Moment, NotSent, ObservedOrder, OrderId, OrderSpec,
};
use crate::ports::{Outgoing, PartnerCenter, ReadError};

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

    async fn create_order(&self, send: Outgoing) -> Answer {
        let Outgoing { customer, request_id, correlation_id, .. } = send;
        let answer = match self.post(&send).await {
            Ok((whole, _)) => Answer::Response {
                status: whole.status,
                retry_after: whole.retry_after,
                body: body::classify(whole.status, &whole.body),
            },
            Err(Failure::NotSent(why)) => Answer::NotSent(NotSent(why)),
            Err(Failure::Lost(why)) => Answer::Lost(why),
        };
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

    async fn audited_orders(
        &self,
        customer: CustomerId,
        since: Moment,
    ) -> Result<Vec<AuditedOrder>, ReadError> {
        let Some(since) = since.server.or_else(|| self.now().server) else {
            return Ok(Vec::new());
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

    async fn post(&self, send: &Outgoing) -> Result<(Whole, Moment), Failure> {
        let mut headers = self.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(REQUEST_ID, guid(&send.request_id));
        headers.insert(CORRELATION_ID, guid(&send.correlation_id));
        let request = self
            .creates
            .request(Method::POST, self.orders_url(send.customer))
            .headers(headers)
            .body(send.body.clone());
        self.ask(request, self.settings.order_limit_bytes).await
    }
}
