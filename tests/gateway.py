"""A gateway for short messages on loopback: it keeps what it is given."""

import json
import queue
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "gateway token"
_SECONDS = 30


class Gateway:
    """What arrived, oldest first."""

    def __init__(self, url):
        self.url, self._messages = url, queue.Queue()
        self.status = 204

    @property
    def environment(self):
        """The settings of a deployment that sends by this gateway."""
        return {"YEZHU_SMS_URL": self.url, "YEZHU_SMS_TOKEN": TOKEN}

    def take(self):
        """The next message; a deployment sends after it has answered."""
        return self._messages.get(timeout=_SECONDS)

    def code(self):
        """The next code that was sent, whatever else owners were told before."""
        while not (text := self.take()["text"]).startswith("验证码 "):
            pass
        return text.removeprefix("验证码 ")[:6]

    @property
    def empty(self):
        return self._messages.empty()


@contextmanager
def gateway():
    """Run one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            self.send_response(running.status if known else 401)
            self.end_headers()
            if known:
                running._messages.put(message)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running = Gateway(f"http://127.0.0.1:{server.server_port}/messages")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()
