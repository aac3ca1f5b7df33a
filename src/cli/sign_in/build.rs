//! A credential made of variables, by way.

use std::path::{Path, PathBuf};

use reqwest::Url;
use secrecy::ExposeSecret as _;

use super::variables::Variables;
use super::{Method, choose, notify};
use crate::cli::failure::Failure;
use crate::cli::program::program;
use crate::domain::Cloud;
use crate::partner_center::AccessToken;
use crate::partner_center::sign_in::{
    Authority, Certificate, Credential, Entra, Federated, ManagedIdentity, Proof, RefreshToken, Secret, Way,
    resource,
};

/// Where the metadata service of a virtual machine is.
const METADATA: &str = "http://169.254.169.254";

const TENANT: [&str; 2] = ["ORDERFORM_TENANT_ID", "AZURE_TENANT_ID"];
const CLIENT: [&str; 2] = ["ORDERFORM_CLIENT_ID", "AZURE_CLIENT_ID"];
const AUTHORITY: [&str; 2] = ["ORDERFORM_AUTHORITY", "AZURE_AUTHORITY_HOST"];

pub(super) fn credential(method: Method, of: &Variables, cloud: Cloud) -> Result<Credential, Failure> {
    let way = match method {
        Method::AccessToken => return access_token(of),
        Method::TokenCommand => {
            let name = "ORDERFORM_TOKEN_COMMAND";
            Way::Command(program(name, &of.needed(&[name], "a token command")?)?)
        }
        Method::RefreshToken => {
            let refresh = refresh_token(of)?;
            let proof = choose(of, Method::proves)?.map(|method| proof(method, of)).transpose()?;
            Way::User(entra(of, cloud, "a refresh token")?, proof, refresh)
        }
        Method::ManagedIdentity => Way::Machine {
            identity: managed_identity(of)?,
            resource: resource(cloud).to_owned(),
            client_id: of.first(&CLIENT)?.map(|(_, text)| text),
        },
        method => {
            let proof = proof(method, of)?;
            Way::Application(entra(of, cloud, what(method))?, proof)
        }
    };
    Ok(Credential::by(way))
}

fn what(method: Method) -> &'static str {
    match method {
        Method::ClientSecret => "a client secret",
        Method::Certificate => "a certificate",
        Method::GitHub => "GitHub Actions",
        Method::AzureDevOps => "Azure DevOps",
        _ => "a federated token",
    }
}

fn access_token(of: &Variables) -> Result<Credential, Failure> {
    if let Some(text) = of.text("ORDERFORM_ACCESS_TOKEN")? {
        return Ok(AccessToken::parse(&text)?.into());
    }
    let name = "ORDERFORM_ACCESS_TOKEN_FILE";
    let file = of.path(name).ok_or_else(|| {
        Failure::new("signing in with an access token lacks `ORDERFORM_ACCESS_TOKEN`")
            .hint(format!("set it, or `{name}`"))
    })?;
    require_file(&file, name, "the token")?;
    Ok(Credential::file(file))
}

fn entra(of: &Variables, cloud: Cloud, what: &str) -> Result<Entra, Failure> {
    let authority = match of.first(&AUTHORITY)? {
        None => Authority::for_cloud(cloud),
        Some((name, text)) => Authority::parse(&text).map_err(|error| {
            Failure::new(format!("`{name}` is no sign-in server")).caused_by(error.to_string()).hint(
                "write it as `https://login.microsoftonline.com`; plain `http` goes to 127.0.0.1, [::1] and localhost only",
            )
        })?,
    };
    Ok(Entra {
        authority,
        tenant: of.needed(&TENANT, what)?,
        client_id: of.needed(&CLIENT, what)?,
        resource: resource(cloud).to_owned(),
    })
}

