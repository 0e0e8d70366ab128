"""Bodies as large as Confluence has them, through an SDK that takes 4 MiB at a time."""

import requests
import pytest
from scalekit.common.exceptions import ScalekitServerException

LARGEST = 5 * 1024 * 1024


def storage(length):
    return f"<p>{'tides and moons ' * (length // 16)}</p>"


@pytest.fixture
def call(server, connected):
    """Calls a tool over REST, where nothing bounds the answer."""
    form = {
        "grant_type": "client_credentials",
        "client_id": server.env["SCALEKIT_CLIENT_ID"],
        "client_secret": server.env["SCALEKIT_CLIENT_SECRET"],
    }
    base = server.env["SCALEKIT_ENV_URL"]
    token = requests.post(f"{base}/oauth/token", data=form).json()["access_token"]

    def run(tool_name, **params):
        body = {"tool_name": tool_name, "connector": "confluence", "identifier": connected, "params": params}
        return requests.post(
            f"{base}/api/v1/execute_tool", json=body, headers={"Authorization": f"Bearer {token}"}
        )

    return run


def test_a_page_as_large_as_confluence_takes_is_written_and_read(actions, connected, execute, space, call):
    value = storage(LARGEST - 1000)
    page = execute(
        "confluence_page_create",
        spaceId=space["id"],
        title="Nearly five mebibytes",
        body_representation="storage",
        body_value=value,
    )
    assert page["id"]
    whole = call("confluence_page_get", id=page["id"], body_format="storage").json()["data"]
    stored = whole["body"]["storage"]["value"]
    assert len(stored) >= len(value) - 100 and "cut" not in whole

    read = execute("confluence_page_get", id=page["id"], body_format="storage")
    [cut] = read["cut"]
    given = read["body"]["storage"]["value"]
    assert (cut["at"], cut["bytes"], cut["given"]) == ("body.storage.value", len(stored), len(given))
    assert len(given) > 4_000_000 and stored.startswith(given)
    assert read["title"] == page["title"], "the rest is whole"

    path = read["note"].split("GET /proxy")[1].split(",")[0]
    raw = actions.request(connection_name="confluence", identifier=connected, path=path, method="GET")
    assert raw.json()["body"]["storage"]["value"] == stored

    updated = execute(
        "confluence_page_update",
        id=page["id"],
        status="current",
        title="Nearly five mebibytes, again",
        version_number=page["version"]["number"] + 1,
        body_representation="storage",
        body_value=value,
    )
    assert updated["version"]["number"] == page["version"]["number"] + 1, "a write is told as done"


def test_what_is_larger_than_any_page_is_refused_in_words(execute, space, call):
    page = {"spaceId": space["id"], "title": "Too large", "body_representation": "storage"}
    with pytest.raises(ScalekitServerException) as caught:
        execute("confluence_page_create", **page, body_value=storage(7 * 1024 * 1024))
    assert "limits.body_bytes" in str(caught.value) and "/proxy" in str(caught.value)
    for size in [7, 20]:
        refused = call("confluence_page_create", **page, body_value=storage(size * 1024 * 1024))
        assert refused.status_code == 413
        assert "limits.body_bytes" in refused.json()["message"]


def test_whole_numbers_stay_whole_wherever_they_stand(execute, space, call):
    document = {"version": 1, "type": "doc", "content": [{"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Tides"}]}]}
    page = {"spaceId": space["id"], "body_representation": "atlas_doc_format", "body_value": document}
    assert execute("confluence_page_create", **page, title="Written over gRPC")["id"]
    written = call("confluence_page_create", **page, title="Written over REST")
    assert written.status_code == 200, written.text
