"""An application confirms its end user before the account becomes usable."""

from contextlib import nullcontext
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitForbiddenException,
    ScalekitNotFoundException,
)

from server import Server

# Nothing listens there: the browser below stops before it would go.
VERIFY_URL = "http://localhost:1/verify?tenant=7"
ACTION = {"connection_name": "confluence"}


def consent(server, link, stop="http://localhost:1/", browser=None):
    """Follows redirects as a browser does until the application's own page would open."""
    with requests.Session() if browser is None else nullcontext(browser) as browser:
        browser.verify = server.bundle
        response = browser.get(link, allow_redirects=False)
        while response.is_redirect:
            target = requests.compat.urljoin(response.url, response.headers["location"])
            if target.startswith(stop):
                return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
            response = browser.get(target, allow_redirects=False)
        raise AssertionError(f"{response.status_code} at {response.url}: {response.text}")


def link(actions, identifier, **kwargs):
    wanted = {"user_verify_url": VERIFY_URL, "state": "st 1&2", **ACTION, **kwargs}
    return actions.get_authorization_link(identifier=identifier, **wanted).link


def status(actions, identifier):
    return actions.get_connected_account_details(identifier=identifier, **ACTION).connected_account.status


def spaces(actions, identifier):
    return actions.execute_tool(tool_input={}, tool_name="confluence_space_list", identifier=identifier, **ACTION)


def test_a_confirmed_user_is_active_and_the_request_is_spent(server, actions, identifier):
    browser = requests.Session()
    query = consent(server, link(actions, identifier), browser=browser)
    assert query["tenant"] == "7" and query["state"] == "st 1&2"
    assert status(actions, identifier) == "PENDING_VERIFICATION"
    with pytest.raises(ScalekitBadRequestException):
        spaces(actions, identifier)
    verified = actions.verify_connected_account_user(
        auth_request_id=query["auth_request_id"], identifier=identifier
    )
    page = browser.get(verified.post_user_verify_redirect_url)
    assert page.status_code == 200 and "Your account is connected" in page.text
    # Anybody can open the address; it claims nothing to those who did not walk through the flow.
    stranger = server.browse(verified.post_user_verify_redirect_url)
    assert stranger.status_code == 200 and "Go back to the application" in stranger.text
    assert status(actions, identifier) == "ACTIVE"
    assert spaces(actions, identifier).data["results"]
    with pytest.raises(ScalekitNotFoundException):
        actions.verify_connected_account_user(auth_request_id=query["auth_request_id"], identifier=identifier)


def test_no_tokens_are_handed_out_before(server, actions, identifier):
    consent(server, link(actions, identifier))
    account = actions.get_connected_account(identifier=identifier, **ACTION).connected_account
    assert "access_token" not in str(account.authorization_details)


def test_without_a_state_none_is_sent(server, actions, identifier):
    query = consent(server, link(actions, identifier, state=None))
    assert sorted(query) == ["auth_request_id", "tenant"]


def test_another_user_is_refused_and_guessing_ends_it(server, actions, identifier):
    request = consent(server, link(actions, identifier))["auth_request_id"]
    for _ in range(5):
        with pytest.raises(ScalekitForbiddenException):
            actions.verify_connected_account_user(auth_request_id=request, identifier="mallory@example.com")
    with pytest.raises(ScalekitNotFoundException):
        actions.verify_connected_account_user(auth_request_id=request, identifier=identifier)
    assert status(actions, identifier) == "PENDING_AUTH"


def test_the_present_grant_stays_in_use_until_the_new_one_is_confirmed(server, actions, connected):
    before = actions.get_connected_account(identifier=connected, **ACTION).connected_account.authorization_details
    request = consent(server, link(actions, connected))["auth_request_id"]
    assert status(actions, connected) == "ACTIVE"
    held = actions.get_connected_account(identifier=connected, **ACTION).connected_account.authorization_details
    assert held == before
    assert spaces(actions, connected).data["results"]
    actions.verify_connected_account_user(auth_request_id=request, identifier=connected)
    after = actions.get_connected_account(identifier=connected, **ACTION).connected_account.authorization_details
    assert after != before


@pytest.mark.parametrize("request_id", ["unknown", "QVNDSUFyY2hhYml0dGVyXzE2ODQ5NzIwNzI0NTY="])
def test_an_unknown_request_is_not_found(actions, identifier, request_id):
    with pytest.raises(ScalekitNotFoundException):
        actions.verify_connected_account_user(auth_request_id=request_id, identifier=identifier)


def test_what_cannot_be_a_request_is_a_bad_request(actions, identifier):
    with pytest.raises(ScalekitBadRequestException) as caught:
        actions.verify_connected_account_user(auth_request_id="no such thing!", identifier=identifier)
    assert "auth_request_id" in str(caught.value)


@pytest.mark.parametrize("url", ["http://app.example/", "https://a@app.example/", "https://app.example\\@evil/"])
def test_urls_that_could_lead_astray_are_refused(actions, identifier, url):
    with pytest.raises(ScalekitBadRequestException) as caught:
        link(actions, identifier, user_verify_url=url)
    assert "user_verify_url" in str(caught.value)


def test_where_it_is_required_every_link_needs_a_url_of_an_allowed_origin(tmp_path):
    settings = {
        "HEADWATER_VERIFICATION__REQUIRED": "true",
        "HEADWATER_VERIFICATION__ORIGINS": "https://app.example,http://localhost:1",
    }
    with Server(tmp_path, consent="auto", settings=settings) as strict:
        # Over REST: this process's gRPC trusts the other server's authority already.
        client = {"client_id": strict.env["SCALEKIT_CLIENT_ID"], "client_secret": strict.env["SCALEKIT_CLIENT_SECRET"]}
        form = {"grant_type": "client_credentials", **client}
        token = requests.post(f"{strict.url}/oauth/token", data=form, verify=strict.bundle).json()["access_token"]

        def ask(url):
            return requests.post(
                f"{strict.url}/api/v1/connected_accounts/magic_link",
                json={"connector": "confluence", "identifier": "ada", "user_verify_url": url},
                headers={"authorization": f"Bearer {token}"},
                verify=strict.bundle,
            )

        for allowed in ["https://app.example/verify", VERIFY_URL]:
            assert ask(allowed).status_code == 200
        for refused in ["", "https://app.example.evil.example/", "https://app.example:444/", "http://app.example/"]:
            answer = ask(refused)
            assert answer.status_code == 400 and "user_verify_url" in answer.text, (refused, answer.text)
