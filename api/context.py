"""What a route asks for: the service, the caller's address, the raw body."""

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from api.composition import Service
from voting.kernel.dsse import MAX_BYTES
from voting.roster.objection import LONGEST_UNIT

_OWN_NETWORK = 64
"""Bits of an IPv6 address that a subscriber cannot choose (RFC 6177)."""


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def address(request: Request) -> str:
    """Say where a request came from: of IPv6 the network, of which everybody has a whole one."""
    host = request.client.host if request.client else "unknown"
    try:
        given = ip_address(host)
    except ValueError:
        return host
    if isinstance(given, IPv4Address):
        return host
    # A server that listens on both kinds sees IPv4 inside IPv6.
    return str(given.ipv4_mapped or ip_network((given, _OWN_NETWORK), strict=False))


async def signed_body(request: Request) -> bytes:
    """Read at most one byte more than an envelope may have; the use case refuses the rest."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            return body[: MAX_BYTES + 1]
    return body


InService = Annotated[Service, Depends(_service)]
Address = Annotated[str, Depends(address)]
SignedBody = Annotated[bytes, Depends(signed_body)]

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
"""What people type into one field: anything but control characters."""

UnitKey = Annotated[str, Field(min_length=1, max_length=LONGEST_UNIT, pattern=ONE_LINE)]

SIGNED_BODY = {
    "requestBody": {
        "required": True,
        "description": "DSSE v1 信封的规范 JSON，恰有一个签名，最长 8192 字节",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["payload", "payloadType", "signatures"],
                    "properties": {
                        "payload": {"type": "string", "format": "byte"},
                        "payloadType": {"type": "string"},
                        "signatures": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 1,
                            "items": {
                                "type": "object",
                                "required": ["keyid", "sig"],
                                "properties": {
                                    "keyid": {"type": "string"},
                                    "sig": {"type": "string", "format": "byte"},
                                },
                            },
                        },
                    },
                }
            }
        },
    }
}
