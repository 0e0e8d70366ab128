//! `scalekit.v1.connected_accounts.ConnectedAccountService`

use headwater_service::accounts::{AccountFilter, AccountLocator, Accounts, ListAccounts};
use headwater_service::connect::{Connect, LinkRequest};
use headwater_service::error::ServiceError;
use tonic::{Request, Response, Status, async_trait};

use super::checked;
use crate::error::status;
use crate::proto::connected_accounts::connected_account_service_server::ConnectedAccountService;
use crate::proto::connected_accounts::{
    CreateConnectedAccountRequest, CreateConnectedAccountResponse, DeleteConnectedAccountRequest,
    DeleteConnectedAccountResponse, DisconnectConnectedAccountRequest, DisconnectConnectedAccountResponse,
    GetConnectedAccountByIdentifierRequest, GetConnectedAccountByIdentifierResponse,
    GetConnectedAccountRequest, GetConnectedAccountResponse, GetMagicLinkForConnectedAccountRequest,
    GetMagicLinkForConnectedAccountResponse, ListConnectedAccountsRequest, ListConnectedAccountsResponse,
    SearchConnectedAccountsRequest, SearchConnectedAccountsResponse, UpdateConnectedAccountRequest,
    UpdateConnectedAccountResponse, VerifyConnectedAccountUserRequest, VerifyConnectedAccountUserResponse,
};
use crate::wire::account::{Naming, change, credentials, details, for_list};
use crate::wire::page::page;
use crate::wire::timestamp::timestamp;

const DEFAULT_SIZE: u32 = 10;
const MAX_LIST_SIZE: u32 = 99;
const MAX_SEARCH_SIZE: u32 = 30;

/// Names an account by the five fields that its request has.
macro_rules! locator {
    ($request:ident) => {
        AccountLocator::from(Naming {
            id: $request.id,
            connector: $request.connector,
            identifier: $request.identifier,
            organization_id: $request.organization_id,
            user_id: $request.user_id,
        })
    };
}

