"""The server process."""

import gc
import os
import sys
from pathlib import Path

import httpx2
import structlog
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.composition import compose
from api.settings import Settings
from api.witness_feed import ANSWER_SECONDS, WitnessFeed
from voting.infra.database import Database

_WORKER_SECONDS = 30
"""So long a worker may say nothing before another takes its place."""


def create() -> FastAPI:
    """Build the application from the environment: what each worker process runs."""
    _configure_logging()
    service = compose(Settings.read())
    service.database.serve()
    app = create_app(service)
    # What is there now stays, and what a ballot leaves behind goes without being looked for:
    # looking through all of it again and again would halt all ballots.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    return app


def run(*, data: Path | None, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve until stopped.

    Options given here go to the workers as environment variables, where the rest comes from.

    Raises
    ------
    Refusal
        The settings, the deployment or its logs are not fit to start; see
        :meth:`api.settings.Settings.read`, :func:`api.composition.compose` and
        :meth:`voting.ledger.service.Ledger.check_all`.
    """
    given = {"DATA": data, "HOST": host, "PORT": port, "WORKERS": workers}
    os.environ.update(
        {f"YEZHU_{name}": str(value) for name, value in given.items() if value is not None}
    )
    settings = Settings.read()
    _configure_logging()
    # Refuse here, with one clear line, what every worker would otherwise die of.
    service = compose(settings)
    try:
        service.database.serve()
        with service.database.read() as session:
            service.ledger.check_all(session)
    finally:
        service.database.close()
    # Beside the workers, not in them: once, however many there are, and no ballot waits for it.
    for witness in settings.followed_by():
        database = Database(settings.resolved_database_url)
        http = httpx2.Client(timeout=ANSWER_SECONDS, follow_redirects=False)
        WitnessFeed(database, service.ledger, witness, http).start()
    service.notices.start()
    uvicorn.run(
        "api.asgi:create",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        # A worker that a busy machine keeps waiting is not dead.
        timeout_worker_healthcheck=_WORKER_SECONDS,
        # Open event streams would hold the shutdown for ever.
        timeout_graceful_shutdown=1,
        server_header=False,
        # Whoever needs such lines has them from the proxy; here each would cost ballots.
        access_log=False,
    )


def _configure_logging() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
