"""Raw requests through the published SDK and without it."""

import requests


def proxied(actions, identifier, path, **kwargs):
    return actions.request(connection_name="confluence", identifier=identifier, path=path, **kwargs)


def test_every_method_and_body_goes_through(actions, connected, space):
    created = proxied(
        actions, connected, "/wiki/api/v2/pages", method="POST",
        body={"spaceId": space["id"], "title": f"Raw by {connected}", "status": "current",
              "body": {"representation": "storage", "value": "<p>raw</p>"}},
    )
    assert created.status_code == 200, created.text
    page = created.json()
    read = proxied(actions, connected, f"/wiki/api/v2/pages/{page['id']}", query_params={"body-format": "storage"})
    assert read.json()["body"]["storage"]["value"] == "<p>raw</p>"
    assert proxied(actions, connected, f"/wiki/api/v2/pages/{page['id']}", method="DELETE").status_code == 204


def test_the_vendors_answer_is_passed_on_as_it_is(actions, connected):
    missing = proxied(actions, connected, "/wiki/api/v2/pages/999999999")
    assert missing.status_code == 404
    assert missing.json()["errors"][0]["code"] == "NOT_FOUND"


def test_the_cloud_id_may_be_written_as_a_placeholder(actions, connected):
    path = "/ex/confluence/{{cloud_id}}/wiki/rest/api/user/current"
    assert proxied(actions, connected, path).status_code == 200


def test_no_path_leads_out_of_the_site(server, client, connected):
    token = requests.post(
        server.url + "/oauth/token", verify=server.bundle,
        data={"grant_type": "client_credentials", "client_id": server.env["SCALEKIT_CLIENT_ID"],
              "client_secret": server.env["SCALEKIT_CLIENT_SECRET"]},
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "connection_name": "confluence", "identifier": connected}
    for path in ["//evil.example/x", "/wiki/..%2f..%2fme", "/wiki/%2e%2e/me", "/ex/jira/x", "/wiki/a;b", "/wiki/%252e%252e/x"]:
        request = requests.Request("GET", server.url, headers=headers).prepare()
        request.url = server.url + "/proxy" + path
        with requests.Session() as session:
            answer = session.send(request, verify=server.bundle, allow_redirects=False)
        assert answer.status_code == 400, f"{path}: {answer.status_code} {answer.text}"
        assert answer.json()["message"]


def test_errors_of_ours_are_json(server, actions, identifier, connected):
    unknown = proxied(actions, "nobody", "/wiki/rest/api/user/current")
    assert unknown.status_code == 404 and unknown.json()["details"][0]["error_code"] == "RESOURCE_NOT_FOUND"
    missing = requests.get(server.url + "/proxy/wiki/x", verify=server.bundle)
    assert missing.status_code == 401 and missing.json()["message"]


def test_names_outside_ascii_reach_their_account(server, actions, identifier):
    name = f"Zoë_{identifier}"
    link = actions.get_authorization_link(connection_name="confluence", identifier=name)
    assert server.browse(link.link).status_code == 200
    tool = actions.execute_tool(
        tool_input={}, tool_name="confluence_space_list", connection_name="confluence", identifier=name
    )
    assert tool.data["results"]
    answer = proxied(actions, name, "/wiki/rest/api/user/current")
    assert answer.status_code == 200, answer.text


def test_a_raw_request_whose_token_has_expired_is_made_all_the_same(server, actions, connected, space):
    for path in ["/wiki/api/v2/spaces", "/wiki/rest/api/user/current"]:
        server.control("expire")
        answer = proxied(actions, connected, path)
        assert answer.status_code == 200, answer.text
    server.control("expire")
    created = proxied(
        actions, connected, "/wiki/api/v2/pages", method="POST",
        body={"spaceId": space["id"], "title": f"Raw and late by {connected}", "status": "current"},
    )
    assert created.status_code == 200, created.text


def test_answers_are_nobody_elses(actions, connected):
    answer = proxied(actions, connected, "/wiki/api/v2/spaces", query_params={"limit": 1})
    assert answer.headers["cache-control"] == "private, no-store"
    assert "identifier" in answer.headers["vary"]
