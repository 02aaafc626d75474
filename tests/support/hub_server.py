"""A local HTTP server that behaves like the hub: redirects to a store, LFS headers, ranges, and every trouble."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.network_guard import ALLOWED_PORTS

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_PIECE = 1 << 14


@dataclass
class Hub:
    """What the server has and how it misbehaves; may be changed while it runs.

    Attributes:
        files: content by ``owner/name/file``.
        serves: other bytes than the stated ones, by the same key.
        cut_after: bytes after which a download's connection is dropped, ``n_cuts`` times.
        refuses: status codes for the next requests to the hub, one each.
        ignores_ranges: answers a range with the whole file.
        pause_s: wait before every 16 KiB.
        is_held: sends 16 KiB of a file and keeps the rest while this is true.
        needs_token: refuses downloads without it.
        prefix: path before all others, as a mirror may have.
        stated_size: the size that it states instead of the true one.
        stated_etag: the ETag that it states instead of the SHA-256.
        states_length: whether any length is stated at all; a cut then looks like an end.
        pause_asked: seconds that a 429 asks to wait, as its ``Retry-After``.
        store_refuses: status codes for the next requests to the store, one each.
        renamed: repositories that are sent on to another name, on the same host.
        seen: method, path and Range of each request.
        authorized: paths that were asked for with a token.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    serves: dict[str, bytes] = field(default_factory=dict)
    cut_after: int = 0
    n_cuts: int = 0
    refuses: list[int] = field(default_factory=list)
    ignores_ranges: bool = False
    pause_s: float = 0.0
    is_held: bool = False
    needs_token: str = ""
    prefix: str = ""
    stated_size: int | None = None
    stated_etag: str = ""
    states_length: bool = True
    pause_asked: str = "0"
    store_refuses: list[int] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    authorized: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def endpoint(self) -> str:
        """For ``HF_ENDPOINT``."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    @property
    def n_sent(self) -> int:
        """Downloads begun."""
        return sum(method == "GET" for method, _, _ in self.seen)


@contextmanager
def running_hub(hub: Hub) -> Iterator[Hub]:
    """Serves until left."""

    class Handler(_Handler):
        pass

    Handler.hub = hub
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.port = server.server_address[1]
    ALLOWED_PORTS.add(hub.port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.is_held = False
        server.shutdown()
        thread.join()
        server.server_close()
        ALLOWED_PORTS.discard(hub.port)


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub = self.hub
        hub.seen.append((self.command, self.path, self.headers.get("Range", "")))
        if "Authorization" in self.headers:
            hub.authorized.append(self.path)
        try:
            if self.path.startswith("/store/"):
                self._send(self.path.removeprefix("/store/"))
            else:
                self._redirect()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _redirect(self) -> None:
        hub = self.hub
        if hub.refuses:
            self._refuse(hub.refuses.pop(0))
            return
        path = self.path.removeprefix(hub.prefix) if self.path.startswith(hub.prefix) else ""
        found = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        if found and found[1] in hub.renamed:
            self.send_response(307)
            new = hub.renamed[found[1]]
            self.send_header("Location", f"{hub.prefix}/{new}/resolve/{found[2]}/{found[3]}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        key = f"{found[1]}/{found[3]}" if found else ""
        if key not in hub.files:
            self._refuse(404, "EntryNotFound")
            return
        if hub.needs_token and self.headers.get("Authorization") != f"Bearer {hub.needs_token}":
            self._refuse(401, "GatedRepo")
            return
        content = hub.files[key]
        etag = hub.stated_etag or hashlib.sha256(content).hexdigest()
        self.send_response(302)
        # Another host than the hub, as the real store is.
        self.send_header("Location", f"http://localhost:{hub.port}/store/{key}")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("X-Linked-Etag", f'"{etag}"')
        if hub.states_length:
            size = len(content) if hub.stated_size is None else hub.stated_size
            self.send_header("X-Linked-Size", str(size))
        self.send_header("ETag", f'"{etag[:32]}"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _refuse(self, status: int, code: str = "") -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        if status == 429:
            self.send_header("Retry-After", self.hub.pause_asked)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, key: str) -> None:
        hub = self.hub
        content = hub.serves.get(key, hub.files[key])
        first, status = 0, 200
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if hub.store_refuses:
            self._refuse(hub.store_refuses.pop(0))
            return
        if wanted and not hub.ignores_ranges:
            first, status = int(wanted[1]), 206
            if first >= len(content):
                self._refuse(416)
                return
        self.send_response(status)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{hashlib.md5(content).hexdigest()}"')
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        if hub.states_length:
            self.send_header("Content-Length", str(len(content) - first))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command == "HEAD":
            return
        is_cut, sent = hub.n_cuts > 0, 0
        hub.n_cuts -= is_cut
        for at in range(first, len(content), _PIECE):
            if is_cut and sent >= hub.cut_after:
                self.close_connection = True
                self.wfile.flush()
                self.connection.shutdown(2)
                return
            if hub.pause_s:
                time.sleep(hub.pause_s)
            while hub.is_held and sent:
                time.sleep(0.01)
            self.wfile.write(content[at : at + _PIECE])
            sent += _PIECE
