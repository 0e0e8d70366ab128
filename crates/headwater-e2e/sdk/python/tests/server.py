"""Starting and stopping a headwater of the tests' own."""

import os
import subprocess
import threading
from pathlib import Path

import requests

BINARY = os.environ["E2E_BINARY"]
READY = "headwater is ready at "
LIMIT_SECONDS = 60


class Server:
    """`headwater dev` on free ports, with its data in `directory`."""

    def __init__(self, directory: Path, consent: str, extra=(), settings=None):
        self.directory = Path(directory)
        self.env_file = self.directory / "sdk-test.env"
        self.lines = []
        self.consent = consent
        self.extra = list(extra)
        self.settings = settings or {}

    def __enter__(self):
        command = [
            BINARY, "dev", "--port", "0", "--sandbox-port", "0", "--sandbox-control-port", "0",
            "--consent", self.consent, "--data-dir", str(self.directory / "data"),
            "--env-file", str(self.env_file), "--https", *self.extra,
        ]
        # A revoked grant is believed at once: no test waits for the second refusal.
        environment = {
            **os.environ,
            "HEADWATER_LOG__LEVEL": "trace",
            "HEADWATER_REFRESH__CONFIRM_AFTER_SECONDS": "0",
            **self.settings,
        }
        self.log = open(self.directory / "server.log", "ab")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL, text=True, env=environment
        )
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if not self.ready.wait(LIMIT_SECONDS) or self.process.poll() is not None:
            self.process.kill()
            raise RuntimeError("headwater did not start:\n" + "\n".join(self.lines) + self.logged())
        pairs = (line.split("=", 1) for line in self.env_file.read_text().splitlines())
        self.env = dict(pairs)
        self.url = self.env["SCALEKIT_ENV_URL"]
        self.bundle = self.env["REQUESTS_CA_BUNDLE"]
        return self

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("SCALEKIT_CLIENT_SECRET="):
                self.ready.set()
        # Its output ends a moment before the process does.
        self.process.wait()
        self.ready.set()

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(LIMIT_SECONDS)
        self.reader.join()
        self.log.close()
        return code

    def logged(self):
        return (self.directory / "server.log").read_text(errors="replace")

    def value(self, label):
        """What stands behind a label in the server's greeting."""
        for line in self.lines:
            if line.strip().startswith(label):
                return line.strip()[len(label):].strip().split("  ")[0]
        raise AssertionError(f"no {label} in {self.lines}")

    @property
    def sandbox(self):
        return self.value("Confluence sandbox").removesuffix("/wiki")

    def control(self, verb, **body):
        """Tells the sandbox what to do."""
        response = requests.post(f"{self.value('sandbox control')}/_sandbox/control/{verb}", json=body)
        assert response.ok, response.text
        return response

    def fault(self, method, path, status, headers, body):
        """Makes the sandbox's next answer to an operation this one."""
        answer = {"status": status, "headers": headers, "body": body}
        return self.control("fault", method=method, path=path, responses=[answer])

    def browse(self, url, **kwargs):
        """Opens a link as a browser would."""
        return requests.get(url, verify=self.bundle, **kwargs)
