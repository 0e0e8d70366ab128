"""The life of connected accounts through the published SDK."""

import pytest
from scalekit.common.exceptions import ScalekitBadRequestException, ScalekitConflictException, ScalekitNotFoundException

TOKENS = {"oauth_token": {"access_token": "one", "refresh_token": "two", "scopes": ["read:page:confluence"]}}


def test_an_account_without_credentials_waits_for_consent(actions, identifier):
    created = actions.create_connected_account(
        connection_name="confluence", identifier=identifier, authorization_details=None, api_config={"team": "docs"}
    )
    account = created.connected_account
    assert account.status == "PENDING_AUTH" and account.id.startswith("ca_")
    with pytest.raises(ScalekitConflictException):
        actions.create_connected_account(connection_name="confluence", identifier=identifier, authorization_details=None)


def test_get_or_create_creates_once(actions, identifier):
    first = actions.get_or_create_connected_account(connection_name="confluence", identifier=identifier)
    second = actions.get_or_create_connected_account(connection_name="confluence", identifier=identifier)
    assert first.connected_account.id == second.connected_account.id


def test_supplied_tokens_make_an_account_active(actions, identifier):
    created = actions.create_connected_account(
        connection_name="confluence", identifier=identifier, authorization_details=TOKENS
    )
    assert created.connected_account.status == "ACTIVE"
    read = actions.get_connected_account(connection_name="confluence", identifier=identifier)
    assert read.connected_account.authorization_details["oauth_token"]["access_token"] == "one"
    updated = actions.update_connected_account(
        connection_name="confluence", identifier=identifier,
        authorization_details={"oauth_token": {"access_token": "three", "refresh_token": "four", "scopes": []}},
        api_config={"added": True},
    )
    assert updated.connected_account.status == "ACTIVE"


def test_details_and_lists_never_hold_tokens(client, actions, connected):
    details = actions.get_connected_account_details(connection_name="confluence", identifier=connected)
    assert not details.connected_account.authorization_details
    listed, _ = client.connected_accounts.list_connected_accounts(connector="confluence", identifier=connected)
    assert [account.identifier for account in listed.connected_accounts] == [connected]
    assert listed.total_size == 1
    live = actions.get_connected_account(connection_name="confluence", identifier=connected)
    assert live.connected_account.authorization_details["oauth_token"]["access_token"]


def test_lists_are_paged(client, actions, identifier):
    for number in range(5):
        actions.get_or_create_connected_account(connection_name="confluence", identifier=f"page{number}-{identifier}")
    seen, token = [], ""
    while True:
        page, _ = client.connected_accounts.list_connected_accounts(page_size=2, page_token=token)
        seen += [account.id for account in page.connected_accounts]
        token = page.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen)) == page.total_size


def test_a_deleted_account_is_gone(actions, connected):
    actions.delete_connected_account(connection_name="confluence", identifier=connected)
    with pytest.raises(ScalekitNotFoundException):
        actions.get_connected_account(connection_name="confluence", identifier=connected)


def test_an_account_must_be_named(client):
    with pytest.raises(ScalekitBadRequestException):
        client.connected_accounts.delete_connected_account(connector="", identifier="")


def test_connections_are_listed(client):
    listed, _ = client.connection.list_app_connections(page_size=30)
    assert [(it.key_id, it.provider_key) for it in listed.connections] == [("confluence", "CONFLUENCE")]
