"""The pages and their static files, under a policy that lets nothing else in."""

from importlib.resources import files
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse, RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import Anyone, router

STATIC = "/static"
_FILES = Path(str(files("api.web") / "static"))
_PAGE = Depends(Anyone("网页本身不含数据"))

_POLICY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# As they go over the wire: every answer gets them.
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in _POLICY.items()]
_KEPT_OUT = (b"cache-control", b"no-store")
# Without a word browsers guess from the date of a file how long it is good: after an upgrade half
# of a page would be the old one.
_ASKED_FOR_AGAIN = (b"cache-control", b"no-cache")

routes = router(include_in_schema=False)


@routes.get("/", dependencies=[_PAGE])
def home() -> RedirectResponse:
    """Lead whoever types the bare address to the page that owners need."""
    return RedirectResponse("/vote")


@routes.get("/vote", dependencies=[_PAGE])
def vote() -> FileResponse:
    """Give the voting page."""
    return FileResponse(_FILES / "vote.html")


@routes.get("/receipt", dependencies=[_PAGE])
def receipt() -> FileResponse:
    """Give the page that checks a receipt; it asks the server for nothing more."""
    return FileResponse(_FILES / "receipt.html")


@routes.get("/board", dependencies=[_PAGE])
def board() -> FileResponse:
    """Give the supervisor's board."""
    return FileResponse(_FILES / "board.html")


def mount_static(app: FastAPI) -> None:
    """Serve scripts and styles."""
    app.mount(STATIC, StaticFiles(directory=_FILES))


class SecurityHeaders:
    """Puts the policy on every answer, and keeps answers with data out of browser caches.

    Pages, scripts and styles are kept, and asked for again each time.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through and add the headers to what goes out."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                headers = [header for header in _HEADERS if header[0] not in said]
                # Of a log's files, those that exist say themselves how long they may be kept.
                if b"cache-control" not in said:
                    holds_data = scope["path"].startswith(("/v1/", "/log/"))
                    headers.append(_KEPT_OUT if holds_data else _ASKED_FOR_AGAIN)
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)
