//! Settings of a project that others than manifests need.

/// What may be done about an attempt in doubt once the wait has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecoveryMode {
    /// Send the same attempt again once it is proved absent: old enough, and listed nowhere.
    #[default]
    Verify,
    /// Also send it again at once while it is younger than ten minutes, trusting `MS-RequestId`.
    Trust,
    /// Never send again: a person decides.
    Strict,
}
