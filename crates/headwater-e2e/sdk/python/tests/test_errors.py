"""Errors arrive as the exceptions that programs already catch."""

import re

import pytest
import requests
from scalekit.client import ScalekitClient
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitNotFoundException,
    ScalekitToolException,
    ScalekitToolRateLimitException,
    ScalekitUnauthorizedException,
)

from server import Server


def test_a_bad_argument_names_field_and_rule(execute):
    with pytest.raises(ScalekitBadRequestException) as caught:
        execute("confluence_page_list", limit=5000)
    assert not isinstance(caught.value, ScalekitToolException)
    assert "limit" in str(caught.value)


def test_an_unknown_argument_is_refused(execute):
    with pytest.raises(ScalekitBadRequestException) as caught:
        execute("confluence_page_get", id="1", body_fromat="storage")
    assert "body_format" in str(caught.value)


def test_a_body_needs_its_representation(execute, space):
    with pytest.raises(ScalekitBadRequestException):
        execute("confluence_page_create", spaceId=space["id"], title="x", body_value="<p/>")


def test_an_account_that_is_not_authorized_says_what_to_do(actions, identifier):
    actions.get_authorization_link(connection_name="confluence", identifier=identifier)
    with pytest.raises(ScalekitBadRequestException) as caught:
        actions.execute_tool(
            tool_input={}, tool_name="confluence_space_list", connection_name="confluence", identifier=identifier
        )
    assert "PENDING_AUTH" in str(caught.value)


def test_an_account_that_is_not_there_is_not_found(actions, identifier):
    with pytest.raises(ScalekitNotFoundException):
        actions.execute_tool(
            tool_input={}, tool_name="confluence_space_list", connection_name="confluence", identifier=identifier
        )
    with pytest.raises(ScalekitNotFoundException):
        actions.get_authorization_link(connection_name="nowhere", identifier=identifier)


def test_a_vendor_404_is_a_tool_error(execute):
    with pytest.raises(ScalekitToolException) as caught:
        execute("confluence_page_get", id="999999999")
    assert caught.value.execution_id.startswith("exec_")
    assert "999999999" in caught.value.tool_error_message


def test_a_vendor_409_says_to_read_again(execute, space, identifier):
    page = execute("confluence_page_create", spaceId=space["id"], title=f"Conflict of {identifier}")
    with pytest.raises(ScalekitToolException) as caught:
        execute(
            "confluence_page_update", id=page["id"], status="current", title="x", version_number=7,
            body_representation="storage", body_value="<p>late</p>",
        )
    assert "version" in caught.value.tool_error_message
    assert caught.value.grpc_status.name == "ABORTED"


def test_a_vendor_429_is_a_rate_limit(server, execute):
    server.fault("POST", "/wiki/api/v2/pages", 429, [("Retry-After", "2")], "{}")
    with pytest.raises(ScalekitToolRateLimitException) as caught:
        execute("confluence_page_create", spaceId="1", title="x")
    assert re.search(r"\b2 s", caught.value.tool_error_message), caught.value.tool_error_message


def test_a_read_outlives_a_short_429(server, execute):
    server.fault("GET", "/wiki/api/v2/spaces", 429, [("Retry-After", "1")], "{}")
    assert len(execute("confluence_space_list")["results"]) > 0


def test_a_vendor_500_is_a_tool_error_and_nothing_is_repeated(server, execute):
    server.fault("POST", "/wiki/api/v2/pages", 500, [], "oops")
    with pytest.raises(ScalekitToolException) as caught:
        execute("confluence_page_create", spaceId="1", title="x")
    assert caught.value.grpc_status.name == "INTERNAL"


def test_a_declined_consent_is_explained_and_leaves_the_account_pending(server, actions, identifier):
    link = actions.get_authorization_link(connection_name="confluence", identifier=identifier)
    server.control("consent", outcome="deny", sites="one")
    try:
        page = server.browse(link.link)
    finally:
        server.control("consent", outcome="allow", sites="one")
    assert "You declined" in page.text
    account = actions.get_connected_account_details(connection_name="confluence", identifier=identifier)
    assert account.connected_account.status == "PENDING_AUTH"


