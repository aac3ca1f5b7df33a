//! Who is told what a watcher does: receivers of notifications, as `orderform.yaml` names them.
//!
//! **Invariant:** values only, and none of them is a secret: a URL and a signing secret are named by the environment
//! variables that hold them.

/// Somebody who is told of passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// What it is called in messages and logs.
    pub name: String,
    /// The environment variable that holds its URL. For Slack and Teams a URL is all that is needed to post.
    pub url_from: String,
    /// What it reads.
    pub shape: Shape,
    /// The environment variable that holds the secret to sign with; `None` where nothing is signed.
    pub secret_from: Option<String>,
    /// What it is told of; everything where it is empty.
    pub on: Vec<Topic>,
}

impl Receiver {
    /// Says whether it wants to hear of any of these.
    #[must_use]
    pub fn wants(&self, topics: impl IntoIterator<Item = Topic>) -> bool {
        topics.into_iter().any(|topic| self.on.is_empty() || self.on.contains(&topic))
    }
}

/// What a receiver reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A document of our own, with a schema.
    Json,
    /// An Adaptive Card, for a workflow of Microsoft Teams.
    Teams,
    /// Blocks, for an incoming webhook of Slack.
    Slack,
}

impl Shape {
    /// All of them, as manifests name them.
    pub const ALL: [(&str, Self); 3] = [("json", Self::Json), ("teams", Self::Teams), ("slack", Self::Slack)];
}

/// What a pass may be about, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// An order is in doubt.
    Doubt,
    /// The pass failed.
    Failed,
    /// Something holds all of it.
    Held,
    /// The manifests are wrong.
    Invalid,
    /// An order was not bought: refused, put off, or its turn never came.
    Refused,
    /// An order waits for a person.
    Blocked,
    /// An order was bought, or found to be, or has a new name.
    Bought,
    /// Something is to be done, and it was not done in this pass.
    Planned,
    /// It went on after passes that failed, were held, or had wrong manifests.
    Recovered,
}

impl Topic {
    /// All of them, as manifests name them.
    pub const ALL: [(&str, Self); 9] = [
        ("doubt", Self::Doubt),
        ("failed", Self::Failed),
        ("held", Self::Held),
        ("invalid", Self::Invalid),
        ("refused", Self::Refused),
        ("blocked", Self::Blocked),
        ("bought", Self::Bought),
        ("planned", Self::Planned),
        ("recovered", Self::Recovered),
    ];

    /// Returns the word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, topic)| *topic == self).expect("every topic has its word").0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_word_and_whoever_names_none_hears_of_all() {
        for (word, topic) in Topic::ALL {
            assert_eq!(topic.word(), word);
        }
        let everything = Receiver {
            name: "desk".into(),
            url_from: "URL".into(),
            shape: Shape::Json,
            secret_from: None,
            on: vec![],
        };
        let doubts = Receiver { on: vec![Topic::Doubt], ..everything.clone() };
        assert!(everything.wants([Topic::Bought]) && !everything.wants([]));
        assert!(doubts.wants([Topic::Bought, Topic::Doubt]) && !doubts.wants([Topic::Bought]));
    }
}
