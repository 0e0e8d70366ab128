//! Naming an account: by its id, or by connection and owner.

use headwater_domain::account::Owner;
use headwater_domain::id::AccountId;
use headwater_domain::name::Identifier;

use crate::bounds;
use crate::error::ServiceError;

/// How a caller names an account. Empty texts count as absent: SDKs send them for "not given".
#[derive(Clone, Debug, Default)]
pub struct AccountLocator {
    /// The account's id; the other fields are not needed with it.
    pub id: Option<String>,
    /// The name of its connection.
    pub connection: Option<String>,
    /// The end user's identifier.
    pub identifier: Option<String>,
    /// The end user's organization.
    pub organization_id: Option<String>,
    /// The end user's user id.
    pub user_id: Option<String>,
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

impl AccountLocator {
    /// Names an account by its connection and identifier.
    pub fn of(connection: &str, identifier: &str) -> Self {
        let (connection, identifier) = (Some(connection.to_owned()), Some(identifier.to_owned()));
        Self { connection, identifier, ..Self::default() }
    }

    pub(crate) fn account_id(&self) -> Result<Option<AccountId>, ServiceError> {
        given(self.id.as_ref())
            .map(|id| {
                AccountId::parse(id)
                    .map_err(|error| ServiceError::invalid("id", "prefix=ca_", error.to_string()))
            })
            .transpose()
    }

    pub(crate) fn connection_name(&self) -> Option<&str> {
        given(self.connection.as_ref())
    }

    /// The owner, where an identifier was given.
    pub(crate) fn owner(&self) -> Result<Option<Owner>, ServiceError> {
        let Some(identifier) = given(self.identifier.as_ref()) else { return Ok(None) };
        let identifier = Identifier::parse(identifier)
            .map_err(|error| ServiceError::invalid("identifier", "identifier", error.to_string()))?;
        let organization_id = given(self.organization_id.as_ref()).map(str::to_owned);
        let user_id = given(self.user_id.as_ref()).map(str::to_owned);
        for (field, text) in [("organization_id", &organization_id), ("user_id", &user_id)] {
            bounds::text(field, text.as_deref().unwrap_or_default(), bounds::OWNER_PART)?;
        }
        Ok(Some(Owner { identifier, organization_id, user_id }))
    }

    /// Connection and owner, both of which must be there when there is no id.
    pub(crate) fn required(&self) -> Result<(&str, Owner), ServiceError> {
        let connection =
            self.connection_name().ok_or_else(|| missing("connector", "the name of the connection"))?;
        let owner = self.owner()?.ok_or_else(|| missing("identifier", "the identifier of the end user"))?;
        Ok((connection, owner))
    }
}

fn missing(field: &str, what: &str) -> ServiceError {
    let message = format!("give {what}, or the connected account's id");
    ServiceError::invalid(field, "required", message)
}
