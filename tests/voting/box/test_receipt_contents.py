"""Receipts of which every part agrees, of a ballot or moment that is none: an operator's work."""

import base64

import pytest

from tests.voting.box.test_verify import OPERATOR, answer, failing, said, signed
from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.ledger.checkpoint import Checkpoint, sign_checkpoint
from voting.ledger.note import Signer
from voting.ledger.proof import LogProof
from voting.ledger.tree import leaf_hash

__all__ = ["answer"]  # a fixture


def logged_anew(answer, at=None, **values):
    """Let the operator write a log of one entry, in which is a ballot that says something else."""
    text, origin = said(answer), answer["log_key"].split("+")[0]
    envelope = canonical.decode(base64.b64decode(text["ballot"]))
    payload = canonical.encode(canonical.decode(base64.b64decode(envelope["payload"])) | values)
    envelope["payload"] = base64.b64encode(payload).decode()
    opening = Opening(base64.b64decode(text["salt"]), canonical.encode(envelope))
    at = at or text["received_at"]
    entry = canonical.encode({"at": at, "commitment": opening.commitment, "type": "ballot"})
    note = sign_checkpoint(Checkpoint(origin, 1, leaf_hash(entry)), Signer(origin, OPERATOR))
    return signed(
        answer,
        {
            "ballot": base64.b64encode(opening.data).decode(),
            "ballot_digest": canonical.digest(payload),
            "entry": base64.b64encode(entry).decode(),
            "log_size": 1,
            "position": 0,
            "proof": LogProof(0, (), note).to_bytes().decode(),
            "received_at": at,
            "units": values.get("units", text["units"]),
        },
    )


def anew_as_it_is(answer):
    return logged_anew(answer)


def of_another_format(answer):
    return logged_anew(answer, format="yezhu-ballot/2")


def in_another_capacity(answer):
    return logged_anew(answer, capacity="proxy")


def with_a_remark(answer):
    return logged_anew(answer, remark="-")


def without_a_nonce(answer):
    return logged_anew(answer, nonce="")


def for_the_first_time_truly(answer):
    return logged_anew(answer, sequence=True)


def replacing_a_number(answer):
    return logged_anew(answer, replaces=7)


def units_in_another_order(answer):
    return logged_anew(answer, units=["1-1-202", "1-1-101"])


def one_unit_twice(answer):
    return logged_anew(answer, units=["1-1-101", "1-1-101"])


def of_no_unit(answer):
    return logged_anew(answer, units=[])


def too_long(answer):
    return logged_anew(answer, choices={"1": "x" * 9000})


ODD_BALLOTS = (
    of_another_format, in_another_capacity, with_a_remark, without_a_nonce,
    for_the_first_time_truly, replacing_a_number, units_in_another_order, one_unit_twice,
    of_no_unit, too_long,
)  # fmt: skip


def on_a_day(answer):
    return logged_anew(answer, at="2026-03-18")


def on_no_day(answer):
    return logged_anew(answer, at="2026-02-30T00:00:00Z")


def with_fractions(answer):
    return logged_anew(answer, at="2026-03-18T00:00:00.5Z")


ODD_MOMENTS = (on_a_day, on_no_day, with_fractions)


@pytest.mark.parametrize("tamper", ODD_BALLOTS)
def test_a_ballot_that_is_none_fails_the_last_check(answer, tamper):
    assert failing(anew_as_it_is(answer)) == []
    assert failing(tamper(answer)) == [6]


@pytest.mark.parametrize("tamper", ODD_MOMENTS)
def test_a_moment_that_is_none_makes_it_no_receipt(answer, tamper):
    assert failing(tamper(answer)) == [1]
