//! A grant ends a year after the consent: the application is told in time, and only as often as is useful.

use std::time::Duration;

use headwater_domain::event::{Event, EventKind};
use headwater_domain::page::Page;

use super::harness::{House, ann};
use crate::events::EventFilter;

const DAY: Duration = Duration::from_secs(86_400);

/// The warnings so far, oldest first.
async fn warnings(house: &House) -> Vec<Event> {
    let page = Page { offset: 0, limit: 100 };
    let events = house.service.events.list(&EventFilter::default(), page).await.unwrap().items;
    events.into_iter().filter(|it| it.kind == EventKind::ReauthorizationDue).rev().collect()
}

/// Goes on in time and looks what is told.
async fn after(house: &House, days: u32) -> usize {
    house.clock.advance(DAY * days);
    house.service.events.tell_of_ending_grants().await.unwrap()
}

#[tokio::test]
async fn applications_are_told_a_month_a_week_and_a_day_before_the_end() {
    let house = House::new().await;
    house.connected(1).await;
    let granted_at = house.service.core.now();
    assert_eq!(after(&house, 334).await, 0);
    for (days, told) in [(1, 1), (1, 0), (22, 1), (5, 0), (1, 1), (9, 0)] {
        assert_eq!(after(&house, days).await, told, "{days} days later");
    }
    let warnings = warnings(&house).await;
    assert_eq!(warnings.len(), 3);
    let end = granted_at.plus(DAY * 365).rfc3339();
    assert!(warnings.iter().all(|it| it.data["reauth_by"] == end.as_str()), "{warnings:?}");
    assert_eq!(warnings[0].data["identifier"], "ann");
}

/// Whoever was away for months gets one warning and not three; a new consent starts a new year.
#[tokio::test]
async fn late_warnings_are_not_repeated_and_a_new_consent_ends_them() {
    let house = House::new().await;
    house.connected(1).await;
    assert_eq!(after(&house, 364).await, 1);
    assert_eq!(after(&house, 0).await, 0);
    house.connected(2).await;
    assert_eq!(after(&house, 300).await, 0, "there are two months left");
    assert_eq!(after(&house, 35).await, 1);
    house.service.accounts.disconnect(&ann()).await.unwrap();
    assert_eq!(after(&house, 29).await, 0, "whoever is disconnected is not asked to authorize again");
}
