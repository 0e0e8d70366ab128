"""Who gets the tokens of an account, and what the SDK's own get-or-create and upsert make of answers without them: a server
for each policy, an API client for each set of roles."""

import json
import os
import subprocess
import sys

import pytest

from server import BINARY, Server

# A program of its own, because one process trusts one authority only.
PROGRAM = """
import json, os
from scalekit.client import ScalekitClient
env = os.environ
client = ScalekitClient(env["SCALEKIT_ENV_URL"], env["SCALEKIT_CLIENT_ID"], env["SCALEKIT_CLIENT_SECRET"])
actions, wanted = client.actions, {"connection_name": "confluence", "identifier": env["E2E_IDENTIFIER"]}
written = {"oauth_token": {"access_token": "one", "refresh_token": "two", "scopes": ["read:page:confluence"]}}

def shown(response):
    details = response.connected_account.authorization_details
    token = (details or {}).get("oauth_token") or {}
    return [token.get("access_token") or None, token.get("refresh_token") or None]

first = actions.get_or_create_connected_account(**wanted)
again = actions.get_or_create_connected_account(**wanted)
upserted = actions.upsert_connected_account(authorization_details=written, **wanted)
read = actions.get_connected_account(**wanted)
# What was read is written back as it came, and with its tokens left out.
empty = {"oauth_token": {"access_token": "", "refresh_token": "", "scopes": []}}
for details in [read.connected_account.authorization_details, empty]:
    if details:
        actions.update_connected_account(authorization_details=details, **wanted)
        actions.upsert_connected_account(authorization_details=details, **wanted)
kept = actions.upsert_connected_account(**wanted)
ids = {it.connected_account.id for it in [first, again, upserted, read, kept]}
print(json.dumps({"accounts": len(ids), "status": kept.connected_account.status, "read": shown(read)}))
"""

ROLES = ["use", "use,read,manage", "use,credentials", "use,read,manage,credentials"]
SHOWN = {"nothing": [None, None], "access": ["one", None], "all": ["one", "two"]}


def run(server, identifier, client):
    environment = {**os.environ, **server.env, **client, "E2E_IDENTIFIER": identifier}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + server.logged()[-4000:]
    return json.loads(done.stdout)


def client_with(server, roles):
    command = [BINARY, "client", "--data-dir", str(server.directory / "data"), "create", "--role", roles]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(line.split("=", 1) for line in printed.splitlines() if line.startswith("SCALEKIT_"))


@pytest.mark.parametrize("policy", SHOWN)
def test_get_or_create_and_upsert_work_with_every_role_and_policy(policy, tmp_path):
    with Server(tmp_path, consent="auto", settings={"HEADWATER_POLICY__CREDENTIALS": policy}) as server:
        # The client that `dev` makes has every role; it sees what is kept as far as the policy goes.
        everything = {name: server.env[name] for name in ["SCALEKIT_CLIENT_ID", "SCALEKIT_CLIENT_SECRET"]}
        for number, roles in enumerate(ROLES):
            expected = SHOWN[policy] if "credentials" in roles else [None, None]
            found = run(server, f"user{number}", client_with(server, roles))
            assert found == {"accounts": 1, "status": "ACTIVE", "read": expected}, roles
            assert run(server, f"user{number}", everything)["read"] == SHOWN[policy], "nothing was erased"
