"""A server that starts anew sends what the one before it had still to tell."""

import time
from dataclasses import replace

from sqlalchemy import func, select

from api.cli.phone import Phone
from api.cli.server_process import ServerProcess
from tests.complex import Complex, done
from tests.conftest import MovingClock
from tests.gateway import gateway
from tests.servers import free_port
from voting.identity.store import NoticeRow
from voting.infra.database import Database
from voting.kernel.clock import system_clock

PATIENCE_SECONDS = 60
"""Waited for on a busy machine only."""


def waiting(data):
    database = Database(f"sqlite:///{data / 'yezhu.db'}")
    with database.read() as session:
        count = session.scalar(select(func.count()).select_from(NoticeRow))
    database.close()
    return count


def test_a_notice_is_sent_by_the_server_that_comes_after(tmp_path):
    data, unit = tmp_path / "data", "2-1-101"
    with gateway() as messages:
        place = Complex(data, MovingClock(), engines=messages.environment)
        claim, number = place.claim(unit), place.roster.by_key()[unit].phones[0]
        digest = done(place.http.get(f"/v1/rosters/{place.roster_id}")).json()["digest"]
        Phone(place.http).enrol(place.roster_id, digest, claim)
        said = {
            "name": claim.name, "id_type": claim.id_type, "id_number": claim.id_number,
            "phone": number,
        }  # fmt: skip
        done(place.http.post(f"/v1/rosters/{place.roster_id}/codes", json=said))
        code = messages.code()
        # The process that replaces the key ends before anything is sent.
        Phone(place.http).enrol(place.roster_id, digest, replace(claim, code=code))
        shift = place.clock() - system_clock()
        place.shut()
        assert messages.empty
        assert waiting(data) == 1

        with ServerProcess(data, tmp_path / "log", messages.environment, free_port()) as server:
            server.start(shift)
            told = messages.take()
            until = time.monotonic() + PATIENCE_SECONDS
            while waiting(data) and time.monotonic() < until:
                time.sleep(0.1)
        assert (told["phone"], "更换" in told["text"]) == (number, True)
        assert waiting(data) == 0
        assert messages.empty
