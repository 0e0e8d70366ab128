"""What the connector's page promises, through the published SDK."""

import pytest
from scalekit.common.exceptions import ScalekitNotFoundException


def test_the_first_program_of_the_page(server, actions):
    link_response = actions.get_authorization_link(connection_name="confluence", identifier="user_123")
    assert link_response.link.startswith(server.url)
    assert "is connected" in server.browse(link_response.link).text
    result = actions.execute_tool(
        tool_input={}, tool_name="confluence_blogpost_list", connection_name="confluence", identifier="user_123"
    )
    assert len(result.data["results"]) > 0
    assert result.execution_id.startswith("exec_")


def test_the_proxy_finds_the_site_by_itself(actions, connected):
    result = actions.request(
        connection_name="confluence", identifier=connected, path="/wiki/rest/api/user/current", method="GET"
    )
    assert result.status_code == 200
    assert result.json()["accountId"]


def test_the_tool_that_no_list_has_is_not_found_and_near_names_are_offered(actions, connected):
    with pytest.raises(ScalekitNotFoundException) as caught:
        actions.execute_tool(
            tool_input={}, tool_name="confluence_list", connection_name="confluence", identifier=connected
        )
    assert "confluence_page_list" in str(caught.value) or "confluence_space_list" in str(caught.value)


def test_a_page_lives_from_creation_to_purge(execute, space, identifier):
    title = f"Life of a page by {identifier}"
    page = execute(
        "confluence_page_create", spaceId=space["id"], title=title,
        body_representation="storage", body_value="<p>one</p>",
    )
    assert page["version"]["number"] == 1
    child = execute("confluence_page_create", spaceId=space["id"], title=title + " child", parentId=page["id"])
    children = execute("confluence_page_children_get", id=page["id"])["results"]
    assert [it["id"] for it in children] == [child["id"]]

    read = execute("confluence_page_get", id=page["id"], body_format="storage", include_labels=True, include_version=True)
    assert read["body"]["storage"]["value"] == "<p>one</p>"
    updated = execute(
        "confluence_page_update", id=page["id"], status="current", title=title, version_number=2,
        body_representation="storage", body_value="<p>two</p>", version_message="better",
    )
    assert updated["version"]["number"] == 2
    earlier = execute("confluence_page_get", id=page["id"], version=1, body_format="storage")
    assert earlier["body"]["storage"]["value"] == "<p>one</p>"

    listed = execute("confluence_page_list", space_id=space["id"], title=title)["results"]
    assert [it["id"] for it in listed] == [page["id"]]
    assert execute("confluence_page_labels_get", id=page["id"])["results"] == []
    assert execute("confluence_page_attachments_get", id=page["id"])["results"] == []

    assert execute("confluence_page_delete", id=page["id"])["success"] is True
    assert execute("confluence_page_get", id=page["id"])["status"] == "trashed"
    assert execute("confluence_page_delete", id=page["id"], purge=True)["success"] is True


def test_an_update_without_a_body_keeps_the_body(execute, space, identifier):
    body = {"body_representation": "storage", "body_value": "<p>kept</p>"}
    page = execute("confluence_page_create", spaceId=space["id"], title=f"Old name by {identifier}", **body)
    new = f"New name by {identifier}"
    execute("confluence_page_update", id=page["id"], status="current", title=new, version_number=2)
    read = execute("confluence_page_get", id=page["id"], body_format="storage")
    assert (read["title"], read["body"]["storage"]["value"]) == (new, "<p>kept</p>")

    draft = execute("confluence_page_create", spaceId=space["id"], title=f"Draft by {identifier}", status="draft", **body)
    execute("confluence_page_update", id=draft["id"], status="current", title=draft["title"], version_number=1)
    published = execute("confluence_page_get", id=draft["id"], body_format="storage")
    assert (published["status"], published["body"]["storage"]["value"]) == ("current", "<p>kept</p>")


def test_blog_posts_are_written_and_read(execute, space, identifier):
    title = f"News of {identifier}"
    post = execute(
        "confluence_blogpost_create", spaceId=space["id"], title=title,
        body_representation="storage", body_value="<p>news</p>",
    )
    read = execute("confluence_blogpost_get", id=post["id"], body_format="storage", include_labels=True)
    assert read["title"] == title
    listed = execute("confluence_blogpost_list", space_id=[space["id"]], title=title)["results"]
    assert [it["id"] for it in listed] == [post["id"]]


def test_spaces_are_listed_and_read(execute, space):
    read = execute("confluence_space_get", id=space["id"], description_format="plain", include_labels=True)
    assert read["key"] == space["key"]
    by_key = execute("confluence_space_list", keys=[space["key"]], limit=5)["results"]
    assert [it["id"] for it in by_key] == [space["id"]]


def test_lists_go_on_from_the_whole_next_link(execute, space):
    first = execute("confluence_page_list", space_id=space["id"], limit=5)
    second = execute("confluence_page_list", space_id=space["id"], limit=5, cursor=first["_links"]["next"])
    ids = [it["id"] for it in first["results"] + second["results"]]
    assert len(ids) == len(set(ids)) == 10


def test_search_finds_what_was_written(execute, space, identifier):
    word = "zebra" + identifier.split("_")[1].split("@")[0]
    page = execute(
        "confluence_page_create", spaceId=space["id"], title=f"About {word}",
        body_representation="storage", body_value=f"<p>The {word} is rare.</p>",
    )
    hits = execute("confluence_search", cql=f'text ~ "{word}" AND type = page', limit=5)["results"]
    assert [hit["content"]["id"] for hit in hits] == [page["id"]]


def test_tools_are_listed_for_agents(client, actions, connected):
    everything, _ = client.tools.list_tools()
    assert len(everything.tools) == everything.total_size >= 14
    names = actions.list_tools(summary=True).tool_names
    assert "confluence_page_get" in names
    from scalekit.v1.tools.tools_pb2 import ScopedToolFilter

    scoped, _ = client.tools.list_scoped_tools(identifier=connected, filter=ScopedToolFilter(providers=["CONFLUENCE"]))
    assert {tool.identifier for tool in scoped.tools} == {connected}
    definition = scoped.tools[0].tool.definition
    assert definition["name"].startswith("confluence_") and definition["input_schema"]["type"] == "object"


def test_a_list_says_how_to_go_on_until_its_last_page(execute, space, identifier):
    titles = [f"Page {number} of {identifier}" for number in range(5)]
    parent = execute("confluence_page_create", spaceId=space["id"], title=f"Pages of {identifier}")
    for title in titles:
        execute("confluence_page_create", spaceId=space["id"], title=title, parentId=parent["id"])
    seen, more = [], {}
    while more is not None:
        page = execute("confluence_page_children_get", id=parent["id"], limit=2, **more)
        seen += [it["title"] for it in page["results"]]
        more = page.get("next_page")
    assert seen == titles
