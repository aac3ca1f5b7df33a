//! What an answer proves, sorted by what may be done about it and never by where it came from.
//!
//! **Invariant:** whatever is not understood is [`Class::Unknown`]. Only a whole, well-formed refusal is believed to
//! have bought nothing: the one assumption that the README states.

use std::time::Duration;

use crate::domain::{Answer, AnswerBody, Likeness, ObservedOrder, OrderId, OrderSpec, ServiceError};

/// The statuses that refuse a request before anything is bought, when they carry Partner Center's own error.
const REFUSALS: [u16; 8] = [400, 401, 403, 404, 405, 413, 415, 422];

/// What an answer proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// The order exists: it is the one that was sent.
    Created(Box<ObservedOrder>),
    /// This send bought nothing, and neither would the same again.
    Refused(ServiceError),
    /// This send bought nothing; the same may be sent again, after this long at the earliest.
    NotNow {
        /// `Retry-After`, where one was given.
        wait: Option<Duration>,
        /// What happened, for people.
        why: String,
    },
    /// The order may exist.
    Unknown {
        /// What happened, for people.
        why: String,
        /// The order that was named all the same; while nobody has looked at it, nothing is sent again.
        order_id: Option<OrderId>,
    },
}

/// Judges an answer to a POST of `sent`.
#[must_use]
pub fn classify(answer: Answer, sent: &OrderSpec) -> Class {
    match answer {
        Answer::NotSent(reason) => Class::NotNow { wait: None, why: format!("not reached: {}", reason.0) },
        Answer::NotSignedIn(reason) => Class::NotNow { wait: None, why: format!("not signed in: {reason}") },
        Answer::SignInRenewed(error) => {
            Class::NotNow { wait: None, why: format!("signed in anew after {error}") }
        }
        Answer::Lost(reason) => Class::Unknown { why: format!("no answer: {reason}"), order_id: None },
        Answer::Response { status: 429, retry_after, .. } => {
            Class::NotNow { wait: retry_after, why: "Partner Center is throttling (429)".to_owned() }
        }
        Answer::Response { status: 200 | 201, body: AnswerBody::Order(order), .. } => {
            judge_order(order, sent)
        }
        Answer::Response { status, body: AnswerBody::Error(error), .. } if REFUSALS.contains(&status) => {
            Class::Refused(error)
        }
        Answer::Response { status, body, .. } => {
            Class::Unknown { why: describe(status, &body), order_id: named(&body) }
        }
    }
}

fn judge_order(order: Box<ObservedOrder>, sent: &OrderSpec) -> Class {
    let id = &order.id;
    let contradiction = if order.customer_id != Some(sent.customer_id) {
        format!("the answer shows order {id} for another customer")
    } else if order.likeness(sent) == Likeness::Different {
        format!("the answer shows order {id} with other lines than were sent")
    } else {
        return Class::Created(order);
    };
    Class::Unknown { why: contradiction, order_id: Some(order.id) }
}

fn named(body: &AnswerBody) -> Option<OrderId> {
    match body {
        AnswerBody::Order(order) => Some(order.id.clone()),
        _ => None,
    }
}

fn describe(status: u16, body: &AnswerBody) -> String {
    match body {
        AnswerBody::Order(order) => format!("status {status} with order {}", order.id),
        AnswerBody::Error(error) => error.to_string(),
        AnswerBody::Throttled(message) => format!("status {status}: {message}"),
        AnswerBody::Unreadable(excerpt) if excerpt.as_str().is_empty() => {
            format!("status {status} without a body")
        }
        AnswerBody::Unreadable(excerpt) => {
            format!("status {status}, not Partner Center's JSON: {excerpt}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{order, spec};
    use crate::domain::{CustomerId, Excerpt, NotSent, SignInRefused};

    fn response(status: u16, body: AnswerBody) -> Answer {
        Answer::Response { status, retry_after: None, body }
    }

    fn error(status: u16) -> AnswerBody {
        AnswerBody::Error(ServiceError { status, code: "800002".into(), description: Excerpt::of("bad") })
    }

    #[test]
    fn the_order_that_was_sent_is_created() {
        for status in [200, 201] {
            let class = classify(response(status, AnswerBody::Order(Box::new(order("1", 5)))), &spec(5));
            assert!(matches!(class, Class::Created(_)), "{class:?}");
        }
    }

    #[test]
    fn an_order_for_somebody_else_or_with_other_lines_is_unknown() {
        let mut foreign = order("1", 5);
        foreign.customer_id = CustomerId::parse("00000000-0000-0000-0000-00000000000f").ok();
        let mut nobodys = order("1", 5);
        nobodys.customer_id = None;
        for wrong in [foreign, nobodys, order("1", 6)] {
            let class = classify(response(201, AnswerBody::Order(Box::new(wrong))), &spec(5));
            assert!(matches!(class, Class::Unknown { order_id: Some(_), .. }), "{class:?}");
        }
    }

    #[test]
    fn only_a_whole_refusal_in_partner_centers_words_is_believed() {
        for status in REFUSALS {
            assert!(matches!(classify(response(status, error(status)), &spec(5)), Class::Refused(_)));
            let html = AnswerBody::Unreadable(Excerpt::of("<html>"));
            assert!(matches!(classify(response(status, html), &spec(5)), Class::Unknown { .. }));
        }
        for status in
            [200, 201, 202, 204, 301, 307, 402, 406, 408, 409, 410, 412, 417, 428, 500, 501, 502, 503, 504]
        {
            assert!(
                matches!(classify(response(status, error(status)), &spec(5)), Class::Unknown { .. }),
                "{status}"
            );
        }
    }

    #[test]
    fn an_order_under_any_other_status_is_unknown() {
        for status in [202, 206, 302, 400, 409, 500] {
            let class = classify(response(status, AnswerBody::Order(Box::new(order("1", 5)))), &spec(5));
            assert!(matches!(class, Class::Unknown { .. }), "{status}");
        }
    }

    #[test]
    fn what_never_left_and_what_was_throttled_may_be_sent_again() {
        let never_left = Answer::NotSent(NotSent(Excerpt::of("connection refused")));
        assert!(matches!(classify(never_left, &spec(5)), Class::NotNow { wait: None, .. }));
        let refused = ServiceError { status: 401, code: "800001".into(), description: Excerpt::of("old") };
        let renewed = Answer::SignInRenewed(refused);
        assert!(matches!(classify(renewed, &spec(5)), Class::NotNow { wait: None, .. }));
        let nobody = Answer::NotSignedIn(SignInRefused::saying("expired"));
        assert!(matches!(classify(nobody, &spec(5)), Class::NotNow { wait: None, .. }));
        let wait = Some(Duration::from_secs(57));
        let throttled = Answer::Response { status: 429, retry_after: wait, body: error(429) };
        assert!(matches!(classify(throttled, &spec(5)), Class::NotNow { wait: w, .. } if w == wait));
        assert!(matches!(classify(Answer::Lost(Excerpt::of("reset")), &spec(5)), Class::Unknown { .. }));
    }
}
