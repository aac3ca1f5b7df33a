//! The routes by which tokens are got, and by which clients find them.
//!
//! OpenID discovery of both versions and of instances; the token endpoints; the identity of a machine
//! (`/metadata/identity/oauth2/token` as the metadata service has it, `/sandbox/identity/token` as App Service has it); and what the platforms
//! give those who run on them: `/sandbox/github/token`, `/sandbox/devops/token`.
//!
//! **Invariant:** every URL that is answered has the host that was asked for, so that a client never leaves this machine.

use std::collections::HashMap;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, Response, header};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::Sandbox;
use super::bearer;
use super::deliver::Visit;
use super::faults::Occasion;
use super::reply::Reply;
use super::token::{EXCHANGE, Posted, Version};

type Parameters = Query<HashMap<String, String>>;
type PostedForm = Result<Form<HashMap<String, String>>, FormRejection>;

/// How long the token of a platform lives, in seconds.
const PLATFORM_LIFE_SECS: i64 = 600;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/{tenant}/oauth2/token", post(token_v1))
        .route("/{tenant}/oauth2/v2.0/token", post(token_v2))
        .route("/{tenant}/.well-known/openid-configuration", get(discovery_v1))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery_v2))
        .route("/{tenant}/discovery/keys", get(keys))
        .route("/{tenant}/discovery/v2.0/keys", get(keys))
        .route("/common/discovery/instance", get(instance))
        .route("/metadata/identity/oauth2/token", get(metadata))
        .route("/sandbox/identity/token", get(app_service))
        .route("/sandbox/github/token", get(github))
        .route("/sandbox/devops/token", post(devops))
}

async fn token_v1(
    sandbox: State<Sandbox>,
    Path(tenant): Path<String>,
    visit: Visit,
    form: PostedForm,
) -> Response<Body> {
    token(Version::V1, &tenant, &sandbox, visit, form).await
}

async fn token_v2(
    sandbox: State<Sandbox>,
    Path(tenant): Path<String>,
    visit: Visit,
    form: PostedForm,
) -> Response<Body> {
    token(Version::V2, &tenant, &sandbox, visit, form).await
}

/// Answers as if nothing had been posted where the form cannot be read: that has an answer of its own.
async fn token(
    version: Version,
    tenant: &str,
    sandbox: &Sandbox,
    visit: Visit,
    form: PostedForm,
) -> Response<Body> {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let posted = Posted { version, tenant, form: &form };
    let work = |_| sandbox.0.desk.token(posted, sandbox.0.clock.timestamp());
    visit.answer(sandbox, Occasion::Token, None, work).await
}

/// Returns scheme and host by which we were asked.
fn base(sandbox: &Sandbox, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if sandbox.0.tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{host}")
}

async fn discovery_v1(
    State(sandbox): State<Sandbox>,
    Path(tenant): Path<String>,
    visit: Visit,
) -> Response<Body> {
    let tenant = format!("{}/{tenant}", base(&sandbox, visit.headers()));
    let document = configuration(&tenant, &format!("{tenant}/"), "", "/discovery/keys");
    visit.dress(&sandbox, Reply::json(200, &document))
}

async fn discovery_v2(
    State(sandbox): State<Sandbox>,
    Path(tenant): Path<String>,
    visit: Visit,
) -> Response<Body> {
    let tenant = format!("{}/{tenant}", base(&sandbox, visit.headers()));
    let document = configuration(&tenant, &format!("{tenant}/v2.0"), "/v2.0", "/discovery/v2.0/keys");
    visit.dress(&sandbox, Reply::json(200, &document))
}

/// The document of "OpenID Connect on the Microsoft identity platform".
fn configuration(tenant: &str, issuer: &str, version: &str, keys: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{tenant}/oauth2{version}/authorize"),
        "token_endpoint": format!("{tenant}/oauth2{version}/token"),
        "device_authorization_endpoint": format!("{tenant}/oauth2{version}/devicecode"),
        "jwks_uri": format!("{tenant}{keys}"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code", "id_token", "code id_token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "scopes_supported": ["openid", "profile", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "tid"],
        "tenant_region_scope": null,
    })
}

/// No key: a token of the sandbox is not signed.
async fn keys(State(sandbox): State<Sandbox>, visit: Visit) -> Response<Body> {
    visit.dress(&sandbox, Reply::json(200, &json!({"keys": []})))
}

async fn instance(State(sandbox): State<Sandbox>, visit: Visit) -> Response<Body> {
    let base = base(&sandbox, visit.headers());
    let host = base.split_once("://").map_or("", |(_, host)| host);
    let document = json!({
        "tenant_discovery_endpoint": format!("{base}/common/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    });
    visit.dress(&sandbox, Reply::json(200, &document))
}

async fn metadata(State(sandbox): State<Sandbox>, Query(query): Parameters, visit: Visit) -> Response<Body> {
    let is_meant = visit.headers().get("metadata").is_some_and(|value| value == "true");
    machine(&sandbox, &query, visit, is_meant).await
}

async fn app_service(
    State(sandbox): State<Sandbox>,
    Query(query): Parameters,
    visit: Visit,
) -> Response<Body> {
    let is_meant = visit.headers().contains_key("x-identity-header");
    machine(&sandbox, &query, visit, is_meant).await
}

async fn machine(
    sandbox: &Sandbox,
    query: &HashMap<String, String>,
    visit: Visit,
    is_meant: bool,
) -> Response<Body> {
    let (resource, client) = (query.get("resource"), query.get("client_id").map(String::as_str));
    let work = |_| match resource {
        Some(resource) if is_meant && client != Some("unknown") => {
            sandbox.0.desk.machine(resource, client, sandbox.0.clock.timestamp())
        }
        _ => {
            Reply::json(400, &json!({"error": "invalid_request", "error_description": "Identity not found"}))
        }
    };
    visit.answer(sandbox, Occasion::Token, None, work).await
}

async fn github(State(sandbox): State<Sandbox>, Query(query): Parameters, visit: Visit) -> Response<Body> {
    let audience = query.get("audience").cloned().unwrap_or_default();
    platform(&sandbox, visit, "value", &audience, "repo:contoso/licences:ref:refs/heads/main").await
}

async fn devops(State(sandbox): State<Sandbox>, Query(query): Parameters, visit: Visit) -> Response<Body> {
    let connection = query.get("serviceConnectionId").map_or("", String::as_str);
    let subject = if connection == "stranger" { "stranger" } else { "sc://contoso/licences/orders" };
    platform(&sandbox, visit, "oidcToken", EXCHANGE, subject).await
}

/// Gives who runs on a platform its token, which needs the platform's bearer.
async fn platform(
    sandbox: &Sandbox,
    visit: Visit,
    name: &'static str,
    audience: &str,
    subject: &str,
) -> Response<Body> {
    let has_bearer = bearer::token_of(visit.headers()).is_some();
    let now = sandbox.0.clock.timestamp();
    let claims = json!({
        "iss": "https://platform.example",
        "sub": subject,
        "aud": audience,
        "exp": now.as_second() + PLATFORM_LIFE_SECS,
    });
    let work = |_| match has_bearer {
        true => Reply::json(200, &json!({name: bearer::unsigned(&claims)})),
        false => Reply::json(401, &json!({"message": "no bearer"})),
    };
    visit.answer(sandbox, Occasion::Token, None, work).await
}
