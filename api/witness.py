"""The witness as a small HTTP server (C2SP tlog-witness)."""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from voting.kernel.refusal import Refusal
from voting.kernel.suites import BadSignature
from voting.ledger import refusals
from voting.ledger.add_checkpoint import MAX_BYTES, PATH, SIZE_TYPE
from voting.ledger.witness import Witness

STATUS: dict[type[Refusal], int] = {
    BadSignature: 403,
    refusals.InconsistentLog: 422,
    refusals.MalformedCheckpoint: 400,
    refusals.MalformedNote: 400,
    refusals.MalformedSubmission: 400,
    refusals.StaleSubmission: 409,
    refusals.UnknownLog: 404,
    refusals.UnknownSigner: 403,
}


def create_witness_app(witness: Witness) -> Starlette:
    """Build the server around a witness. Everybody may ask: what it signs is public."""

    async def add_checkpoint(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                return PlainTextResponse("见证请求过长\n", 400)
        try:
            line = await run_in_threadpool(witness.add_checkpoint, body)
        except refusals.StaleSubmission as stale:
            size = f"{stale.facts['size']}\n".encode()
            # As a header: a media type of text would be given a charset, which nobody expects.
            return Response(size, STATUS[type(stale)], {"Content-Type": SIZE_TYPE})
        except tuple(STATUS) as refusal:
            return PlainTextResponse(f"{refusal}\n", STATUS[type(refusal)])
        return PlainTextResponse(line)

    async def latest(request: Request) -> Response:
        note = await run_in_threadpool(witness.latest, request.path_params["origin_hash"])
        if note is None:
            return PlainTextResponse("本见证人没有见证过这个日志\n", 404)
        return PlainTextResponse(note)

    return Starlette(
        routes=[
            Route(PATH, add_checkpoint, methods=["POST"]),
            Route("/{origin_hash}/checkpoint", latest),
        ]
    )
