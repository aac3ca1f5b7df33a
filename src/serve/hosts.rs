//! By which names a server answers: a browser that was led here under another one, by a name server of others, gets nothing.
//!
//! A page of others can ask this machine's ports for anything (DNS rebinding: its own name turns into our address), and then
//! the browser lets it read the answer. The name that it asked by gives it away. An address cannot be rebound.
//!
//! **Invariant:** at a loopback address only loopback's own names and addresses, and those that were given, are answered.

use std::net::{IpAddr, Ipv6Addr};

/// The names.
#[derive(Debug, Clone)]
pub struct Hosts {
    /// Whether only this machine gets here at all.
    loopback: bool,
    names: Vec<String>,
}

impl Hosts {
    /// Takes the address that is listened at, and names beside it.
    #[must_use]
    pub fn new(address: IpAddr, names: Vec<String>) -> Self {
        let names = names.iter().map(|name| plain(name)).collect();
        Self { loopback: address.is_loopback(), names }
    }

    /// Says whether it answers by this name, as a `Host` header has it: with a port or without.
    #[must_use]
    pub fn answer(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else { return false };
        let bracketed = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let address = match bracketed {
            Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => name.parse().ok().filter(IpAddr::is_ipv4),
        };
        match address {
            Some(address) => address.is_loopback() || !self.loopback,
            None => {
                let name = plain(name);
                name == "localhost" || (!name.is_empty() && self.names.contains(&name))
            }
        }
    }
}

/// Takes the port away; `None` where there is one that is none.
fn without_port(host: &str) -> Option<&str> {
    let end = host.rfind(']').map_or(0, |at| at + 1);
    match host[end..].find(':') {
        None => Some(host),
        Some(at) => {
            let (name, port) = host.split_at(end + at);
            port[1..].bytes().all(|b| b.is_ascii_digit()).then_some(name)
        }
    }
}

/// Names are the same whatever their case, and with the final dot of a full one.
fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(address: &str, names: &[&str]) -> Hosts {
        Hosts::new(address.parse().unwrap(), names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn on_loopback_only_loopback_is_answered() {
        for address in ["127.0.0.1", "::1"] {
            let hosts = hosts(address, &["Watch.Example."]);
            let ours = [
                "localhost",
                "LOCALHOST:9464",
                "localhost.",
                "127.0.0.1",
                "127.9.9.9:1",
                "[::1]:9464",
                "[::1]",
            ];
            for host in ours.into_iter().chain(["watch.example", "watch.example:443"]) {
                assert!(hosts.answer(host), "{host}");
            }
            for host in [
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "evil.example:9464",
                "10.0.0.1",
                "[2001:db8::1]",
                "0.0.0.0",
                "",
                ":80",
                "localhost:80:80",
                "localhost:http",
                "user@localhost",
                "[::1",
                "::1",
                "[127.0.0.1]",
                "[localhost]",
                "2130706433",
                "127.1",
            ] {
                assert!(!hosts.answer(host), "{host}");
            }
        }
    }

    #[test]
    fn elsewhere_every_address_is_answered_and_no_name_that_was_not_given() {
        let hosts = hosts("0.0.0.0", &["orderform.licences.svc"]);
        for host in ["10.1.2.3:9464", "[2001:db8::1]:9464", "localhost:9464", "orderform.licences.svc"] {
            assert!(hosts.answer(host), "{host}");
        }
        for host in ["evil.example", "orderform.licences.svc.evil.example", "licences.svc"] {
            assert!(!hosts.answer(host), "{host}");
        }
    }
}
