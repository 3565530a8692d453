"""The small complex and its pages behind a real HTTP server, as browsers meet them."""

import threading
from contextlib import contextmanager

import uvicorn

from tests.complex import Complex
from tests.conftest import MovingClock
from tests.gateway import gateway
from tests.servers import await_port, free_port

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


class Site:
    """The small complex behind a real HTTP server, and an assembly of the test's own."""

    def __init__(self, complex_, url):
        self.complex, self.url = complex_, url
        self.assembly = complex_.open()


@contextmanager
def serving(folder, clock=None, **settings):
    """A complex with its pages on a port of its own, which sends codes by a real gateway."""
    port = free_port()
    with gateway() as messages:
        settings |= messages.environment | {"YEZHU_PUBLIC_URL": f"http://127.0.0.1:{port}"}
        complex_ = Complex(folder / "data", clock or MovingClock(), engines=settings)
        complex_.messages = messages
        try:
            with running(complex_.app, port) as url:
                yield complex_, url
        finally:
            complex_.shut()


@contextmanager
def running(app, port=None):
    """An application on a port of its own; its address."""
    port = port or free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            app, port=port, log_level="warning", timeout_graceful_shutdown=1, ws="none",
            lifespan="off",
        )
    )  # fmt: skip
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        await_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def choose(vote):
    """Answer every question, and go on to what will be signed."""
    for testid in ("item-1-approve", "item-2-c1-approve", "item-2-c2-oppose", "item-3-a"):
        vote.get_by_test_id(testid).check()
    vote.get_by_test_id("review").click()
