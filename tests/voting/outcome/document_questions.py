"""What both verifiers are asked about documents: each value of a roster and a notice made odd."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from tests.voting.outcome import agenda_questions
from tests.voting.outcome.both import second
from tests.voting.outcome.eventful import contested
from tests.voting.outcome.single_values import ODD, places
from voting.assembly import notice as notices
from voting.kernel import canonical
from voting.outcome.bundle import Level
from voting.roster.document import RosterDocument


def subjects() -> Iterator[tuple]:
    """Yield subject, how each verifier answers, and the cases."""
    files, _ = contested()
    public = files[Level.PUBLIC]
    yield "roster", _roster, _roster_again, changed(public["roster.json"])
    first = RosterDocument.from_bytes(public["roster.json"])
    later = replace(first, units=first.units[:1], version=2, previous=first.digest)
    yield "later roster", _roster, _roster_again, changed(later.to_bytes())
    yield "notice", _notice, _notice_again, changed(public["notice.json"])
    yield "elections", _notice, _notice_again, _elections(public["notice.json"])
    yield "window", _notice, _notice_again, _windows(public["notice.json"])
    for about, cases in agenda_questions.subjects(public["notice.json"]):
        yield about, _notice, _notice_again, cases


def _elections(data):
    """Two elections of each pair of sizes, of a committee or not; beside a resolution."""
    sizes, matters = [(0, 1), (0, 3), (1, 0), (1, 1), (1, 2), (2, 1)], ("elect_committee", "other")
    plain = {"form": "resolution", "id": "3", "matter": "other", "title": "决议"}
    only = [{"id": "a", "name": "甲"}]
    for pair in product(product(sizes, matters), repeat=2):
        items = [
            {"alternates": alternates, "candidates": only, "form": "election",
             "id": str(number), "matter": matter, "seats": seats, "title": "选举"}
            for number, ((seats, alternates), matter) in enumerate(pair)
        ]  # fmt: skip
        said = canonical.decode(data)
        said["agenda"]["items"] = [*items, plain]
        yield canonical.encode(said)


def _windows(data):
    """Opening before, at and after the close."""
    for opens in ("2026-03-19T00:00:00Z", "2026-03-20T00:00:00Z", "2026-03-20T00:00:01Z"):
        said = canonical.decode(data)
        said["agenda"] |= {"opens_at": opens, "closes_at": "2026-03-20T00:00:00Z"}
        yield canonical.encode(said)


def _roster(data):
    RosterDocument.from_bytes(data)


def _roster_again(data):
    second.Roster(data)


def _notice(data):
    notices.parse(data)


def _notice_again(data):
    empty = second.Bundle.__new__(second.Bundle)
    empty.files = {"notice.json": data}
    assert empty.notice


def changed(data):
    """Every value of a document put, left out and doubled, one at a time, and the whole put."""
    sound = canonical.decode(data)
    yield data
    yield from map(canonical.encode, ODD)
    for *way, last in places(sound):
        for change in (*(("put", odd) for odd in ODD), ("leave out", None), ("double", None)):
            document = copy.deepcopy(sound)
            holder = document
            for key in way:
                holder = holder[key]
            _make(holder, last, *change)
            yield canonical.encode(document)


def _make(holder, key, act, odd):
    if act == "put":
        holder[key] = odd
    elif act == "leave out":
        del holder[key]
    elif isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        holder[f"{key}x"] = holder[key]
