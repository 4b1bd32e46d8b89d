"""Google Cloud Storage's XML interface for tests, made of a real S3 server.

Google's emulators speak its JSON interface and little of the XML one, which obstore uses. Google made that one after
S3's: the same requests and answers, parts included, but for the names of some headers, conditional writes by generation
and the signature. That much is translated here, and nothing is served that is not signed by the account's key.
"""

import base64
import hashlib
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_ACCOUNT = "tests@headwater.invalid"
_GOOG, _AMZ = "x-goog-", "x-amz-"
_HOST = "storage.googleapis.com"  # which obstore signs, wherever the server is
_ONLY_IF_NEW = "x-goog-if-generation-match"
_HOP = frozenset({"authorization", "connection", "content-length", "host", "transfer-encoding"})
_TIMEOUT_S = 60
_TRUSTED = "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
"""How moto's server knows a request that is somebody's; it checks no more."""


@contextmanager
def gcs_server(s3_endpoint: str) -> Iterator[dict[str, str]]:
    """Serve an S3 server's buckets as Google's, and yield the environment variables that lead there."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.target, server.key = urlsplit(s3_endpoint).netloc, key.public_key()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {
        "type": "service_account",
        "client_email": _ACCOUNT,
        "private_key": pem,
        "private_key_id": "tests",
        "gcs_base_url": f"http://127.0.0.1:{server.server_port}",
        "disable_oauth": False,
    }
    try:
        yield {"GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(account)}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    target: str
    key: rsa.RSAPublicKey


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer in one piece, not one a header
    server: _Server

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer any method."""
        body = self._read_body()
        if not self._is_signed():
            self._answer(401, {}, b"<Error><Code>AuthenticationRequired</Code></Error>")
            return
        connection = http.client.HTTPConnection(self.server.target, timeout=_TIMEOUT_S)
        try:
            headers = self._translated()
            if headers.pop(_ONLY_IF_NEW, "") == "0" and self._exists(connection):
                self._answer(412, {}, b"<Error><Code>PreconditionFailed</Code></Error>")
                return
            connection.request(self.command, self._unsigned_path(), body, headers)
            reply = connection.getresponse()
            self._answer(reply.status, dict(reply.getheaders()), reply.read())
        finally:
            connection.close()

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - the library's names

    def _read_body(self) -> bytes:
        if self.headers.get("transfer-encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", "0")))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _translated(self) -> dict[str, str]:
        """Return the request's headers by S3's names, but for the condition."""
        found = {"authorization": _TRUSTED}
        for name, value in self.headers.items():
            theirs = name.lower()
            if theirs not in _HOP:
                mine = theirs if theirs == _ONLY_IF_NEW else theirs.replace(_GOOG, _AMZ, 1)
                found[mine] = _spell(value) if theirs == f"{_GOOG}copy-source" else value
        return found

    def _unsigned_path(self) -> str:
        path, mark, query = self.path.partition("?")
        kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _is_of_google(name)]
        return f"{_spell(path)}{mark}{urlencode(kept)}"

    def _exists(self, connection: http.client.HTTPConnection) -> bool:
        connection.request("HEAD", self._unsigned_path(), headers={"authorization": _TRUSTED})
        reply = connection.getresponse()
        reply.read()
        return reply.status == 200

    def _is_signed(self) -> bool:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        if kind == "Bearer":
            signed, _, signature = token.rpartition(".")
            return self._verify(signed.encode(), base64.urlsafe_b64decode(signature + "=="))
        return self._is_url_signed()

    def _is_url_signed(self) -> bool:
        """Check a signed URL as Google documents it: version 4, RSA."""
        path, _, text = self.path.partition("?")
        query, mark, signature = text.partition("&X-Goog-Signature=")
        named = dict(parse_qsl(query))
        names = named.get("X-Goog-SignedHeaders", "")
        if not mark or not names:
            return False
        values = {name: self.headers.get(name, "") for name in names.split(";")} | {"host": _HOST}
        lines = "".join(f"{name}:{value}\n" for name, value in sorted(values.items()))
        canonical = f"{self.command}\n{path}\n{query}\n{lines}\n{names}\nUNSIGNED-PAYLOAD"
        stamp, scope = named["X-Goog-Date"], named["X-Goog-Credential"].partition("/")[2]
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        return self._verify(f"GOOG4-RSA-SHA256\n{stamp}\n{scope}\n{digest}".encode(), bytes.fromhex(signature))

    def _verify(self, signed: bytes, signature: bytes) -> bool:
        try:
            self.server.key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in _HOP:
                self.send_header(name.lower().replace(_AMZ, _GOOG, 1), value)
        length = next((value for name, value in headers.items() if name.lower() == "content-length"), "")
        self.send_header("content-length", length if self.command == "HEAD" and length else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _spell(path: str) -> str:
    """Return a path with no more letters escaped than must be; the other server does not know the others."""
    return quote(unquote(path), safe="/~")


def _is_of_google(name: str) -> bool:
    return name.lower().startswith(_GOOG)
