"""What both verifiers are asked about the law, corrections, and what is opened: value by value."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from tally.model import Kind, Matter
from tally.rules import rule_for
from tests.voting.outcome.both import second
from tests.voting.outcome.document_questions import changed
from tests.voting.outcome.eventful import contested, eventful, represented
from voting.ballot import model
from voting.box import objection, paper
from voting.kernel import canonical, dsse
from voting.outcome import mandates
from voting.outcome.bundle import Level
from voting.roster import entitled
from voting.roster.correction import Correction
from voting.roster.difference import RosterDifference
from voting.roster.document import PublicUnit, RosterDocument
from voting.roster.mandate_changes import BoundMandates


def subjects() -> Iterator[tuple]:
    """Yield subject, how each verifier answers, and the cases."""
    yield "law", _law, _law_again, _days()
    yield "correction", _corrected, _corrected_again, _corrections()
    yield "phone ballot", _phone, _phone_again, _signed(eventful, "ballots", "ballot/1")
    yield "objection", _objection, _objection_again, _signed(contested, "objections", "objection/1")
    yield "paper ballot", _paper, _paper_again, _papers()
    yield "voters", _voters, _voters_again, _voters_named()
    yield "mandates", _mandates, _mandates_again, _mandates_bound()


def _law(matter, day):
    rule = rule_for(Matter(matter), day)
    return rule.class_.value, str(rule.quorum), str(rule.approval), rule.base.value, rule.source


def _law_again(matter, day):
    kind, quorum, approval, base, source = second.law(matter, day)
    quorum, approval = (f"{sign} {part}/{whole}" for part, whole, sign in (quorum, approval))
    return kind, quorum, approval, base, source


def _days():
    """Every matter on the first day of either law, and on the day before."""
    for first in (date(2021, 1, 1), date(2007, 10, 1)):
        for day in (first, first - timedelta(days=1)):
            for matter in (*(matter.value for matter in Matter), "lend_fund"):
                yield matter, day


def _corrected(data, base):
    before = RosterDocument.from_bytes(base)
    return Correction.read(data, before).difference.apply(before).digest


def _corrected_again(data, base):
    return second.correct(second.Roster(base), second.parse(data)).digest


def _corrections():
    """Of a small roster where units are put in, taken away, sold, and used otherwise."""
    roster = RosterDocument.from_bytes(eventful()[0][Level.SUPERVISED]["roster.json"])
    one, two, *others = roster.units[:4]
    before = replace(roster, units=roster.units[:4]).regrouped()
    new = PublicUnit("9-9-909", "9", Kind.DWELLING, 5000, stock=False, group=0, owners=(77, 78))
    shop = replace(two, kind=Kind.COMMERCIAL, owners=(79,))
    for units in ((shop, *others, new), (new, one), (two, one, *others)):
        yield _correction(before, units), before.to_bytes()
    alone = replace(roster, units=(one,)).regrouped()
    bound = BoundMandates("0" * 64, {"representative": 0, "state": 1, "voter": 2})
    for base, units, said in (
        (before, (one, new, shop, *others[1:]), bound),
        (alone, (new, one), None),
    ):
        for data in changed(_correction(base, units, said)):
            yield data, base.to_bytes()


def _correction(before, units, said=None):
    after = replace(before, units=units, version=2, previous=before.digest).regrouped()
    difference = RosterDifference.between(before, after)
    return Correction(before.digest, difference, "0" * 64, said).to_bytes()


def _phone(data):
    model.parse(dsse.parse(data).payload)


def _phone_again(data):
    second.read_phone(data)


def _objection(data):
    objection.parse(dsse.parse(data).payload)


def _objection_again(data):
    second.read_objection(data)


def _signed(vote, part, form):
    """Envelopes of other values, and other values in an envelope that nobody signed."""
    for data in _opened(vote, part):
        envelope = canonical.decode(data)
        if "payload" not in envelope:
            continue
        payload = base64.b64decode(envelope["payload"])
        assert form in payload.decode()
        yield from changed(data)
        for other in changed(payload):
            said = {"payload": base64.b64encode(other).decode()}
            yield canonical.encode(envelope | said)
        for length in range(8100, 8300):
            yield canonical.encode(envelope | {"payloadType": "x" * (length - len(data))})
        return


def _opened(vote, part):
    openings = canonical.decode(vote()[0][Level.SUPERVISED]["openings.json"])
    return [base64.b64decode(row["data"]) for row in openings[part]]


def _paper(data):
    paper.parse(data)


def _paper_again(data):
    second.read_paper(data)


def _papers():
    """One of each shape."""
    seen = set()
    for vote in (eventful, represented):
        for data in _opened(vote, "ballots"):
            said = canonical.decode(data)
            shape = str([sorted(said), sorted(said.get("authority") or ())])
            if "payload" not in said and shape not in seen:
                seen.add(shape)
                yield from changed(data)


def _voters(data):
    return {unit: list(people) for unit, people in entitled.parse_voters(data).items()}


def _voters_again(data):
    bundle = second.Bundle.__new__(second.Bundle)
    opening = {"data": base64.b64encode(data).decode(), "index": 0}
    opening["salt"] = base64.b64encode(bytes(32)).decode()
    openings = {"ballots": [], "keys": [], "voters": [opening]}
    bundle.files = {"openings.json": canonical.encode(openings)}
    bundle.entries = [{"voters": second.sha256(bytes(32) + data)}]
    return bundle.voters[0]


def _voters_named():
    for data in _opened(eventful, "voters"):
        yield from changed(data)


def _mandates(data):
    mandates.read(data)


def _mandates_again(data):
    second.read_mandates(data)


def _mandates_bound():
    for data in _opened(eventful, "mandates"):
        yield from changed(data)
