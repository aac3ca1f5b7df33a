//! A client that signs in by itself: how often it asks for a token, and what it does with one that is refused.

use std::sync::Arc;

use orderform::domain::{Answer, Excerpt};
use orderform::partner_center::sign_in::{Authority, Credential, Entra, Proof, Secret, Way};
use orderform::partner_center::{Client, Endpoint};
use orderform::ports::{PartnerCenter as _, ReadError};

use super::server::{Act, Server, answer};
use super::{customer, outgoing, run, settings};

const NOBODY: &str = r#"{"totalCount":0,"items":[]}"#;
const OLD: &str = r#"{"code":800001,"description":"old"}"#;

fn granted(token: &str) -> Act {
    let body = format!(r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"{token}"}}"#);
    Act::Answer(answer("200 OK", "", body))
}

fn said(status: &str, body: &str) -> Act {
    Act::Answer(answer(status, "", body))
}

/// A client of one server that signs in at another.
fn client(partner_center: &Server, sign_in: &Server) -> Client {
    let entra = Entra {
        authority: Authority::parse(&sign_in.base).unwrap(),
        tenant: "t".to_owned(),
        client_id: "app".to_owned(),
        resource: "https://api.partnercenter.microsoft.com".to_owned(),
    };
    let secret = Secret::Text("canary-client-secret-of-a-test".into());
    let credential = Credential::by(Way::Application(entra, Proof::Secret(secret)));
    Client::new(Endpoint::parse(&partner_center.base).unwrap(), credential, settings()).unwrap()
}

fn bearers(server: &Server) -> Vec<String> {
    let requests = server.requests();
    let of = |request: &String| {
        let line = request.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization: "))?;
        line.rsplit_once(' ').map(|(_, token)| token.to_owned())
    };
    requests.iter().filter_map(of).collect()
}

#[test]
fn however_many_ask_at_once_one_request_gets_the_token() {
    run(async {
        let sign_in = Server::start(vec![granted("one")]).await;
        let shop = Server::start(vec![said("200 OK", NOBODY)]).await;
        let client = Arc::new(client(&shop, &sign_in));
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let client = Arc::clone(&client);
                tokio::spawn(async move { client.list_orders(customer()).await })
            })
            .collect();
        for task in tasks {
            assert!(task.await.unwrap().unwrap().orders.is_empty());
        }
        assert_eq!((sign_in.requests().len(), shop.requests().len()), (1, 16));
        let form = &sign_in.requests()[0];
        assert!(form.starts_with("POST /t/oauth2/v2.0/token HTTP/1.1"), "{form}");
        assert!(form.ends_with(
            "client_id=app&grant_type=client_credentials&scope=https%3A%2F%2Fapi.partnercenter.microsoft.com%2F.default\
             &client_secret=canary-client-secret-of-a-test"
        ));
    });
}

#[test]
fn a_refused_read_is_asked_once_more_with_another_token() {
    run(async {
        let sign_in = Server::start(vec![granted("one"), granted("two")]).await;
        let shop = Server::start(vec![said("401 No", ""), said("200 OK", NOBODY)]).await;
        let client = client(&shop, &sign_in);
        client.list_orders(customer()).await.unwrap();
        assert_eq!(bearers(&shop), ["one", "two"]);
        // And where the new one is refused too, that is the end of it, however often it is asked.
        let sign_in = Server::start(vec![granted("one"), granted("two"), granted("three")]).await;
        let shop = Server::start(vec![said("401 No", OLD)]).await;
        let client = self::client(&shop, &sign_in);
        for _ in 0..3 {
            let error = client.list_orders(customer()).await.unwrap_err();
            assert!(matches!(error, ReadError::SignIn(_)), "{error}");
        }
        assert_eq!(bearers(&shop), ["one", "two", "two", "two"]);
        assert_eq!(sign_in.requests().len(), 2);
    });
}

#[test]
fn a_refused_create_is_never_sent_twice_by_the_client() {
    run(async {
        let sign_in = Server::start(vec![granted("one"), granted("two"), granted("three")]).await;
        let shop = Server::start(vec![said("401 No", OLD)]).await;
        let client = client(&shop, &sign_in);
        let renewed = client.create_order(outgoing()).await;
        assert!(matches!(renewed, Answer::SignInRenewed(_)), "{renewed:?}");
        assert_eq!(bearers(&shop), ["one"]);
        // The next send is somebody else's decision, and has the new token; it is not renewed without end.
        let refused = client.create_order(outgoing()).await;
        assert!(matches!(refused, Answer::Response { status: 401, .. }), "{refused:?}");
        assert_eq!(bearers(&shop), ["one", "two"]);
        assert_eq!(sign_in.requests().len(), 2);
    });
}

/// A front door's 401 proves nothing, so nothing is made of it.
#[test]
fn a_401_that_is_not_partner_centers_own_is_left_as_it_is() {
    run(async {
        let sign_in = Server::start(vec![granted("one"), granted("two")]).await;
        let shop = Server::start(vec![said("401 No", "<html>"), said("401 No", "")]).await;
        let client = client(&shop, &sign_in);
        for _ in 0..2 {
            let answer = client.create_order(outgoing()).await;
            assert!(matches!(answer, Answer::Response { status: 401, .. }), "{answer:?}");
        }
        assert_eq!(sign_in.requests().len(), 1);
    });
}

#[test]
fn without_a_token_nothing_is_sent_and_a_refusal_is_not_asked_for_again() {
    run(async {
        let no = r#"{"error":"invalid_client","error_description":"AADSTS7000215: canary-client-secret-of-a-test","error_codes":[7000215]}"#;
        let sign_in = Server::start(vec![said("401 No", no)]).await;
        let shop = Server::start(vec![said("200 OK", NOBODY)]).await;
        let client = client(&shop, &sign_in);
        let Answer::NotSignedIn(refused) = client.create_order(outgoing()).await else {
            panic!("it was sent")
        };
        assert_eq!(refused.why, Excerpt::of("AADSTS7000215: [token]"));
        for _ in 0..3 {
            let error = client.list_orders(customer()).await.unwrap_err();
            assert!(matches!(error, ReadError::SignIn(_)), "{error}");
        }
        assert_eq!((sign_in.requests().len(), shop.requests().len()), (1, 0));
    });
}

#[test]
fn a_sign_in_server_that_is_down_or_busy_is_no_refusal() {
    run(async {
        for (act, is_busy) in [
            (said("500 No", "<html>"), false),
            (Act::Answer(answer("429 No", "Retry-After: 7\r\n", "{}")), true),
            (Act::Reset, false),
        ] {
            let sign_in = Server::start(vec![act, granted("one")]).await;
            let shop = Server::start(vec![said("200 OK", NOBODY)]).await;
            let client = client(&shop, &sign_in);
            let error = client.list_orders(customer()).await.unwrap_err();
            match error {
                ReadError::NotNow { retry_after } => assert!(is_busy && retry_after.unwrap().as_secs() == 7),
                other => assert!(!is_busy && matches!(other, ReadError::Failed(_)), "{other}"),
            }
            client.list_orders(customer()).await.unwrap();
        }
    });
}
