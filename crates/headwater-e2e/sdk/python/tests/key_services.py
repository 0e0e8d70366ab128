"""Key management services for tests: a transit secrets engine as Vault has it, and Google Cloud KMS.

Written from the services' documentation, and apart from headwater's own tests of the same, so that one mistake does not
stand on both sides. They encrypt with AES-256-GCM and authenticated data, check tokens and checksums, and remember
every key that they were shown.
"""

import base64
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "key-service-token-canary"


def encode(data):
    return base64.b64encode(data).decode()


def crc32c(data):
    """The CRC of iSCSI, bit by bit (RFC 3720, appendix B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return str(crc ^ 0xFFFFFFFF)


class Refused(Exception):
    """An answer that is no success: a status and a body."""


class KeyService:
    """A service on a free port. Its keys are made when they are first asked for."""

    def __enter__(self):
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    status, body = 200, service.answer(self.path, self.headers, call)
                except Refused as refused:
                    status, body = refused.args
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.keys, self.shown, self.calls = {}, [], []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def cipher(self, name):
        return AESGCM(self.keys.setdefault(name, os.urandom(32)))

    def encrypt(self, name, plaintext, place):
        self.calls.append("encrypt")
        self.shown.append(plaintext)
        nonce = os.urandom(12)
        return nonce + self.cipher(name).encrypt(nonce, plaintext, place)

    def decrypt(self, name, ciphertext, place):
        self.calls.append("decrypt")
        return self.cipher(name).decrypt(ciphertext[:12], ciphertext[12:], place)


class Vault(KeyService):
    """`/v1/transit/encrypt/NAME` and `decrypt`, with associated data."""

    def settings(self, token_file, name="headwater"):
        return {
            "HEADWATER_ENCRYPTION__KMS": f"vault-transit:http://{self.address}/transit/keys/{name}",
            "HEADWATER_ENCRYPTION__VAULT__TOKEN_FILE": str(token_file),
        }

    def answer(self, path, headers, call):
        if headers["X-Vault-Token"] != TOKEN:
            raise Refused(403, {"errors": ["permission denied"]})
        _, version, mount, verb, name = path.split("/")
        assert (version, mount) == ("v1", "transit"), path
        place = base64.b64decode(call["associated_data"], validate=True)
        if verb == "encrypt":
            sealed = self.encrypt(name, base64.b64decode(call["plaintext"], validate=True), place)
            return {"data": {"ciphertext": f"vault:v1:{encode(sealed)}", "key_version": 1}}
        assert verb == "decrypt", path
        try:
            plaintext = self.decrypt(name, base64.b64decode(call["ciphertext"].removeprefix("vault:v1:")), place)
        except InvalidTag:
            raise Refused(400, {"errors": ["cipher: message authentication failed"]}) from None
        return {"data": {"plaintext": encode(plaintext)}}


class Google(KeyService):
    """`/v1/NAME:encrypt` and `decrypt`, with checksums, which must be there."""

    def settings(self, token_file, name="headwater"):
        return {
            "HEADWATER_ENCRYPTION__KMS": f"gcp-kms:projects/p/locations/l/keyRings/r/cryptoKeys/{name}",
            "HEADWATER_ENCRYPTION__GCP__TOKEN_FILE": str(token_file),
            "HEADWATER_ENCRYPTION__GCP__ENDPOINT": f"http://{self.address}",
        }

    def answer(self, path, headers, call):
        if headers["Authorization"] != f"Bearer {TOKEN}":
            raise Refused(401, {"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "invalid credentials"}})
        name, verb = path.removeprefix("/v1/").rsplit(":", 1)
        place = base64.b64decode(call["additionalAuthenticatedData"], validate=True)
        assert call["additionalAuthenticatedDataCrc32c"] == crc32c(place)
        if verb == "encrypt":
            plaintext = base64.b64decode(call["plaintext"], validate=True)
            assert call["plaintextCrc32c"] == crc32c(plaintext)
            sealed = self.encrypt(name, plaintext, place)
            return {
                "name": f"{name}/cryptoKeyVersions/1",
                "ciphertext": encode(sealed),
                "ciphertextCrc32c": crc32c(sealed),
                "verifiedPlaintextCrc32c": True,
                "verifiedAdditionalAuthenticatedDataCrc32c": True,
            }
        assert verb == "decrypt", path
        ciphertext = base64.b64decode(call["ciphertext"], validate=True)
        assert call["ciphertextCrc32c"] == crc32c(ciphertext)
        try:
            plaintext = self.decrypt(name, ciphertext, place)
        except InvalidTag:
            error = {"code": 400, "status": "INVALID_ARGUMENT", "message": "Decryption failed: verify that 'name' refers"}
            raise Refused(400, {"error": error}) from None
        return {"plaintext": encode(plaintext), "plaintextCrc32c": crc32c(plaintext)}
