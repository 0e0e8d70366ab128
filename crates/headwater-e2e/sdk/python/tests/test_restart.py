"""What survives a restart, and what can never be read from disk or log."""

import os
import re
import subprocess
import sys

import requests

from server import Server

PROGRAM = """
import os, sys
from scalekit.client import ScalekitClient
client = ScalekitClient(os.environ["SCALEKIT_ENV_URL"], os.environ["SCALEKIT_CLIENT_ID"], os.environ["SCALEKIT_CLIENT_SECRET"])
actions = client.actions
if sys.argv[1] == "connect":
    print(actions.get_authorization_link(connection_name="confluence", identifier="keeper").link)
else:
    actions.execute_tool(tool_input={}, tool_name="confluence_space_list", connection_name="confluence", identifier="keeper")
    token = actions.get_connected_account(connection_name="confluence", identifier="keeper")
    token = token.connected_account.authorization_details["oauth_token"]
    print(token["access_token"], token["refresh_token"])
"""


def run(server, verb):
    environment = {**os.environ, **server.env}
    done = subprocess.run([sys.executable, "-c", PROGRAM, verb], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + server.logged()
    return done.stdout.split()


def test_a_restart_keeps_everything_and_tokens_are_nowhere_in_the_clear(tmp_path):
    with Server(tmp_path, consent="auto") as first:
        (link,) = run(first, "connect")
        assert first.browse(link).status_code == 200
        before = run(first, "use")
        credentials = first.env["SCALEKIT_CLIENT_SECRET"]
        secrets = [*before, credentials, link.split("token=")[1]]
    assert first.process.returncode == 0
    with Server(tmp_path, consent="auto") as second:
        assert second.env["SCALEKIT_CLIENT_SECRET"] == credentials
        after = run(second, "use")
        secrets += after
    data = tmp_path / "data"
    looked_at = [path for path in data.rglob("*") if path.is_file() and path.name.startswith("headwater.db")]
    looked_at.append(tmp_path / "server.log")
    assert len(looked_at) >= 2
    for path in looked_at:
        content = path.read_bytes()
        for secret in secrets:
            assert secret.encode() not in content, f"a secret stands in {path}"


def test_two_servers_do_not_share_a_data_directory(tmp_path):
    with Server(tmp_path, consent="auto"):
        try:
            with Server(tmp_path, consent="auto"):
                raise AssertionError("the second server should not start")
        except RuntimeError as refused:
            assert "in use" in str(refused)


def test_a_person_walks_through_the_pages(tmp_path):
    with Server(tmp_path, consent="ask") as server:
        (link,) = run(server, "connect")
        with requests.Session() as browser:
            # Another server's bundle in the environment would win over this one's.
            browser.trust_env = False
            browser.verify = server.bundle
            start = browser.get(link)
            assert start.status_code == 200 and "Connect Confluence" in start.text
            # Looking at the page does not use the link up.
            assert "Connect Confluence" in browser.get(link).text
            token = link.split("token=")[1]
            away = browser.post(f"{server.url}/oauth/connect", data={"token": token}, allow_redirects=False)
            consent = requests.get(away.headers["Location"])
            assert consent.status_code == 200 and "<form" in consent.text
            again = browser.post(f"{server.url}/oauth/connect", data={"token": token})
            assert again.status_code == 410
            allowed = allow(consent, away.headers["Location"])
            with requests.Session() as other:
                other.trust_env = False
                other.verify = server.bundle
                assert other.get(allowed).status_code == 403
            done = browser.get(allowed)
            assert done.status_code == 200 and "is connected" in done.text, done.text


def allow(consent, url):
    """Presses Allow on the sandbox's consent page as a person would; returns where the browser is sent."""
    fields = {"decision": "allow"}
    fields["consent_id"] = re.search(r'name="consent_id" value="([^"]+)"', consent.text)[1]
    fields["site"] = re.search(r'name="site" value="([^"]+)"', consent.text)[1]
    fields["account_id"] = re.search(r'name="account_id" value="([^"]+)"', consent.text)[1]
    answer = requests.post(requests.compat.urljoin(url, "/authorize"), data=fields, allow_redirects=False)
    return answer.headers["Location"]
