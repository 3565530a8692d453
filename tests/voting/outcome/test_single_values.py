"""One value anywhere in a bundle changed, left out or doubled: both verifiers fail the same checks.

Everything that is bound to the value agrees with it again, so that what is checked is the value.
"""

import copy
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.errors import TallyError
from tests.voting.outcome.both import verify_bundle
from tests.voting.outcome.damage.shapes import changed, relisted
from tests.voting.outcome.dossier import Dossier
from tests.voting.outcome.eventful import contested, eventful
from tests.voting.outcome.single_values import ODD, places
from voting.box.entries import OBJECTION, PHONE
from voting.kernel import canonical, dsse
from voting.kernel.refusal import Refusal
from voting.outcome.bundle import CORRECTIONS, MANIFEST, ORIGIN, Level


@st.composite
def changes(draw):
    """Draw a function that changes one value of a document in place."""
    where = draw(st.integers(0, 2**16))
    act = draw(st.sampled_from(["put", "put", "leave out", "double", "other"]))
    odd, seen = draw(st.sampled_from(ODD)), draw(st.integers(0, 2**16))

    def change(document):
        ways = list(places(document))
        if not ways:
            return
        *way, last = ways[where % len(ways)]
        holder = document
        for key in way:
            holder = holder[key]
        if act == "leave out":
            del holder[last]
        elif act == "double":
            if isinstance(holder, list):
                holder.insert(last, holder[last])
            else:
                holder[f"{last}x"] = holder[last]
        elif act == "other":
            others = [_at(document, each) for each in ways]
            holder[last] = copy.deepcopy(others[seen % len(others)])
        else:
            holder[last] = odd

    return change


def _at(value, way):
    for key in way:
        value = value[key]
    return value


def counted_if_possible(d):
    """Publish the result as it was where what is false is past counting."""
    count = d.recount

    def attempt():
        with suppress(Refusal, TallyError, KeyError, TypeError, ValueError, AttributeError):
            count()

    d.recount = attempt


def in_opening(part):
    """Change what one opening says, signed again where somebody signs it."""

    def edit(d, change, number):
        rows = d.openings[part]
        place = sorted(rows)[number % len(rows)]
        opening = rows[place]
        if part in {"ballots", "objections"} and d.log[place]["type"] in {PHONE, OBJECTION}:
            envelope = dsse.parse(opening.data)
            said = canonical.decode(envelope.payload)
            change(said)
            phone = d.phones[envelope.key_id]
            data = phone.seal(envelope.payload_type, canonical.encode(said)).to_bytes()
        else:
            said = canonical.decode(opening.data)
            change(said)
            data = canonical.encode(said)
        rows[place] = replace(opening, data=data)
        counted_if_possible(d)

    return edit


def in_notice(d, change, _number):
    change(d.notice)
    counted_if_possible(d)


def in_roster(d, change, _number):
    change(d.roster)
    counted_if_possible(d)
    d.roster_bound()


def in_log(d, change, number):
    change(d.log[number % len(d.log)])


def in_register(d, change, number):
    change(d.register[sorted(d.register)[number % len(d.register)]])


def in_file(path):
    return lambda d, change, _number: relisted(path, change)(d)


DOCUMENTS = {
    **{
        part: ("notice_bound", in_opening(part))
        for part in ("ballots", "keys", "voters", "mandates")
    },
    "objections": ("notice_bound", in_opening("objections")),
    "notice": ("roster_bound", in_notice),
    "roster": ("roster_bound", in_roster),
    "result": ("pinned", lambda d, change, _number: change(d.result)),
    "log": ("counted", in_log),
    "register": ("counted", in_register),
    "corrections": ("listed", in_file(CORRECTIONS)),
    "origin": ("listed", in_file(ORIGIN)),
    "openings": ("listed", in_file("openings.json")),
    "manifest": ("listed", lambda d, change, _number: changed(MANIFEST, change)(d)),
}


@pytest.mark.parametrize("document", DOCUMENTS)
@settings(max_examples=15)
@given(change=changes(), number=st.integers(0, 2**16))
def test_both_verifiers_fail_the_same_checks(document, change, number):
    files, phones = (contested if document == "objections" else eventful)()
    step, edit = DOCUMENTS[document]
    dossier = Dossier(files[Level.SUPERVISED], phones)
    verify_bundle(dossier.write(**{step: lambda d: edit(d, change, number)}))
