"""A server whose key file a key management service wrapped."""

import base64
import os
import struct
import subprocess

import pytest
import requests
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from key_services import TOKEN, Google, Vault
from server import BINARY, Server


def lines(path):
    return dict(line.split(" ", 1) for line in path.read_text().splitlines()[1:])


def keys_in(path, wrapping_key):
    """The keys of a wrapped key file, by what docs/keys.md and the file's format say, with a cipher of our own."""
    values = lines(path)
    parts = [b"headwater-wrapped-key-v1", values["kms"].encode(), values["version"].encode()]
    parts.append(base64.b64decode(values["wrapped"]))
    place = b"".join(struct.pack(">Q", len(part)) + part for part in parts)
    sealed = base64.b64decode(values["sealed"])
    text = AESGCM(wrapping_key).decrypt(sealed[:12], sealed[12:], place).decode()
    return [line.split(" ")[1] for line in text.splitlines()[1:]]


def key_command(directory, settings, *words):
    environment = {**os.environ, "HEADWATER_DATA_DIR": str(directory / "data"), **settings}
    return subprocess.run([BINARY, "key", *words], env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("service", [Vault, Google])
def test_a_service_is_asked_at_the_start_only_and_no_key_is_seen(tmp_path, service):
    token = tmp_path / "token"
    token.write_text(TOKEN)
    key_file = tmp_path / "data" / "key-encryption.key"
    with service() as kms:
        settings = kms.settings(token)
        with Server(tmp_path, consent="auto", settings=settings) as first:
            secret = first.env["SCALEKIT_CLIENT_SECRET"]
        assert kms.calls == ["encrypt", "decrypt"], "wrapped, and tried"
        assert lines(key_file)["kms"] == settings["HEADWATER_ENCRYPTION__KMS"]
        secrets = [TOKEN, *keys_in(key_file, kms.shown[-1])]

        done = key_command(tmp_path, settings, "add")
        assert done.returncode == 0, done.stderr
        secrets += keys_in(key_file, kms.shown[-1])
        assert len(set(secrets)) == 3, "the token and two keys"
        secrets += [base64.b64encode(key).decode() for key in kms.shown]

        kms.calls.clear()
        with Server(tmp_path, consent="auto", settings=settings) as second:
            assert second.env["SCALEKIT_CLIENT_SECRET"] == secret
            assert kms.calls == ["decrypt"]
            kms.stop()
            credentials = {"client_id": second.env["SCALEKIT_CLIENT_ID"], "client_secret": secret}
            grant = {"grant_type": "client_credentials", **credentials}
            answer = requests.post(f"{second.url}/oauth/token", data=grant, verify=second.bundle)
            assert answer.status_code == 200, "it is not missed"
        with pytest.raises(RuntimeError, match="cannot be reached"):
            Server(tmp_path, consent="auto", settings=settings).__enter__()
    looked_at = [path for path in tmp_path.rglob("*") if path.is_file() and path != token]
    assert key_file in looked_at and tmp_path / "server.log" in looked_at
    for path in looked_at:
        content = path.read_bytes()
        for hidden in secrets:
            assert hidden.encode() not in content, f"a key stands in {path}"


@pytest.mark.parametrize("service", [Vault, Google])
def test_a_server_refuses_what_does_not_fit_and_says_what_to_do(tmp_path, service):
    token, wrong = tmp_path / "token", tmp_path / "wrong"
    token.write_text(TOKEN)
    wrong.write_text("wrong")
    key_file = tmp_path / "data" / "key-encryption.key"

    def refusal(settings):
        with pytest.raises(RuntimeError) as refused:
            Server(tmp_path, consent="auto", settings=settings).__enter__()
        return str(refused.value)

    with service() as kms:
        settings = kms.settings(token)
        with Server(tmp_path, consent="auto"):
            pass
        assert "is not wrapped" in refusal(settings)
        for words in (["wrap"], ["list"]):
            done = key_command(tmp_path, settings, *words)
            assert done.returncode == 0 and "seals and opens" in done.stdout, done.stderr
        assert "refuses" in refusal(kms.settings(wrong))
        assert "set encryption.kms" in refusal({})
        other = kms.settings(token, name="other")
        assert "was wrapped by" in refusal(other)
        text = key_file.read_text()
        names = [it["HEADWATER_ENCRYPTION__KMS"] for it in (settings, other)]
        key_file.write_text(text.replace(*names))
        assert "did not wrap this key file" in refusal(other)
        key_file.write_text(text)
        done = key_command(tmp_path, settings, "wrap", "--kms", names[1])
        assert done.returncode == 0, done.stderr
        done = key_command(tmp_path, other, "unwrap")
        assert done.returncode == 0, done.stderr
    with Server(tmp_path, consent="auto"):
        pass
