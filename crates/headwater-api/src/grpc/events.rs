//! `scalekit.v1.events.EventsService`: what happened, for applications that missed a webhook.

use headwater_service::events::Events;
use tonic::{Request, Response, Status, async_trait};

use super::checked;
use crate::error::status;
use crate::proto::events::events_service_server::EventsService;
use crate::proto::events::{
    EventFilter, ListEventsPaginatedRequest, ListEventsPaginatedResponse, ListEventsRequest,
    ListEventsResponse,
};
use crate::wire::event::{event, filter};
use crate::wire::page::page;

const DEFAULT_SIZE: u32 = 30;
const MAX_SIZE: u32 = 100;

/// Answers calls about events.
#[derive(Clone)]
pub(super) struct EventHandlers {
    pub(super) events: Events,
}

#[async_trait]
impl EventsService for EventHandlers {
    async fn list_events(
        &self,
        request: Request<ListEventsRequest>,
    ) -> Result<Response<ListEventsResponse>, Status> {
        let request = checked(request)?;
        self.events(request.filter, request.page_size, &request.page_token).await.map(Response::new)
    }

    async fn list_events_paginated(
        &self,
        request: Request<ListEventsPaginatedRequest>,
    ) -> Result<Response<ListEventsPaginatedResponse>, Status> {
        let request = checked(request)?;
        let ListEventsResponse { events, next_page_token, prev_page_token, .. } =
            self.events(request.filter, request.page_size, &request.page_token).await?;
        Ok(Response::new(ListEventsPaginatedResponse { events, next_page_token, prev_page_token }))
    }
}

impl EventHandlers {
    async fn events(
        &self,
        wanted: Option<EventFilter>,
        size: u32,
        token: &str,
    ) -> Result<ListEventsResponse, Status> {
        let page = page(size, token, DEFAULT_SIZE, MAX_SIZE).map_err(|error| status(&error))?;
        let Some(filter) = filter(wanted.unwrap_or_default()) else {
            return Ok(ListEventsResponse::default());
        };
        let listing = self.events.list(&filter, page).await.map_err(|error| status(&error))?;
        let environment = self.events.environment_id();
        Ok(ListEventsResponse {
            next_page_token: page.next_token(listing.total),
            prev_page_token: page.previous_token(),
            total_size: listing.total,
            events: listing.items.into_iter().map(|it| event(it, &environment)).collect(),
        })
    }
}