fn proof(method: Method, of: &Variables) -> Result<Proof, Failure> {
    Ok(match method {
        Method::ClientSecret => Proof::Secret(client_secret(of)?),
        Method::Certificate => Proof::Certificate(Box::new(certificate(of)?)),
        Method::IdToken => {
            let name = "ORDERFORM_ID_TOKEN";
            Proof::Federated(Federated::Ready(Secret::Text(of.needed(&[name], "an id token")?.into())))
        }
        Method::WorkloadIdentity => {
            let name = "AZURE_FEDERATED_TOKEN_FILE";
            let file = PathBuf::from(of.needed(&[name], "workload identity")?);
            require_file(&file, name, "the token of the service account")?;
            Proof::Federated(Federated::File(file))
        }
        Method::GitHub => Proof::Federated(Federated::GitHub {
            url: url(of, "ACTIONS_ID_TOKEN_REQUEST_URL", "GitHub Actions")?,
            token: platform_token(of, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GitHub Actions")?,
        }),
        _ => Proof::Federated(Federated::AzureDevOps {
            url: url(of, "SYSTEM_OIDCREQUESTURI", "Azure DevOps")?,
            token: platform_token(of, "SYSTEM_ACCESSTOKEN", "Azure DevOps")?,
            connection: of.needed(&["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"], "Azure DevOps")?,
        }),
    })
}

fn client_secret(of: &Variables) -> Result<Secret, Failure> {
    let (text, file) = ("ORDERFORM_CLIENT_SECRET", "ORDERFORM_CLIENT_SECRET_FILE");
    one_of(of, text, file)?;
    if let Some(file) = of.path(file) {
        require_file(&file, "ORDERFORM_CLIENT_SECRET_FILE", "the secret")?;
        return Ok(Secret::File(file));
    }
    Ok(Secret::Text(of.needed(&[text, "AZURE_CLIENT_SECRET"], "a client secret")?.into()))
}

fn certificate(of: &Variables) -> Result<Certificate, Failure> {
    let names = ["ORDERFORM_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"];
    let file = PathBuf::from(of.needed(&names, "a certificate")?);
    let name = names.into_iter().find(|name| of.has(name)).unwrap_or(names[0]);
    require_file(&file, name, "a certificate and its key")?;
    Certificate::read(&file).map_err(|error| {
        Failure::new(format!("what `{name}` names is no certificate with its key"))
            .caused_by(error.to_string())
            .hint("name a PEM file with the certificate and its RSA key, without a passphrase")
    })
}

fn refresh_token(of: &Variables) -> Result<RefreshToken, Failure> {
    let (text, file) = ("ORDERFORM_REFRESH_TOKEN", "ORDERFORM_REFRESH_TOKEN_FILE");
    one_of(of, text, file)?;
    let from = match of.path(file) {
        Some(path) => {
            require_file(&path, file, "the refresh token")?;
            Secret::File(path)
        }
        None => Secret::Text(of.needed(&[text, file], "a refresh token")?.into()),
    };
    let name = "ORDERFORM_REFRESH_TOKEN_COMMAND";
    let keeper = of.text(name)?.map(|command| program(name, &command)).transpose()?;
    Ok(RefreshToken::new(from, keeper, notify()))
}

fn managed_identity(of: &Variables) -> Result<ManagedIdentity, Failure> {
    if of.has("IDENTITY_ENDPOINT") && of.has("IDENTITY_HEADER") {
        return Ok(ManagedIdentity::AppService {
            endpoint: url(of, "IDENTITY_ENDPOINT", "the machine's identity")?,
            header: of.secret("IDENTITY_HEADER")?.unwrap_or_default(),
        });
    }
    let name = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
    let base = match of.has(name) {
        true => url(of, name, "the machine's identity")?,
        false => Url::parse(METADATA).expect("it is well formed"),
    };
    Ok(ManagedIdentity::Metadata { base })
}

fn url(of: &Variables, name: &'static str, what: &str) -> Result<Url, Failure> {
    let text = of.needed(&[name], what)?;
    Url::parse(&text).map_err(|_| Failure::new(format!("`{name}` is no URL")))
}

fn platform_token(of: &Variables, name: &'static str, what: &str) -> Result<AccessToken, Failure> {
    let hint = match name {
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN" => "give the job `permissions: id-token: write`",
        _ => "hand the step `SYSTEM_ACCESSTOKEN: $(System.AccessToken)` in its `env`",
    };
    let text = of.needed(&[name], what).map_err(|failure| failure.hint(hint))?;
    let text = secrecy::SecretString::from(text);
    AccessToken::parse(text.expose_secret()).map_err(|_| Failure::new(format!("`{name}` is no token")))
}

fn one_of(of: &Variables, text: &str, file: &str) -> Result<(), Failure> {
    match of.has(text) && of.has(file) {
        true => Err(Failure::new(format!("`{text}` and `{file}` are both set")).hint("unset one of them")),
        false => Ok(()),
    }
}

/// Refuses a file that cannot be read, before anything is asked of anybody. It is not named: somebody may have put the secret
/// itself where its file is to be named.
fn require_file(file: &Path, name: &str, what: &str) -> Result<(), Failure> {
    std::fs::File::open(file).map(drop).map_err(|error| {
        Failure::new(format!("cannot read the file that `{name}` names: {error}"))
            .hint(format!("`{name}` is the path of a file with {what} in it"))
    })
}
