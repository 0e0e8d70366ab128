//! The error of every use case: its kind, a stable code, and a message that says what to do.
//!
//! Besides what a use case names, each can fail with `Internal` where the store or a sealed secret cannot be read or
//! written, and each that changes something with `Unavailable` where the audit log cannot be written (`audit.required`).

use std::fmt;

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_ports::sealer::SealError;
use headwater_ports::store::StoreError;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a use case failed. Small to pass around: the parts are boxed.
pub struct ServiceError(Box<Parts>);

struct Parts {
    kind: ErrorKind,
    code: ErrorCode,
    message: String,
    violations: Vec<Violation>,
    tool: Option<ToolError>,
    help: Option<Help>,
    source: Option<Source>,
}

/// Where somebody can do something about an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// Who does what there.
    pub description: String,
    /// Where.
    pub url: String,
}

/// One field of a request that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field, in the request's own spelling; nested fields dotted.
    pub field: String,
    /// What is wrong and what is allowed.
    pub description: String,
    /// The rule, in short (`required`, `max_len=100`).
    pub constraint: String,
}

/// What a provider's refusal of a tool call looked like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolError {
    /// The run that failed.
    pub execution_id: String,
    /// What went wrong and what to do next, for a model.
    pub message: String,
    /// The provider's own code, or its HTTP status.
    pub code: String,
    /// The tool that was refused.
    pub tool: String,
    /// Scopes that the tool needs and the grant lacks, where that may be the reason.
    pub missing_scopes: Vec<String>,
    /// The provider's answer as it came, cut where it is long.
    pub vendor_body: Option<String>,
}

impl ServiceError {
    /// An error of `kind` with a stable `code` for programs and a `message` for people.
    pub fn new(kind: ErrorKind, code: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Parts {
            kind,
            code,
            message,
            violations: Vec::new(),
            tool: None,
            help: None,
            source: None,
        }))
    }

    /// A request that breaks a rule in one field.
    pub fn invalid(field: &str, constraint: &str, description: impl Into<String>) -> Self {
        let description = description.into();
        let message = format!("{field}: {description}");
        let violation = Violation { field: field.to_owned(), description, constraint: constraint.to_owned() };
        Self::new(ErrorKind::InvalidArgument, ErrorCode::InvalidArgument, message)
            .with_violations(vec![violation])
    }

    /// A request that breaks rules in several fields.
    pub fn invalid_fields(violations: Vec<Violation>) -> Self {
        let lines: Vec<String> =
            violations.iter().map(|it| format!("{}: {}", it.field, it.description)).collect();
        Self::new(ErrorKind::InvalidArgument, ErrorCode::InvalidArgument, lines.join("; "))
            .with_violations(violations)
    }

    /// A thing that is not there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, ErrorCode::ResourceNotFound, message)
    }

    /// A failure of ours. The message stays general; the cause is for the log.
    pub fn internal(message: &'static str, source: impl Into<Source>) -> Self {
        Self::new(ErrorKind::Internal, ErrorCode::Internal, message).caused_by(source)
    }

    /// Adds the fields that broke rules.
    #[must_use]
    pub fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// Marks the error as a provider's refusal of a tool call.
    #[must_use]
    pub fn with_tool(mut self, tool: ToolError) -> Self {
        self.0.tool = Some(tool);
        self
    }

    /// Adds a place where somebody can do something about it, and says so in the message.
    #[must_use]
    pub fn with_help(mut self, help: Help) -> Self {
        let addition = format!(". {}: {}", help.description, help.url);
        self.0.message.push_str(&addition);
        if let Some(tool) = &mut self.0.tool {
            tool.message.push_str(&addition);
        }
        self.0.help = Some(help);
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Whether the store could not be asked, so that what is known of it may serve instead.
    pub(crate) fn store_is_away(&self) -> bool {
        let source = self.0.source.as_ref().and_then(|it| it.downcast_ref::<StoreError>());
        matches!(source, Some(StoreError::Database { .. }))
    }

    /// Its kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Its stable code.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// Its message, for people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The fields that broke rules.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// The provider's refusal, when it is one.
    pub fn tool(&self) -> Option<&ToolError> {
        self.0.tool.as_ref()
    }

    /// Where somebody can do something about it.
    pub fn help(&self) -> Option<&Help> {
        self.0.help.as_ref()
    }

    /// The same error again, without its cause: for waiters that share one failure.
    #[must_use]
    pub fn repeat(&self) -> Self {
        Self(Box::new(Parts {
            kind: self.0.kind,
            code: self.0.code,
            message: self.0.message.clone(),
            violations: self.0.violations.clone(),
            tool: self.0.tool.clone(),
            help: self.0.help.clone(),
            source: None,
        }))
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {}: {}", self.0.kind, self.0.code, self.0.message)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl std::error::Error for ServiceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %Chain(&error), "storage failed");
        Self::internal(
            "headwater's storage failed; nothing was changed. Ask the operator to look at the log",
            error,
        )
    }
}

impl From<SealError> for ServiceError {
    fn from(error: SealError) -> Self {
        tracing::error!(error = %Chain(&error), "a secret could not be sealed or opened");
        Self::internal(
            "a stored secret could not be read or written. Ask the operator to look at the log",
            error,
        )
    }
}

/// An error with all its causes in one line.
struct Chain<'a>(&'a dyn std::error::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(formatter, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}
