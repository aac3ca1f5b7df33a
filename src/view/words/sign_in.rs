//! What to do about a sign-in that is not accepted, in words.

use crate::domain::SignInProblem;

/// Returns the way out.
pub(crate) fn way_out(problem: SignInProblem) -> &'static str {
    match problem {
        SignInProblem::WrongAudience => {
            "the token is for another service: ask for one for `https://api.partnercenter.microsoft.com` (Azure AD Graph's are not \
             taken any more)"
        }
        SignInProblem::TokenRefused => {
            "the token is wrong or has expired: get a new one, or let orderform sign in itself; `orderform auth check` says \
             what is in it"
        }
        SignInProblem::MfaMissing => {
            "sign in again with a second factor and keep the new refresh token; a conditional access policy may ask for more"
        }
        SignInProblem::RoleMissing => {
            "give the user the role Admin agent, or register the application in Partner Center under App management"
        }
        SignInProblem::UserNeeded => {
            "an application alone may not do this: sign in as a user, with `ORDERFORM_REFRESH_TOKEN_FILE`"
        }
        SignInProblem::WrongSecret => {
            "take the value of the client secret, not its id, and look whether it is of this application"
        }
        SignInProblem::SecretExpired => {
            "make a new client secret for the application, and remove the old one"
        }
        SignInProblem::SecretMissing => {
            "set `ORDERFORM_CLIENT_SECRET` or `ORDERFORM_CLIENT_CERTIFICATE_PATH` too: this application has to prove itself"
        }
        SignInProblem::UnknownApplication => {
            "check `ORDERFORM_CLIENT_ID` and `ORDERFORM_TENANT_ID`: the tenant has no such application"
        }
        SignInProblem::UnknownTenant => {
            "check `ORDERFORM_TENANT_ID`, and whether `spec.cloud` is the right one"
        }
        SignInProblem::RefreshTokenEnded => {
            "sign in again as the user, with a second factor, and put the new refresh token in the old one's place"
        }
        SignInProblem::ConsentMissing => {
            "let an administrator of the tenant consent to `user_impersonation` of Microsoft Partner Center"
        }
        SignInProblem::FederationMismatch => {
            "compare issuer, subject and audience (`api://AzureADTokenExchange`) with the application's federated credential"
        }
        SignInProblem::UnknownCertificate => {
            "upload the certificate to the application, or name the file that holds the one it knows"
        }
        SignInProblem::ClockSkew => {
            "set this machine's clock: an assertion holds for ten minutes from its making"
        }
    }
}
