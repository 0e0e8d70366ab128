"""The sandbox seen by a Confluence client of the Python world, `atlassian-python-api`, as its users configure it."""

import io
import warnings

import pytest
from requests import HTTPError
from sandbox import API_TOKEN, SCOPES, Sandbox

warnings.simplefilter("ignore")

from atlassian import Confluence  # noqa: E402
from atlassian.confluence.cloud.cloud import ConfluenceCloud  # noqa: E402

GRANULAR = [
    "read:space:confluence", "write:space:confluence", "write:space.permission:confluence", "read:page:confluence",
    "write:page:confluence", "delete:page:confluence", "read:comment:confluence", "read:label:confluence",
    "read:hierarchical-content:confluence", "read:content.property:confluence", "write:content.property:confluence",
]


@pytest.fixture(scope="module")
def sandbox():
    sandbox = Sandbox()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="module")
def v1(sandbox):
    """Signed in to the site's own address, for REST v1."""
    url = f"{sandbox.url}/wiki"
    return Confluence(url, username="mara@saltmarsh.example", password=API_TOKEN, cloud=False)


@pytest.fixture(scope="module")
def v2(sandbox):
    """With a token of an app at the gateway, for REST v2."""
    token = sandbox.token(SCOPES + GRANULAR)
    return ConfluenceCloud(f"{sandbox.site(token)['api']}/wiki", token=token)


def test_a_tree_is_built_changed_and_removed_with_v1(v1):
    v1.create_space("TIDES", "Tides")
    assert v1.get_space("TIDES")["name"] == "Tides"
    assert "TIDES" in [space["key"] for space in v1.get("rest/api/space", params={"limit": 100})["results"]]
    page = v1.create_page("TIDES", "Harbour", "<p>one</p>")
    child = v1.create_page("TIDES", "Quay", "<p>two</p>", parent_id=page["id"])
    assert [it["id"] for it in v1.get_child_pages(page["id"])] == [child["id"]]
    assert [it["title"] for it in v1.get_page_ancestors(child["id"])][-1] == "Harbour"
    assert v1.get_page_id("TIDES", "Quay") == child["id"]

    v1.update_page(page["id"], "Harbour", "<p>uno</p>")
    v1.append_page(page["id"], "Harbour", "<p>due</p>")
    read = v1.get_page_by_id(page["id"], expand="body.storage,version")
    assert (read["body"]["storage"]["value"], read["version"]["number"]) == ("<p>uno</p><p>due</p>", 3)
    with pytest.raises(HTTPError) as caught:
        stale = {"type": "page", "title": "Harbour", "version": {"number": 2}}
        v1.put(f"rest/api/content/{page['id']}", data=stale)
    assert caught.value.response.status_code == 409

    assert v1.remove_page(child["id"]) == 204
    assert not v1.page_exists("TIDES", "Quay")
    task = v1.delete_space("TIDES")
    while not (told := v1.get(f"rest/api/longtask/{task['id']}"))["finished"]:
        pass
    assert told["successful"] is True


def test_a_file_comes_back_as_it_was(v1):
    v1.create_space("FILES", "Files")
    page = v1.create_page("FILES", "Charts", "")
    content = bytes(range(256)) * 40
    v1.attach_content(content, name="chart 1.bin", content_type="application/octet-stream", page_id=page["id"])
    assert v1.download_attachments_from_page(page["id"], to_memory=True)["chart 1.bin"].getvalue() == content
    newer = {"file": ("chart 1.bin", io.BytesIO(b"newer"), "application/octet-stream")}
    v1.put(f"rest/api/content/{page['id']}/child/attachment", headers={"X-Atlassian-Token": "no-check"}, files=newer)
    files = v1.get_attachments_from_content(page["id"], expand="version")["results"]
    assert [(it["title"], it["version"]["number"]) for it in files] == [("chart 1.bin", 2)]
    assert v1.download_attachments_from_page(page["id"], to_memory=True)["chart 1.bin"].getvalue() == b"newer"


def test_labels_comments_and_properties_are_kept(v1):
    v1.create_space("NOTES", "Notes")
    page = v1.create_page("NOTES", "Log", "<p>fog</p>")
    v1.set_page_label(page["id"], "weather")
    assert [it["name"] for it in v1.get_page_labels(page["id"])["results"]] == ["weather"]
    found = v1.cql('space = NOTES and label = "weather"')["results"]
    assert [it["content"]["id"] for it in found] == [page["id"]]
    v1.remove_page_label(page["id"], "weather")
    assert v1.get_page_labels(page["id"])["results"] == []
    v1.add_comment(page["id"], "<p>Cleared at noon.</p>")
    comments = v1.get_page_comments(page["id"], expand="body.storage")["results"]
    assert comments[0]["body"]["storage"]["value"] == "<p>Cleared at noon.</p>"
    v1.set_page_property(page["id"], {"key": "tide", "value": {"high": 12}})
    assert v1.get_page_property(page["id"], "tide")["value"] == {"high": 12}
    assert [it["key"] for it in v1.get_page_properties(page["id"])] == ["tide"]


def test_three_hundred_pages_are_listed_once_each_with_v2(v2):
    space = v2.create_space("MANY", "Many")
    titles = {f"Page {number:03}" for number in range(300)}
    for title in titles:
        v2.create_page(space["id"], title, "<p>.</p>")
    listed = [page["title"] for page in v2.get_pages(space_id=space["id"], limit=40, body_format="storage")]
    assert len(listed) == 301, "the homepage and all others, none twice"
    assert titles <= set(listed)


def test_a_page_lives_and_dies_with_v2(v2):
    space = v2.create_space("NEAP", "Neap")
    page = v2.create_page(space["id"], "One", "<p>one</p>")
    child = v2.create_page(space["id"], "Two", "<p>two</p>", parent_id=page["id"])
    assert [it["id"] for it in v2.get_child_pages(page["id"])] == [child["id"]]
    assert v2.get_page_by_title("NEAP", "One")["results"][0]["id"] == page["id"]
    updated = v2.update_page(page["id"], title="One", body="<p>uno</p>", status="current", version=1)
    assert updated["version"]["number"] == 2
    with pytest.raises(HTTPError) as caught:
        v2.update_page(page["id"], title="One", body="<p>late</p>", status="current", version=1)
    assert caught.value.response.status_code == 409
    v2.create_page_property(page["id"], "tide", {"high": 12})
    assert [it["key"] for it in v2.get_page_properties(page["id"])] == ["tide"]
    assert v2.delete_page(child["id"]) is True
    with pytest.raises(HTTPError):
        v2.get_page_by_id("99999999", get_body=True)
