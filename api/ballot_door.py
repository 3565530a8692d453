"""A short way for ballots, of which there are more than of anything else."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem
from api.routes.ballots import cast
from voting.kernel.refusal import Refusal

_PATH = re.compile("/v1/assemblies/([^/]+)/ballots")


class BallotDoor:
    """Leads ballots past the router: to find and call an endpoint costs more than a signature.

    The route is declared and described like all others, and this calls its very function.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let whoever brings no ballot go on to the router."""
        if scope["type"] != "http" or scope["method"] != "POST":
            return await self._app(scope, receive, send)
        path = _PATH.fullmatch(scope["path"])
        if path is None:
            return await self._app(scope, receive, send)
        request = Request(scope, receive)
        answer: Response
        try:
            answer = await cast(path[1], request)
        except Refusal as refusal:
            answer = problem(request, refusal)
        return await answer(scope, receive, send)
