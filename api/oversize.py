"""Too much at once: the framework refuses that in plain English, people read a problem document."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import MEDIA_TYPE, http_error

_TOO_LARGE = 413


class Oversize:
    """Gives the answer to what is larger than its route allows the form of every other refusal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through, but for the answer that is written anew."""
        written = False

        async def send_problem(message: Message) -> None:
            nonlocal written
            if message["type"] == "http.response.start" and message["status"] == _TOO_LARGE:
                written = Headers(raw=message["headers"]).get("content-type") != MEDIA_TYPE
                if written:
                    error = HTTPException(_TOO_LARGE)
                    await http_error(Request(scope), error)(scope, receive, send)
            if not written:
                await send(message)

        await self._app(scope, receive, send_problem)
