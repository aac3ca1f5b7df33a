//! Where the sign-in server is, and what a token of it is to be for, by cloud.

use reqwest::Url;

use crate::domain::Cloud;
use crate::partner_center::endpoint::{Endpoint, EndpointError};

/// The base URL of a sign-in server; plain `http` to loopback only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority(Endpoint);

impl Authority {
    /// Takes a base URL, or a host alone as `AZURE_AUTHORITY_HOST` may be written.
    ///
    /// # Errors
    /// [`EndpointError`] where a secret should not be sent there.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        match text.contains("://") || text.is_empty() {
            true => Endpoint::parse(text).map(Self),
            false => Endpoint::parse(&format!("https://{text}")).map(Self),
        }
    }

    /// Returns the sign-in server of a cloud ("Partner Center REST URLs", "National clouds").
    #[must_use]
    pub fn for_cloud(cloud: Cloud) -> Self {
        let base = match cloud {
            Cloud::Public => "https://login.microsoftonline.com",
            Cloud::UsGovernment => "https://login.microsoftonline.us",
            Cloud::China => "https://login.partner.microsoftonline.cn",
        };
        Self::parse(base).expect("these are well formed")
    }

    /// Returns the v2 token endpoint of a tenant; `None` where the tenant is no segment of a path.
    pub(super) fn token_url(&self, tenant: &str) -> Option<Url> {
        self.0.below(&[tenant, "oauth2", "v2.0", "token"])
    }
}

impl std::fmt::Display for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.written())
    }
}

/// Returns what a token for Partner Center is for, in a cloud ("Partner Center authentication").
#[must_use]
pub fn resource(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Public | Cloud::UsGovernment => "https://api.partnercenter.microsoft.com",
        Cloud::China => "https://partner.partnercenterapi.microsoftonline.cn",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cloud_has_a_sign_in_server_and_a_resource() {
        for (cloud, url, audience) in [
            (Cloud::Public, "https://login.microsoftonline.com/t/oauth2/v2.0/token", "api.partnercenter"),
            (
                Cloud::UsGovernment,
                "https://login.microsoftonline.us/t/oauth2/v2.0/token",
                "api.partnercenter",
            ),
            (
                Cloud::China,
                "https://login.partner.microsoftonline.cn/t/oauth2/v2.0/token",
                "partnercenterapi",
            ),
        ] {
            assert_eq!(Authority::for_cloud(cloud).token_url("t").unwrap().as_str(), url);
            assert!(resource(cloud).contains(audience));
        }
    }

    #[test]
    fn a_host_alone_is_taken_and_a_secret_goes_nowhere_unencrypted() {
        let url = |text| Authority::parse(text).map(|a| a.token_url("t").unwrap().to_string());
        let expected = "https://login.microsoftonline.us/t/oauth2/v2.0/token";
        assert_eq!(url("login.microsoftonline.us").unwrap(), expected);
        assert_eq!(url("https://login.microsoftonline.us/").unwrap(), expected);
        assert_eq!(url("http://127.0.0.1:9").unwrap(), "http://127.0.0.1:9/t/oauth2/v2.0/token");
        assert!(url("http://login.microsoftonline.com").is_err());
        assert!(url("").is_err());
        assert_eq!(Authority::for_cloud(Cloud::Public).token_url(".."), None);
    }
}