def test_of_several_sites_the_end_user_picks_one(server, actions, identifier):
    link = actions.get_authorization_link(connection_name="confluence", identifier=identifier)
    server.control("consent", outcome="allow", sites="all")
    try:
        with requests.Session() as browser:
            browser.verify = server.bundle
            page = browser.get(link.link)
            assert "Choose a site" in page.text
            flow = re.search(r'name="flow" value="([^"]+)"', page.text)[1]
            sites = re.findall(r'name="cloud_id" value="([^"]+)"', page.text)
            assert len(sites) == 2
            foreign = browser.post(f"{server.url}/oauth/connect/site", data={"flow": flow, "cloud_id": "elsewhere"})
            assert foreign.status_code == 400
            done = browser.post(f"{server.url}/oauth/connect/site", data={"flow": flow, "cloud_id": sites[1]})
            assert "is connected" in done.text
    finally:
        server.control("consent", outcome="allow", sites="one")
    account = actions.get_connected_account_details(connection_name="confluence", identifier=identifier)
    assert account.connected_account.status == "ACTIVE"
    assert account.connected_account.api_config["cloud_id"] == sites[1]


def test_a_link_works_once(server, actions, identifier):
    link = actions.get_authorization_link(connection_name="confluence", identifier=identifier)
    assert server.browse(link.link).status_code == 200
    again = server.browse(link.link)
    assert again.status_code == 410 and "used already" in again.text


def test_a_tampered_answer_connects_nothing(server, actions, identifier):
    link = actions.get_authorization_link(connection_name="confluence", identifier=identifier)
    start = server.browse(link.link, allow_redirects=False)
    answer = requests.get(start.headers["Location"], allow_redirects=False).headers["Location"]
    bent = server.browse(answer.replace("state=", "state=x"))
    assert bent.status_code == 404
    good = server.browse(answer)
    assert good.status_code == 200, good.text
    replayed = server.browse(answer)
    assert replayed.status_code == 410


def test_wrong_credentials_are_refused(server):
    with pytest.raises(ScalekitUnauthorizedException):
        ScalekitClient(env_url=server.url, client_id=server.env["SCALEKIT_CLIENT_ID"], client_secret="wrong")


def test_a_trailing_slash_in_the_url_does_no_harm(server):
    client = ScalekitClient(
        env_url=server.url + "/",
        client_id=server.env["SCALEKIT_CLIENT_ID"],
        client_secret=server.env["SCALEKIT_CLIENT_SECRET"],
    )
    tools, _ = client.tools.list_tools()
    assert tools.total_size >= 14


def test_a_stale_token_is_replaced_without_the_caller_noticing(server, execute):
    assert execute("confluence_space_list")["results"]
    server.control("expire")
    assert execute("confluence_space_list")["results"]


def test_a_write_whose_token_has_expired_is_made_all_the_same(server, execute, space, identifier):
    server.control("expire")
    page = execute("confluence_page_create", spaceId=space["id"], title=f"Late by {identifier}")
    server.control("expire")
    assert execute("confluence_page_delete", id=page["id"]) is not None


def test_a_grant_in_doubt_is_not_called_a_wrong_id(tmp_path):
    # Here a refusal of the grant is confirmed after half a minute.
    with Server(tmp_path, consent="auto", settings={"HEADWATER_REFRESH__CONFIRM_AFTER_SECONDS": "30"}) as server:
        answer = requests.post(
            server.url + "/oauth/token", verify=server.bundle,
            data={"grant_type": "client_credentials", "client_id": server.env["SCALEKIT_CLIENT_ID"],
                  "client_secret": server.env["SCALEKIT_CLIENT_SECRET"]},
        )
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        account = {"connector": "confluence", "identifier": "ann"}
        post = lambda path, body: requests.post(server.url + path, json=body, headers=headers, verify=server.bundle)  # noqa: E731
        link = post("/api/v1/connected_accounts/magic_link", account)
        assert server.browse(link.json()["link"]).status_code == 200, link.text
        call = {**account, "tool_name": "confluence_page_get", "params": {"id": "98400"}}
        post("/api/v1/execute_tool", call)
        server.control("revoke")
        for _ in range(4):
            refused = post("/api/v1/execute_tool", call)
            assert "in doubt" in refused.text and "Check the id" not in refused.text, refused.text
            raw = requests.get(
                server.url + "/proxy/wiki/api/v2/pages/98400", verify=server.bundle,
                headers={**headers, "connection_name": "confluence", "identifier": "ann"},
            )
            assert (raw.status_code, raw.headers["headwater-grant"]) == (503, "in-doubt"), raw.text


def test_a_revoked_grant_expires_the_account(server, actions, execute, connected):
    assert execute("confluence_space_list")["results"]
    server.control("revoke")
    with pytest.raises(ScalekitBadRequestException) as caught:
        execute("confluence_space_list")
    assert "EXPIRED" in str(caught.value)
    account = actions.get_connected_account_details(connection_name="confluence", identifier=connected)
    assert account.connected_account.status == "EXPIRED"
