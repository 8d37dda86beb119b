"""A server that keeps what is posted to it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Listener:
    """While entered it listens on `address`; `heard` holds path, authorisation and body of each post."""

    def __enter__(self) -> "Listener":
        heard: list[tuple[str, str | None, Any]] = []

        class Keeper(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                heard.append((self.path, self.headers["Authorization"], body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *words: Any) -> None:
                """What was posted is kept; nothing is printed."""

        self.heard = heard
        self._server = HTTPServer(("127.0.0.1", 0), Keeper)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/alarms"
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
