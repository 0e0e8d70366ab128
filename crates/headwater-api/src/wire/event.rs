//! Events and their filters.

use headwater_domain::event::{Event, EventKind};
use headwater_domain::id::{AccountId, ConnectionId};
use headwater_service::events::EventFilter;

use super::struct_value::to_struct;
use super::timestamp::{moment, timestamp};
use crate::proto::events::{self, ObjectType, ScalekitEvent, Source};

/// An event as the wire has it.
pub(crate) fn event(event: Event, environment: &str) -> ScalekitEvent {
    ScalekitEvent {
        spec_version: "1".to_owned(),
        id: event.id.to_string(),
        r#type: event.kind.as_str().to_owned(),
        occurred_at: Some(timestamp(event.occurred_at)),
        environment_id: environment.to_owned(),
        organization_id: event.organization_id,
        object: ObjectType::ConnectedAccount.into(),
        data: Some(to_struct(event.data)),
        display_name: String::new(),
    }
}

/// Which events are wanted; `None` where nothing that happens here can pass. Empty texts count as absent: SDKs send
/// them for "not given".
pub(crate) fn filter(wire: events::EventFilter) -> Option<EventFilter> {
    let never =
        [Some(wire.auth_request_id), wire.interceptor_id, wire.interceptor_status, wire.interceptor_decision];
    let foreign = wire.source == Source::DirSync as i32;
    if foreign || never.into_iter().any(|text| given(text).is_some()) {
        return None;
    }
    // An id of another form than ours names nothing.
    let account = given(wire.connected_account_id).map(|id| AccountId::parse(&id)).transpose().ok()?;
    let connection = given(wire.connection_id).map(|id| ConnectionId::parse(&id)).transpose().ok()?;
    let kinds: Vec<EventKind> = wire.event_types.iter().filter_map(|name| EventKind::parse(name)).collect();
    if kinds.is_empty() && !wire.event_types.is_empty() {
        return None;
    }
    Some(EventFilter {
        kinds,
        account,
        connection,
        organization_id: given(Some(wire.organization_id)),
        since: wire.start_time.map(moment),
        until: wire.end_time.map(moment),
    })
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_passes_nothing_and_empty_texts_do_not_narrow() {
        let none = || events::EventFilter { connection_id: Some(String::new()), ..Default::default() };
        let all = filter(none()).unwrap();
        assert!(all.kinds.is_empty() && all.connection.is_none() && all.organization_id.is_none());
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mixed = names(&["user.login", "connected_account.deleted"]);
        let some = filter(events::EventFilter { event_types: mixed, ..none() }).unwrap();
        assert_eq!(some.kinds, [EventKind::Deleted]);
        for nothing in [
            events::EventFilter { event_types: names(&["user.login"]), ..none() },
            events::EventFilter { source: Source::DirSync.into(), ..none() },
            events::EventFilter { auth_request_id: "x".to_owned(), ..none() },
            events::EventFilter { interceptor_id: Some("x".to_owned()), ..none() },
            events::EventFilter { connected_account_id: Some("conn_1".to_owned()), ..none() },
        ] {
            assert!(filter(nothing.clone()).is_none(), "{nothing:?}");
        }
    }
}
