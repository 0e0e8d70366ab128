"""A sandbox of the tests' own, alone, and a token for it as any OAuth app gets one."""

import os
import subprocess
import threading
from urllib.parse import parse_qs, urlsplit

import requests

BINARY = os.environ["E2E_BINARY"]
CALLBACK = "http://localhost:9/callback"
API_TOKEN = "an-api-token"
# Classic scopes cover both REST versions; the vendor lets an app have fifty.
SCOPES = [
    "read:confluence-content.all", "read:confluence-content.summary", "read:confluence-content.permission",
    "write:confluence-content", "read:confluence-space.summary", "write:confluence-space",
    "write:confluence-file", "readonly:content.attachment:confluence", "read:confluence-props",
    "write:confluence-props", "search:confluence", "read:confluence-user", "read:confluence-groups",
    "manage:confluence-configuration",
]


class Sandbox:
    """`headwater sandbox` on a free port, with its demo content."""

    def __init__(self, *extra):
        command = [
            BINARY, "sandbox", "--port", "0", "--control-port", "0", "--consent", "auto",
            "--redirect-uri", CALLBACK, "--client-id", "sandbox", "--client-secret", "a-secret-of-tests", "--api-token", API_TOKEN, *extra,
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if line.strip().startswith("control "):  # the last one
                break
        else:
            raise RuntimeError("the sandbox did not start:\n" + "\n".join(self.lines))
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.url = self.lines[0].split()[-1]
        self.control = self.lines[-1].split()[-1]

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0

    def token(self, scopes=tuple(SCOPES)):
        """An access token by the authorization code grant."""
        query = {
            "audience": "api.atlassian.com", "client_id": "sandbox", "scope": " ".join(scopes),
            "redirect_uri": CALLBACK, "state": "s", "response_type": "code", "prompt": "consent",
        }
        url, code = f"{self.url}/authorize", None
        while code is None:
            answer = requests.get(url, params=query, allow_redirects=False)
            assert answer.status_code in (302, 303), answer.text
            url, query = answer.headers["location"], None
            code = parse_qs(urlsplit(url).query).get("code") if url.startswith(CALLBACK) else None
        answer = requests.post(f"{self.url}/oauth/token", json={
            "grant_type": "authorization_code", "client_id": "sandbox", "client_secret": "a-secret-of-tests",
            "code": code[0], "redirect_uri": CALLBACK,
        })
        assert answer.ok, answer.text
        return answer.json()["access_token"]

    def site(self, token):
        """The site that the token opens, and where its API is."""
        headers = {"authorization": f"Bearer {token}"}
        site = requests.get(f"{self.url}/oauth/token/accessible-resources", headers=headers).json()[0]
        return {**site, "api": f"{self.url}/ex/confluence/{site['id']}"}
