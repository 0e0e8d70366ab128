//! The codes that errors carry for programs. Each is told to callers, to end users or to the audit log, and keeps its
//! meaning from release to release.

use std::fmt;

use crate::error::ErrorKind;

/// Lists the codes once, for the type, its texts and the table in docs/errors.md.
macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $text:literal [$($kind:ident),*] $remedy:literal;)+) => {
        /// The stable code of an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ErrorCode {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl ErrorCode {
            /// All codes, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code as it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What it means, in whole sentences.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($meaning),+).trim(),)+ }
            }

            /// What whoever meets it does, in whole sentences.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)+ }
            }

            /// The kinds of the errors that carry it. None for codes that only the end user's page and the audit log
            /// have.
            pub const fn kinds(self) -> &'static [ErrorKind] {
                match self { $(Self::$name => &[$(ErrorKind::$kind),*],)+ }
            }
        }
    };
}

codes! {
    /// A field of the request breaks a rule, or the request cannot be read.
    InvalidArgument = "INVALID_ARGUMENT" [InvalidArgument] "Mend the fields that the error lists.";
    /// There is no such account, connection, tool, client or webhook.
    ResourceNotFound = "RESOURCE_NOT_FOUND" [NotFound] "Check the id or name; the message suggests near ones.";
    /// There is nothing at this address.
    NotFound = "NOT_FOUND" [NotFound] "Check the path.";
    /// There is one already.
    AlreadyExists = "ALREADY_EXISTS" [AlreadyExists] "Use the one that is there, or another name.";
    /// Somebody else changed the same thing at the same time. Nothing was changed.
    Conflict = "CONFLICT" [Conflict] "Read it again and repeat the change.";
    /// This server does not have the method.
    Unimplemented = "UNIMPLEMENTED" [Unimplemented] "Use a method that it has.";
    /// The address does not take this HTTP method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED" [InvalidArgument, Unimplemented] "Use one of the methods that the answer names.";
    /// The environment URL that the client was given has a path.
    WrongEnvironmentUrl = "WRONG_ENVIRONMENT_URL" [NotFound, Unimplemented] "Give the client the origin that the message names.";

    /// The access token is missing, expired or wrong.
    Unauthenticated = "UNAUTHENTICATED" [Unauthenticated] "Fetch a token from /oauth/token; the SDKs do so by themselves.";
    /// The client id is unknown or the client secret is wrong (RFC 6749 §5.2).
    InvalidClient = "invalid_client" [Unauthenticated] "Check both; `headwater client list` shows the ids.";
    /// Credentials came unencrypted to a server whose origin is https. They were not looked at.
    PlaintextCredentials = "PLAINTEXT_CREDENTIALS" [FailedPrecondition] "Use the https address, and change the credentials: others may have read them.";
    /// The API client lacks the role that the method needs.
    RoleMissing = "ROLE_MISSING" [PermissionDenied] "Ask the operator for the role that the message names.";
    /// The operator's policy does not allow this.
    NotAllowed = "NOT_ALLOWED" [PermissionDenied] "Ask the operator about the setting that the message names.";
    /// A connection's endpoint cannot be moved without the client secret.
    ClientSecretNeeded = "CLIENT_SECRET_NEEDED" [PermissionDenied, FailedPrecondition] "Send the client secret with the change.";

    /// The message is larger than a gRPC call may be.
    MessageTooLarge = "MESSAGE_TOO_LARGE" [ResourceExhausted] "Send less, or send the body through /proxy.";
    /// The body is larger than allowed.
    BodyTooLarge = "BODY_TOO_LARGE" [ResourceExhausted] "Send less.";
    /// The answer is larger than the client takes, and cannot be cut.
    AnswerTooLarge = "ANSWER_TOO_LARGE" [InvalidArgument] "Ask for less at once, or read it with a raw request through /proxy.";
    /// The operator's bound on the number of rows or on stored bytes is reached.
    QuotaExceeded = "QUOTA_EXCEEDED" [ResourceExhausted] "Delete what is not needed, or ask the operator for more.";
    /// An account or an API client has as many calls under way as it may have.
    TooManyCalls = "TOO_MANY_CALLS" [ResourceExhausted] "Call again later, and less often at the same time.";
    /// A site has as many calls under way as it takes, or asked for a pause. Nothing was sent.
    RateLimited = "RATE_LIMITED" [ResourceExhausted] "Call again after the pause that the answer names.";
    /// The calls under way take all the memory that the server may use for them.
    ServerBusy = "SERVER_BUSY" [ResourceExhausted] "Call again in a few seconds, and with less at once.";
    /// The request took longer than the server allows and was cut off.
    DeadlineExceeded = "DEADLINE_EXCEEDED" [DeadlineExceeded] "Ask for less at once. A change may have been made: look before you repeat it.";

    /// The connected account is not active: it was never authorized, has expired or was revoked.
    AccountNotActive = "ACCOUNT_NOT_ACTIVE" [FailedPrecondition] "Send the end user to a new authorization link.";
    /// The connection is disabled.
    ConnectionDisabled = "CONNECTION_DISABLED" [FailedPrecondition] "Ask the operator to enable it.";
    /// The connection lacks a client id or secret.
    ConnectionNotConfigured = "CONNECTION_NOT_CONFIGURED" [FailedPrecondition] "Ask the operator to enter them.";
    /// The provider refuses the connection's own client id and secret. The account is kept.
    ConnectionRefused = "CONNECTION_REFUSED" [FailedPrecondition] "Ask the operator to enter the right client secret.";
    /// It is not known which of several sites the account is to reach.
    SiteUnknown = "SITE_UNKNOWN" [FailedPrecondition] "Name it with `cloud_id` in `api_config`, or authorize again and pick one.";
    /// The tool belongs to another provider than the account.
    ProviderMismatch = "PROVIDER_MISMATCH" [InvalidArgument] "Use an account of the tool's provider.";
    /// The flow was started for another identifier than the one that was confirmed.
    IdentifierMismatch = "IDENTIFIER_MISMATCH" [PermissionDenied] "Confirm the identifier of the user who is signed in to your application.";
    /// This database serves real users, and `dev` does not take it.
    NotForDevelopment = "NOT_FOR_DEVELOPMENT" [FailedPrecondition] "Use another data directory.";

    /// The access token could not be refreshed now. The account is kept.
    RefreshFailed = "REFRESH_FAILED" [Unavailable] "Call again later; the call had no effect.";
    /// The refresh of the access token was interrupted. The account is kept.
    RefreshInterrupted = "REFRESH_INTERRUPTED" [Unavailable] "Call again.";
    /// The database seems to be a copy, so that no token is refreshed.
    RefreshFenced = "REFRESH_FENCED" [Unavailable] "Ask the operator to run `headwater adopt`, unless another server uses the original.";
    /// The provider answered as it does when a grant is lost, and it is not known yet whether this one is.
    GrantInDoubt = "GRANT_IN_DOUBT" [Unavailable] "Call again in half a minute; the call had no effect.";
    /// The audit log cannot be written, and what cannot be logged is not done.
    AuditUnavailable = "AUDIT_UNAVAILABLE" [Unavailable] "Ask the operator to look at the log; call again later.";
    /// The server stopped while this was going on.
    Interrupted = "INTERRUPTED" [Unavailable] "Look whether a change was made before you repeat it.";
    /// headwater is at fault.
    Internal = "INTERNAL" [Internal] "Ask the operator to look at the log.";

    /// A raw request did not reach the provider, or was not answered.
    ProviderUnreachable = "PROVIDER_UNREACHABLE" [Unavailable, DeadlineExceeded, Internal, PermissionDenied] "The message says whether the request may have had its effect. If not, send it again.";
    /// The provider refused a tool call. The details hold its code and words, and what to do next.
    ToolError = "TOOL_ERROR" [InvalidArgument, Unauthenticated, PermissionDenied, NotFound, Conflict, ResourceExhausted, DeadlineExceeded, Unavailable, Internal] "Do what the message says.";
    /// In a tool error: the provider's answer did not arrive.
    NoAnswer = "NO_ANSWER" [DeadlineExceeded, ResourceExhausted, Internal, Unavailable] "The message says whether the call may have had its effect.";
    /// In a tool error: the call succeeded, but its answer cannot be read.
    UnreadableAnswer = "UNREADABLE_ANSWER" [Internal] "Do not repeat a change; read what became of it.";
    /// In a tool error: what an update must send back was not in the provider's answer. Nothing was written.
    NothingToKeep = "NOTHING_TO_KEEP" [InvalidArgument] "Give the member in the call.";
    /// In a tool error: the file to upload is larger than allowed. Nothing was changed.
    FileTooLarge = "FILE_TOO_LARGE" [InvalidArgument] "Upload it with a raw request through /proxy.";
    /// In a tool error: the file to upload could not be fetched. Nothing was changed.
    NoFile = "NO_FILE" [Internal] "Check the handle of the earlier download.";

    /// The link, or what the browser came back with, is not known here.
    UnknownLink = "UNKNOWN_LINK" [] "The application makes a new authorization link.";
    /// The link was used before.
    LinkUsed = "LINK_USED" [] "The application makes a new authorization link.";
    /// The link has expired.
    LinkExpired = "LINK_EXPIRED" [] "The application makes a new authorization link.";
    /// The answer came from another browser than the one that started.
    OtherBrowser = "OTHER_BROWSER" [] "The end user opens the link and consents in one browser.";
    /// The end user declined.
    Declined = "DECLINED" [] "The end user opens a new link to consent after all.";
    /// The provider reported an error at consent.
    ProviderError = "PROVIDER_ERROR" [] "The page shows the provider's words.";
    /// The authorization code could not be exchanged for tokens.
    ExchangeFailed = "EXCHANGE_FAILED" [] "The end user tries again; if it stays, the operator looks at the log.";
    /// The provider does not accept the client id and secret of the connection.
    WrongClientSecret = "WRONG_CLIENT_SECRET" [] "The operator enters the right client secret.";
    /// The consent reaches no site.
    NoSite = "NO_SITE" [] "The end user consents for a site that has Confluence.";
    /// The consent came from another user of the provider than the one the account is connected as.
    OtherUser = "OTHER_USER" [] "The end user signs in to the provider as the same user, or the account is deleted first.";
    /// The provider did not tell whether the consent came from the account's user.
    UserUnknown = "USER_UNKNOWN" [] "The end user tries again.";
    /// The site that was picked is not among those that were granted.
    ForeignSite = "FOREIGN_SITE" [] "The end user picks one of the sites that are offered.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_written_in_its_own_way_and_says_what_to_do() {
        let mut written = BTreeSet::new();
        for code in ErrorCode::ALL {
            assert!(written.insert(code.as_str()), "{code} is there twice");
            assert!(code.meaning().ends_with('.') && code.remedy().ends_with('.'), "{code}");
        }
    }
}
