//! `scalekit.v1.tools.ToolService`

use std::sync::Arc;

use headwater_domain::error_code::ErrorCode;
use headwater_service::accounts::AccountLocator;
use headwater_service::tools::{ExecuteTool, ListScopedTools, ListTools, SearchTools, Tools};
use prost::Message as _;
use serde_json::{Map, Value};
use tonic::{Code, Request, Response, Status, async_trait};

use super::checked;
use crate::error::{refusal, status};
use crate::proto::tools::tool_service_server::ToolService;
use crate::proto::tools::{
    ExecuteToolRequest, ExecuteToolResponse, Filter, ListAvailableToolsRequest, ListAvailableToolsResponse,
    ListScopedToolsRequest, ListScopedToolsResponse, ListToolsRequest, ListToolsResponse, SearchToolsRequest,
    SearchToolsResponse,
};
use crate::rest::Transcoded;
use crate::wire::account::Naming;
use crate::wire::fit::{GRPC_MESSAGE, fit, takes_all};
use crate::wire::page::page;
use crate::wire::struct_value::{from_struct, to_struct};
use crate::wire::tool::{scoped, searched, tool};

const DEFAULT_SIZE: u32 = 300;
const MAX_SIZE: u32 = 1000;
/// With a query, fewer.
const MAX_QUERY_SIZE: u32 = 100;
/// How often an answer stands in memory while it goes out: as its message, and as JSON text.
const COPIES: usize = 2;

/// Answers calls about tools.
#[derive(Clone)]
pub(super) struct ToolHandlers {
    pub(super) tools: Tools,
}

#[async_trait]
impl ToolService for ToolHandlers {
    async fn list_tools(
        &self,
        request: Request<ListToolsRequest>,
    ) -> Result<Response<ListToolsResponse>, Status> {
        let request = checked(request)?;
        let filter = request.filter.unwrap_or_default();
        let queried = filter.query.as_ref().is_some_and(|query| !query.is_empty());
        let max = if queried { MAX_QUERY_SIZE } else { MAX_SIZE };
        let page = page(request.page_size, &request.page_token, DEFAULT_SIZE.min(max), max)
            .map_err(|error| status(&error))?;
        let summary = filter.summary.unwrap_or(false);
        let listing = self.tools.list(&wanted(filter), page).await.map_err(|error| status(&error))?;
        Ok(Response::new(ListToolsResponse {
            next_page_token: page.next_token(listing.total),
            total_size: listing.total,
            prev_page_token: page.previous_token(),
            tool_names: listing.items.iter().map(|it| it.tool.name.clone()).collect(),
            tools: if summary { Vec::new() } else { listing.items.iter().map(tool).collect() },
        }))
    }

    async fn list_scoped_tools(
        &self,
        request: Request<ListScopedToolsRequest>,
    ) -> Result<Response<ListScopedToolsResponse>, Status> {
        let request = checked(request)?;
        let page = page(request.page_size, &request.page_token, DEFAULT_SIZE, MAX_SIZE)
            .map_err(|error| status(&error))?;
        let filter = request.filter.unwrap_or_default();
        let wanted = ListScopedTools {
            identifier: request.identifier,
            providers: filter.providers,
            tool_names: filter.tool_names,
            connection_names: filter.connection_names,
        };
        let listing = self.tools.list_scoped(&wanted, page).await.map_err(|error| status(&error))?;
        Ok(Response::new(ListScopedToolsResponse {
            next_page_token: page.next_token(listing.total),
            total_size: listing.total,
            prev_page_token: page.previous_token(),
            tools: listing.items.iter().map(scoped).collect(),
        }))
    }

    async fn list_available_tools(
        &self,
        request: Request<ListAvailableToolsRequest>,
    ) -> Result<Response<ListAvailableToolsResponse>, Status> {
        let request = checked(request)?;
        let page = page(request.page_size, &request.page_token, DEFAULT_SIZE, MAX_SIZE)
            .map_err(|error| status(&error))?;
        let listing = self.tools.list_available(page).await.map_err(|error| status(&error))?;
        Ok(Response::new(ListAvailableToolsResponse {
            next_page_token: page.next_token(listing.total),
            total_size: listing.total,
            prev_page_token: page.previous_token(),
            tools: listing.items.iter().map(tool).collect(),
        }))
    }

    async fn search_tools(
        &self,
        request: Request<SearchToolsRequest>,
    ) -> Result<Response<SearchToolsResponse>, Status> {
        let request = checked(request)?;
        let wanted =
            SearchTools { query: request.query, identifier: request.identifier, count: request.top_k };
        let found = self.tools.search(&wanted).await.map_err(|error| status(&error))?;
        Ok(Response::new(SearchToolsResponse { tools: found.iter().map(searched).collect() }))
    }

    async fn execute_tool(
        &self,
        request: Request<ExecuteToolRequest>,
    ) -> Result<Response<ExecuteToolResponse>, Status> {
        let whole = takes_all(request.metadata().get("user-agent").and_then(|it| it.to_str().ok()))
            || request.extensions().get::<Transcoded>().is_some();
        let request = checked(request)?;
        let account = Naming {
            id: request.connected_account_id,
            connector: request.connector,
            identifier: request.identifier,
            organization_id: request.organization_id,
            user_id: request.user_id,
        };
        let arguments = request.params.map(from_struct).unwrap_or_default();
        let call = ExecuteTool { name: request.tool_name, arguments, account: account.into() };
        let executed = self.tools.execute(call).await.map_err(|error| status(&error))?;
        let (path, mut held) = (executed.path, executed.held);
        let mut reply =
            ExecuteToolResponse { data: Some(to_struct(executed.data)), execution_id: executed.execution_id };
        if !whole && fit(&mut reply, GRPC_MESSAGE, path.as_deref()).is_err() {
            too_large_for_client(&mut reply, path.as_deref())?;
        }
        held.shrink(reply.encoded_len() * COPIES);
        let mut response = Response::new(reply);
        response.extensions_mut().insert(Arc::new(held));
        Ok(response)
    }
}

/// An answer of many small parts that the client would refuse. What was read can be read in smaller parts; what was
/// written is not told as failed.
fn too_large_for_client(reply: &mut ExecuteToolResponse, path: Option<&str>) -> Result<(), Status> {
    let length = reply.encoded_len();
    let why = format!("the answer has {length} bytes, and this client takes {GRPC_MESSAGE}");
    let Some(path) = path else {
        let note = format!("The call took effect; {why}, so it was left out. Read what was written.");
        let data = [("success".to_owned(), Value::Bool(true)), ("note".to_owned(), Value::String(note))];
        reply.data = Some(to_struct(Map::from_iter(data)));
        return Ok(());
    };
    let message = format!(
        "{why}: ask for less at once, or read it with GET /proxy{path}, with POST /api/v1/execute_tool (REST), or with \
         the Node SDK, all of which pass on answers of any size"
    );
    Err(refusal(Code::OutOfRange, ErrorCode::AnswerTooLarge, &message))
}

fn wanted(filter: Filter) -> ListTools {
    let account = AccountLocator {
        id: filter.connected_account_id,
        connection: filter.connector,
        identifier: Some(filter.identifier),
        organization_id: filter.organization_id,
        user_id: filter.user_id,
    };
    ListTools { provider: Some(filter.provider), names: filter.tool_name, query: filter.query, account }
}
