"""A freshly started headwater for the tests, and the published SDK pointed at it."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

sys.path.insert(0, str(Path(__file__).parent))

from server import Server  # noqa: E402


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all tests; each test uses identifiers of its own."""
    with Server(tmp_path_factory.mktemp("headwater"), consent="auto") as server:
        # grpc and requests read these when the first channel and request are made.
        os.environ.update(server.env)
        yield server


@pytest.fixture(scope="session")
def client(server):
    from scalekit.client import ScalekitClient

    return ScalekitClient(
        env_url=server.env["SCALEKIT_ENV_URL"],
        client_id=server.env["SCALEKIT_CLIENT_ID"],
        client_secret=server.env["SCALEKIT_CLIENT_SECRET"],
    )


@pytest.fixture
def actions(client):
    return client.actions


_numbers = itertools.count(1)


@pytest.fixture
def identifier():
    return f"user_{next(_numbers)}@example.com"


@pytest.fixture
def connected(server, actions, identifier):
    """An end user who has authorized."""
    link = actions.get_authorization_link(connection_name="confluence", identifier=identifier)
    page = server.browse(link.link)
    assert page.status_code == 200, page.text
    return identifier


@pytest.fixture
def execute(actions, connected):
    def run(tool_name, **tool_input):
        return actions.execute_tool(
            tool_input=tool_input,
            tool_name=tool_name,
            connection_name="confluence",
            identifier=connected,
        ).data

    return run


@pytest.fixture
def space(execute):
    return execute("confluence_space_list")["results"][0]
