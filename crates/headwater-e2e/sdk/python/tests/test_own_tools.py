"""Tools that an operator adds, and the way back to a grant that lacks a scope, over the REST surface."""

import time

import pytest
import requests

from server import Server

TOOL = """
[[tool]]
name = "wiki_trash_list"
title = "List the trash"
description = "Lists pages in the trash."
intents = ["what was thrown away"]
request = "GET /wiki/api/v2/pages"
scopes = { granular = ["read:page:confluence"] }
hints = { read_only = true, destructive = false, idempotent = true, open_world = true }

[[tool.parameter]]
name = "status"
type = "string"
required = true
query = "status"
allowed = ["trashed"]
description = "Status."
example = "trashed"
"""
USER = {"connector": "confluence", "identifier": "ann"}


class Rest:
    """The REST surface of one server; another server's bundle in the environment does not matter."""

    def __init__(self, server):
        self.url = server.url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = server.bundle
        form = {
            "grant_type": "client_credentials", "client_id": server.env["SCALEKIT_CLIENT_ID"],
            "client_secret": server.env["SCALEKIT_CLIENT_SECRET"],
        }
        token = self.session.post(f"{self.url}/oauth/token", data=form).json()["access_token"]
        self.session.headers["authorization"] = f"Bearer {token}"

    def connect(self):
        answer = self.session.post(f"{self.url}/api/v1/connected_accounts/magic_link", json=USER)
        assert self.session.get(answer.json()["link"]).status_code == 200

    def execute(self, tool, **params):
        return self.session.post(f"{self.url}/api/v1/execute_tool", json={"tool_name": tool, "params": params, **USER})

    def ask_for(self, scopes):
        connections = self.session.get(f"{self.url}/api/v1/connections/app").json()["connections"]
        change = {"oauth_config": {"scopes": scopes}}
        answer = self.session.patch(f"{self.url}/api/v1/connections/{connections[0]['id']}", json=change)
        assert answer.ok, answer.text


@pytest.fixture(scope="module")
def rest(tmp_path_factory):
    directory = tmp_path_factory.mktemp("own")
    tools = directory / "data" / "tools"
    tools.mkdir(parents=True)
    (tools / "trash.toml").write_text(TOOL)
    (tools / "wrong.toml").write_text(TOOL.replace("GET", "GRAB").replace("wiki_trash_list", "wiki_other_list"))
    with Server(directory, consent="auto") as server:
        rest = Rest(server)
        rest.logged = server.logged
        rest.tools = tools
        rest.connect()
        yield rest


def test_a_good_tool_file_works_and_a_broken_one_stops_nothing(rest):
    answer = rest.execute("wiki_trash_list", status="trashed")
    assert answer.ok and answer.json()["data"]["results"] == [], answer.text
    assert rest.execute("confluence_space_list").ok
    assert rest.execute("wiki_other_list", status="trashed").status_code == 404
    assert "wrong.toml:7: tool `wiki_other_list`: `GRAB /wiki/api/v2/pages` is not a request line" in rest.logged()
    found = rest.session.post(f"{rest.url}/api/v1/tools:search", json={"query": "what was thrown away"}).json()
    assert found["tools"][0]["name"] == "wiki_trash_list"


def eventually(rest, tool, status):
    """Calls until the answer has this status: the server looks at its tool files every two seconds."""
    end = time.monotonic() + 60
    while (answer := rest.execute(tool, status="trashed")).status_code != status:
        assert time.monotonic() < end, answer.text


def test_tool_files_come_change_and_go_while_the_server_runs(rest):
    late = rest.tools / "late.toml"
    late.write_text(TOOL.replace("wiki_trash_list", "wiki_late_list"))
    eventually(rest, "wiki_late_list", 200)
    (rest.tools / "wrong.toml").write_text(TOOL.replace("wiki_trash_list", "wiki_mended_list"))
    eventually(rest, "wiki_mended_list", 200)
    late.write_text("[[tool]]\nname = 7\n")
    eventually(rest, "wiki_late_list", 404)
    assert "late.toml:2" in rest.logged()
    late.unlink()
    assert rest.execute("wiki_trash_list", status="trashed").ok, "the others go on"


def test_a_missing_scope_is_named_with_a_link_that_helps(rest):
    few = ["read:page:confluence", "read:space:confluence", "read:confluence-user"]
    rest.ask_for(few)
    rest.connect()
    space = rest.execute("confluence_space_list").json()["data"]["results"][0]
    page = {"spaceId": space["id"], "title": "By way of a link"}

    refused = rest.execute("confluence_page_create", **page).json()
    info = refused["details"][0]
    assert info["resource_info"]["required_permissions"] == ["write:page:confluence"]
    assert "help_info" not in info, "the connection does not ask for it: a link would not help"

    rest.ask_for([*few, "write:page:confluence"])
    refused = rest.execute("confluence_page_create", **page).json()
    link = refused["details"][0]["help_info"]["links"][0]["url"]
    assert refused["message"].endswith(link)
    assert "is connected" in rest.session.get(link).text
    assert rest.execute("confluence_page_create", **page).ok
