"""Speaks to Superset's REST API, as a browser's session does."""

from __future__ import annotations

import http.cookiejar
import json
import secrets
import urllib.error
import urllib.request
from typing import Any

from bi.server import USER, Server


class Api:
    """A session of the admin; each call raises AssertionError with Superset's own words."""

    def __init__(self, server: Server) -> None:
        self._url = server.url
        self._headers = {"Referer": server.url}
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),  # loopback alone
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )
        login = {"username": USER, "password": server.password, "provider": "db"}
        token = self.post("security/login", login)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"
        self._headers["X-CSRFToken"] = self.get("security/csrf_token/")["result"]

    def get(self, path: str) -> Any:
        return json.loads(self._send("GET", path))

    def get_file(self, path: str) -> bytes:
        return self._send("GET", path)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return json.loads(self._send("POST", path, json.dumps(body).encode(), "application/json"))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return json.loads(self._send("PUT", path, json.dumps(body).encode(), "application/json"))

    def delete(self, path: str) -> None:
        self._send("DELETE", path)

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Any:
        """Post a file with form fields."""
        boundary = secrets.token_hex(16)
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
            f'filename="{name}.zip"\r\nContent-Type: application/zip\r\n\r\n'
        )
        body = "".join(parts).encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return json.loads(
            self._send("POST", path, body, f"multipart/form-data; boundary={boundary}")
        )

    def _send(
        self, method: str, path: str, body: bytes | None = None, kind: str | None = None
    ) -> bytes:
        request = urllib.request.Request(  # noqa: S310  our own server
            f"{self._url}/api/v1/{path}", data=body, method=method, headers=dict(self._headers)
        )
        if kind is not None:
            request.add_header("Content-Type", kind)
        try:
            with self._opener.open(request, timeout=900) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            told = error.read().decode(errors="replace")[:2000]
            raise AssertionError(f"{method} {path}: {error.code} {told}") from None
