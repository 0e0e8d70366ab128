"""Webhooks, and the audit log: set up by commands, taken by an application, verified by the published SDK."""

import json
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from server import BINARY


class Receiver:
    """An application's endpoint. `statuses` are its next answers; then it takes everything."""

    def __init__(self):
        self.requests = []
        self.statuses = []
        self.arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver.arrived:
                    receiver.requests.append((dict(self.headers), body))
                    status = receiver.statuses.pop(0) if receiver.statuses else 201
                    receiver.arrived.notify_all()
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, 30), self.requests
            return self.requests[:count]


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture
def command(server):
    def run(*words):
        words = [BINARY, words[0], "--data-dir", str(server.directory / "data"), *words[1:]]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def webhook(command, receiver):
    words = dict(line.split(maxsplit=1) for line in command("webhook", "create", "--url", receiver.url).splitlines())
    yield words
    command("webhook", "delete", words["webhook"])


def test_the_sdk_verifies_what_is_delivered(client, actions, command, receiver, webhook, identifier):
    receiver.statuses = [503]
    created = actions.create_connected_account(
        connection_name="confluence", identifier=identifier, authorization_details={}
    ).connected_account
    actions.delete_connected_account(connection_name="confluence", identifier=identifier)
    first, second, third = receiver.wait(3)
    # The first answer was a refusal: the event comes again, before the one after it.
    assert first[1] == second[1] and first[0]["webhook-id"] == second[0]["webhook-id"]
    for headers, body in (second, third):
        assert client.verify_webhook_payload(webhook["secret"], headers, body)
        with pytest.raises(Exception):
            client.verify_webhook_payload(webhook["secret"], headers, body + b" ")
    events = [json.loads(body) for _, body in (second, third)]
    assert [event["type"] for event in events] == ["connected_account.created", "connected_account.deleted"]
    for event in events:
        assert event["object"] == "ConnectedAccount" and event["spec_version"] == "1"
        assert event["id"].startswith("evt_") and event["environment_id"].startswith("env_")
        assert event["data"]["identifier"] == identifier and event["data"]["id"] == created.id
        assert event["data"]["provider"] == "CONFLUENCE" and event["data"]["connection_name"] == "confluence"
    listed = command("webhook", "deliveries", webhook["webhook"], "--state", "delivered")
    assert events[0]["id"] in listed


def test_an_event_is_replayed(client, actions, command, receiver, webhook, identifier):
    actions.create_connected_account(
        connection_name="confluence", identifier=identifier, authorization_details={}
    )
    ((headers, body),) = receiver.wait(1)
    wait_for(lambda: json.loads(body)["id"] in command("webhook", "deliveries", "--state", "delivered"))
    said = command("webhook", "replay", webhook["webhook"], "--event", json.loads(body)["id"])
    assert said.startswith("1 ")
    again = receiver.wait(2)[1]
    assert again[1] == body and again[0]["webhook-id"] == headers["webhook-id"]
    assert client.verify_webhook_payload(webhook["secret"], again[0], again[1])


def test_the_audit_log_says_who_did_what(server, actions, command, execute, connected):
    execute("confluence_space_list")
    account = actions.get_connected_account(connection_name="confluence", identifier=connected).connected_account

    def entries():
        lines = command("audit", "--since", "1h", "--account", account.id).splitlines()
        return [json.loads(line) for line in lines]

    # A reading of credentials is durable before its answer; a call is written down a little after its own.
    wanted = {"account.read_credentials", "tool.execute"}
    wait_for(lambda: wanted <= {entry["action"] for entry in entries()})
    calls = [entry for entry in entries() if entry["action"] == "tool.execute"]
    assert [call["subject"] for call in calls] == ["confluence_space_list"]
    assert calls[0]["actor"] == server.env["SCALEKIT_CLIENT_ID"]
    assert calls[0]["outcome"] == "ok" and calls[0]["provider_status"] == 200
    assert calls[0]["execution_id"].startswith("exec_")
    actors = {entry["action"]: entry["actor"] for entry in entries()}
    assert actors["account.consent"] == "end_user"
    token = account.authorization_details["oauth_token"]["access_token"]
    assert token not in json.dumps(entries())


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_events_are_listed(server, client, actions, identifier):
    from scalekit.v1.events.events_pb2 import EventFilter

    account = actions.create_connected_account(
        connection_name="confluence", identifier=identifier, authorization_details={}
    ).connected_account
    actions.delete_connected_account(connection_name="confluence", identifier=identifier)
    wanted = EventFilter(connected_account_id=account.id)
    (first,) = (page := client.events.list_events_paginated(page_size=1, filter=wanted)[0]).events
    assert first.type == "connected_account.deleted" and first.data["identifier"] == identifier
    assert first.occurred_at.seconds > 0 and first.environment_id.startswith("env_")
    page = client.events.list_events_paginated(page_size=1, page_token=page.next_page_token, filter=wanted)[0]
    assert [event.type for event in page.events] == ["connected_account.created"]
    assert not page.next_page_token
    credentials = {"client_id": server.env["SCALEKIT_CLIENT_ID"], "client_secret": server.env["SCALEKIT_CLIENT_SECRET"]}
    token = requests.post(f"{server.url}/oauth/token", data={"grant_type": "client_credentials", **credentials}).json()
    answer = requests.post(
        f"{server.url}/api/v1/events/paginated?page_size=1",
        headers={"authorization": f"Bearer {token['access_token']}"},
        json={"connected_account_id": account.id, "event_types": ["connected_account.created"]},
    )
    assert answer.status_code == 200, answer.text
    assert [event["object"] for event in answer.json()["events"]] == ["ConnectedAccount"]