fn by_id(id: String) -> AccountLocator {
    Naming { id: Some(id), ..Naming::default() }.into()
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Answers calls about connected accounts.
#[derive(Clone)]
pub(super) struct AccountHandlers {
    pub(super) accounts: Accounts,
    pub(super) connect: Connect,
}

#[async_trait]
impl ConnectedAccountService for AccountHandlers {
    async fn list_connected_accounts(
        &self,
        request: Request<ListConnectedAccountsRequest>,
    ) -> Result<Response<ListConnectedAccountsResponse>, Status> {
        let request = checked(request)?;
        let page = page(request.page_size, &request.page_token, DEFAULT_SIZE, MAX_LIST_SIZE)
            .map_err(|error| status(&error))?;
        let wanted = wanted(request).map_err(|error| status(&error))?;
        let listing = self.accounts.list(wanted, page).await.map_err(|error| status(&error))?;
        Ok(Response::new(ListConnectedAccountsResponse {
            connected_accounts: listing.items.iter().map(for_list).collect(),
            total_size: listing.total,
            next_page_token: page.next_token(listing.total),
            prev_page_token: page.previous_token(),
        }))
    }

    async fn search_connected_accounts(
        &self,
        request: Request<SearchConnectedAccountsRequest>,
    ) -> Result<Response<SearchConnectedAccountsResponse>, Status> {
        let request = checked(request)?;
        let page = page(request.page_size, &request.page_token, MAX_SEARCH_SIZE, MAX_SEARCH_SIZE)
            .map_err(|error| status(&error))?;
        let filter = AccountFilter { query: Some(request.query), ..AccountFilter::default() };
        let wanted = ListAccounts {
            connection_id: given(Some(request.connection_id)),
            filter,
            ..ListAccounts::default()
        };
        let listing = self.accounts.list(wanted, page).await.map_err(|error| status(&error))?;
        Ok(Response::new(SearchConnectedAccountsResponse {
            connected_accounts: listing.items.iter().map(for_list).collect(),
            total_size: listing.total,
            next_page_token: page.next_token(listing.total),
            prev_page_token: page.previous_token(),
        }))
    }

    async fn create_connected_account(
        &self,
        request: Request<CreateConnectedAccountRequest>,
    ) -> Result<Response<CreateConnectedAccountResponse>, Status> {
        let request = checked(request)?;
        let wanted = request.connected_account.unwrap_or_default();
        let change =
            change(wanted.authorization_details, wanted.api_config).map_err(|error| status(&error))?;
        let locator = Naming {
            id: None,
            connector: request.connector,
            identifier: request.identifier,
            organization_id: request.organization_id,
            user_id: request.user_id,
        };
        let view = self.accounts.create(&locator.into(), change).await.map_err(|error| status(&error))?;
        Ok(Response::new(CreateConnectedAccountResponse { connected_account: Some(details(&view)) }))
    }

    async fn update_connected_account(
        &self,
        request: Request<UpdateConnectedAccountRequest>,
    ) -> Result<Response<UpdateConnectedAccountResponse>, Status> {
        let request = checked(request)?;
        if request.scope_selection.is_some() {
            let message = "scopes are set on the connection; leave scope_selection out";
            return Err(status(&ServiceError::invalid("scope_selection", "unsupported", message)));
        }
        let wanted = request.connected_account.unwrap_or_default();
        let change =
            change(wanted.authorization_details, wanted.api_config).map_err(|error| status(&error))?;
        let locator = locator!(request);
        let view = self.accounts.update(&locator, change).await.map_err(|error| status(&error))?;
        Ok(Response::new(UpdateConnectedAccountResponse { connected_account: Some(details(&view)) }))
    }

    async fn delete_connected_account(
        &self,
        request: Request<DeleteConnectedAccountRequest>,
    ) -> Result<Response<DeleteConnectedAccountResponse>, Status> {
        let request = checked(request)?;
        let locator = locator!(request);
        self.accounts.delete(&locator).await.map_err(|error| status(&error))?;
        Ok(Response::new(DeleteConnectedAccountResponse {}))
    }

    async fn get_magic_link_for_connected_account(
        &self,
        request: Request<GetMagicLinkForConnectedAccountRequest>,
    ) -> Result<Response<GetMagicLinkForConnectedAccountResponse>, Status> {
        let request = checked(request)?;
        let (state, user_verify_url) = (request.state, request.user_verify_url);
        let wanted = LinkRequest { account: locator!(request), state, user_verify_url };
        let link = self.connect.link(wanted).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetMagicLinkForConnectedAccountResponse {
            link: link.url,
            expiry: Some(timestamp(link.expires_at)),
        }))
    }

    async fn verify_connected_account_user(
        &self,
        request: Request<VerifyConnectedAccountUserRequest>,
    ) -> Result<Response<VerifyConnectedAccountUserResponse>, Status> {
        let request = checked(request)?;
        let verified = self.connect.verify_user(&request.auth_request_id, &request.identifier).await;
        let verified = verified.map_err(|error| status(&error))?;
        Ok(Response::new(VerifyConnectedAccountUserResponse {
            post_user_verify_redirect_url: verified.redirect_url,
        }))
    }

    async fn get_connected_account(
        &self,
        request: Request<GetConnectedAccountRequest>,
    ) -> Result<Response<GetConnectedAccountResponse>, Status> {
        let request = checked(request)?;
        let view = self.accounts.get(&by_id(request.id)).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetConnectedAccountResponse { connected_account: Some(details(&view)) }))
    }

    async fn disconnect_connected_account(
        &self,
        request: Request<DisconnectConnectedAccountRequest>,
    ) -> Result<Response<DisconnectConnectedAccountResponse>, Status> {
        let request = checked(request)?;
        let view = self.accounts.disconnect(&by_id(request.id)).await.map_err(|error| status(&error))?;
        Ok(Response::new(DisconnectConnectedAccountResponse { connected_account: Some(details(&view)) }))
    }

    async fn get_connected_account_auth(
        &self,
        request: Request<GetConnectedAccountByIdentifierRequest>,
    ) -> Result<Response<GetConnectedAccountByIdentifierResponse>, Status> {
        let request = checked(request)?;
        let locator = locator!(request);
        let found = self.accounts.credentials(&locator).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetConnectedAccountByIdentifierResponse {
            connected_account: Some(credentials(found)),
        }))
    }

    async fn get_connected_account_details(
        &self,
        request: Request<GetConnectedAccountByIdentifierRequest>,
    ) -> Result<Response<GetConnectedAccountByIdentifierResponse>, Status> {
        let request = checked(request)?;
        let locator = locator!(request);
        let view = self.accounts.get(&locator).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetConnectedAccountByIdentifierResponse { connected_account: Some(details(&view)) }))
    }
}

fn wanted(request: ListConnectedAccountsRequest) -> Result<ListAccounts, ServiceError> {
    let mut connection_names = request.connection_names;
    if let Some(connector) = given(request.connector) {
        if !connection_names.is_empty() {
            let message = "give connector or connection_names, not both";
            return Err(ServiceError::invalid("connection_names", "exclusive with connector", message));
        }
        connection_names.push(connector);
    }
    let filter = AccountFilter {
        identifier: given(request.identifier),
        organization_id: given(request.organization_id),
        user_id: given(request.user_id),
        query: given(Some(request.query)),
        ..AccountFilter::default()
    };
    Ok(ListAccounts {
        connection_names,
        provider: given(Some(request.provider)),
        filter,
        ..ListAccounts::default()
    })
}
