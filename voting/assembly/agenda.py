"""The agenda file: what the assembly is asked, when, and by which rules it counts."""

from dataclasses import fields
from typing import Any

from tally.model import Agenda, Form, Item, Kind, Policies
from voting.assembly.agenda_reader import AgendaReader, parse_moment
from voting.assembly.agenda_schema import agenda_schema
from voting.kernel.clock import timestamp
from voting.roster.model import natural_key
from voting.roster.refusals import FileUnreadable

__all__ = [
    "AgendaUnreadable",
    "agenda_document",
    "agenda_schema",
    "parse_agenda",
    "parse_moment",
]


class AgendaUnreadable(FileUnreadable):
    """The agenda file has problems; each names its place by a JSON pointer."""

    code = "agenda-unreadable"
    what = "议程文件"


def parse_agenda(data: bytes) -> Agenda:
    """Read an agenda file (JSON, UTF-8).

    Raises
    ------
    AgendaUnreadable
        With every problem: unknown keys and values, missing parts, two of one id, an election
        without seats or candidates, a choice among fewer than two, a window that closes before
        it opens, one item that both raises and uses the fund (BJ art. 34(5)).
    """
    reader = AgendaReader()
    document = reader.document(data)
    agenda = reader.agenda(document) if not reader.problems else None
    if agenda is None or reader.problems:
        raise AgendaUnreadable(reader.problems)
    return agenda


def agenda_document(agenda: Agenda) -> dict[str, Any]:
    """Write an agenda as plain values with one spelling: what the notice pins.

    ``parse_agenda(canonical.encode(agenda_document(agenda))) == agenda``.
    """
    document: dict[str, Any] = {
        "title": agenda.title,
        "decision_date": agenda.decision_date.isoformat(),
        "policies": _policies_document(agenda.policies),
        "items": [_item_document(item) for item in agenda.items],
    }
    if agenda.convener:
        document["convener"] = agenda.convener
    if agenda.opens_at is not None:
        document["opens_at"] = timestamp(agenda.opens_at)
    if agenda.closes_at is not None:
        document["closes_at"] = timestamp(agenda.closes_at)
    return document


_ALWAYS_WRITTEN = frozenset(
    (
        *("silence", "repeat", "mixed_units", "blank_item"),
        *("void_ballot", "same_owner", "include_kinds"),
    )
)
"""Policies of the first notices. A later one is written only where it departs from its default,
so that the digest of a notice published without it stays what it was."""


def _policies_document(policies: Policies) -> dict[str, Any]:
    standard = Policies()
    return {
        field.name: _policy_document(getattr(policies, field.name))
        for field in fields(Policies)
        if field.name in _ALWAYS_WRITTEN
        or getattr(policies, field.name) != getattr(standard, field.name)
    }


def _policy_document(value: object) -> object:
    if isinstance(value, frozenset):
        return _kinds_document(value)
    return value if isinstance(value, int) else str(value)


def _kinds_document(kinds: frozenset[Kind]) -> list[str]:
    return [kind.value for kind in Kind if kind in kinds]


def _item_document(item: Item) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": item.id,
        "title": item.title,
        "form": item.form.value,
        "matter": item.matter.value,
    }
    electorate: dict[str, Any] = {}
    if item.electorate.include_kinds is not None:
        electorate["include_kinds"] = _kinds_document(item.electorate.include_kinds)
    if item.electorate.buildings is not None:
        electorate["buildings"] = sorted(item.electorate.buildings, key=natural_key)
    if item.electorate.units is not None:
        electorate["units"] = sorted(item.electorate.units, key=natural_key)
    if electorate:
        document["electorate"] = electorate
    if item.form is Form.ELECTION:
        document |= {"seats": item.seats, "alternates": item.alternates}
        document["candidates"] = [{"id": one.id, "name": one.name} for one in item.candidates]
    if item.form is Form.CHOOSE_ONE:
        document["options"] = [{"id": one.id, "title": one.title} for one in item.options]
    return document
