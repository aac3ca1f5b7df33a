//! A command that prints a token, or that is handed one. Who runs it is not our business.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

use crate::domain::Excerpt;

/// What a command printed, or why it failed.
pub type Printed = Pin<Box<dyn Future<Output = Result<SecretString, Excerpt>> + Send>>;

type Run = dyn Fn(Option<SecretString>) -> Printed + Send + Sync;

/// A command that is run that is handed something, or nothing.
#[derive(Clone)]
pub struct Program(Arc<Run>);

impl Program {
    /// Takes what runs it.
    pub fn new(run: impl Fn(Option<SecretString>) -> Printed + Send + Sync + 'static) -> Self {
        Self(Arc::new(run))
    }

    pub(crate) async fn run(&self, handed: Option<SecretString>) -> Result<SecretString, Excerpt> {
        (self.0)(handed).await
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Program")
    }
}
