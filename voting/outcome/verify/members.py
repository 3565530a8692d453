"""What an entry of either log may say: its members by type, in one table, and no others."""

from collections.abc import Mapping
from typing import Any

from voting.assembly.entries import CORRECTION
from voting.box.entries import OBJECTION, PAPER, PHONE
from voting.kernel.clock import parse_timestamp
from voting.outcome.verify.finding import Problems
from voting.roster.entries import VERSION
from voting.roster.signatories import CONVENER, SUPERVISOR

_Members = Mapping[str, tuple[frozenset[str], frozenset[str]]]
"""By type: what an entry has beside it, and what it may have."""


def _members(needed: str, optional: str = "") -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(needed.split()), frozenset(optional.split())


IN_LOG: _Members = {
    "notice": _members("notice register roster", "voters"),
    PHONE: _members("at commitment"),
    PAPER: _members("at commitment"),
    OBJECTION: _members("at commitment"),
    CORRECTION: _members("at correction roster", "voters"),
    "close": _members("at"),
    "result": _members("at result"),
}
IN_REGISTER: _Members = {
    VERSION: _members(
        "act at basis by digest roster source supplied_by totals version",
        "difference evidence mandates mandates_changed previous stated totals_before",
    ),
    "roster": _members("at by confirmed_by digest roster", "entered mandates names"),
    "assembly": _members("assembly at notice origin roster"),
    "assembly-opened": _members("assembly at checkpoint"),
    "assembly-closed": _members("assembly at checkpoint"),
    CORRECTION: _members("at by confirmed_by correction digest roster", "mandates names"),
    "device-key": _members("at commitment"),
    "device-key-revoked": _members("at enrolment"),
    "certificate": _members("assembly at certificate result"),
}


def problems(entry: Mapping[str, Any], known: _Members, where: str) -> Problems:
    """Say what is odd about the members of an entry: all that its type asks for, and a moment.

    Parameters
    ----------
    entry
        An object with a word for its type.
    known
        :data:`IN_LOG` or :data:`IN_REGISTER`.
    where
        Which entry it is, for people.
    """
    if entry["type"] not in known:
        yield f"{where}的种类 {entry['type']} 不认得"
        return
    needed, optional = known[entry["type"]]
    if not needed <= entry.keys() - {"type"} <= needed | optional:
        yield f"{where}缺少内容或含有多余内容"
    if "names" in entry and entry["names"].keys() != {CONVENER, SUPERVISOR}:
        yield f"{where}须恰好写明召集人与监督单位的姓名"
    if "at" in needed:
        try:
            parse_timestamp(entry["at"])
        except (KeyError, TypeError, ValueError):
            yield f"{where}的时间无法读取"
