"""What we are measured beside, each a server of its own under the same loop and parser.

``python -m benchmarks.load.peers orm|bare PORT KEYS`` serves until it is stopped. ``KEYS`` is a
JSON file of device keys by id, in hexadecimal DER.

``orm``: FastAPI and SQLAlchemy as most services are written. The body is a pydantic model, a
session is opened for each request, the key and whether the owner has voted are asked of the
database, one row is added, and the commit is awaited. There is no log, no tree and no receipt.

``bare``: the least that could verify ballots over HTTP. A protocol on the parser itself reads
JSON, verifies the signature with a key that is in memory, and answers. Nothing is stored.
"""

import asyncio
import base64
import json
import os
import sys
from pathlib import Path

import httptools
import uvicorn
import uvloop
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import LargeBinary, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

_ECDSA = ec.ECDSA(hashes.SHA256())


def _pae(payload_type, payload):
    name = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def _keys(path):
    named = json.loads(Path(path).read_text())
    return {key_id: bytes.fromhex(spki) for key_id, spki in named.items()}


class Base(DeclarativeBase):
    """The peer's tables."""


class Key(Base):
    """A device key."""

    __tablename__ = "peer_keys"
    key_id: Mapped[str] = mapped_column(primary_key=True)
    spki: Mapped[bytes] = mapped_column(LargeBinary)


class Ballot(Base):
    """A ballot, one for each key."""

    __tablename__ = "peer_ballots"
    number: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class Signature(BaseModel):
    """One signature."""

    keyid: str
    sig: str


class Envelope(BaseModel):
    """The body of a request."""

    payload: str
    payloadType: str  # noqa: N815 - as the format spells it
    signatures: list[Signature]


class Stored(BaseModel):
    """The answer."""

    number: int


def orm(keys):
    """Build the peer with a commit for each ballot."""
    engine = create_engine(os.environ["PEER_DATABASE_URL"], pool_size=40)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(Key(key_id=key_id, spki=spki) for key_id, spki in keys.items())
    app = FastAPI()

    @app.post("/ballots", status_code=201)
    def cast(envelope: Envelope) -> Stored:
        (signature,) = envelope.signatures
        payload = base64.b64decode(envelope.payload)
        sig = base64.b64decode(signature.sig)
        with Session(engine) as session:
            key = session.get(Key, signature.keyid)
            if key is None:
                raise HTTPException(403)
            if session.query(Ballot).filter_by(key_id=signature.keyid).first():
                raise HTTPException(409)
            try:
                text = _pae(envelope.payloadType, payload)
                load_der_public_key(key.spki).verify(sig, text, _ECDSA)
            except InvalidSignature as error:
                raise HTTPException(403) from error
            ballot = Ballot(key_id=signature.keyid, payload=payload, signature=sig)
            session.add(ballot)
            session.commit()
            return Stored(number=ballot.number)

    return app


class Bare(asyncio.Protocol):
    """One connection of the least there could be."""

    def __init__(self, keys):
        self._keys, self._parser, self._body = keys, httptools.HttpRequestParser(self), b""

    def connection_made(self, transport):
        """Keep the connection."""
        self._transport = transport

    def data_received(self, data):
        """Parse."""
        self._parser.feed_data(data)

    def on_body(self, body):
        """Keep what there is of the body."""
        self._body += body

    def on_message_complete(self):
        """Verify and answer."""
        envelope, self._body = json.loads(self._body), b""
        (signature,) = envelope["signatures"]
        text = _pae(envelope["payloadType"], base64.b64decode(envelope["payload"]))
        sig = base64.b64decode(signature["sig"])
        self._keys[signature["keyid"]].verify(sig, text, _ECDSA)
        self._transport.write(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}")


async def _serve_bare(port, keys):
    loaded = {key_id: load_der_public_key(spki) for key_id, spki in keys.items()}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Bare(loaded), "127.0.0.1", port)
    await server.serve_forever()


def main():
    """Serve one peer."""
    kind, port, keys = sys.argv[1], int(sys.argv[2]), _keys(sys.argv[3])
    if kind == "bare":
        uvloop.run(_serve_bare(port, keys))
    else:
        uvicorn.run(orm(keys), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
