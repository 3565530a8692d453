"""Whether enough owners ask for a meeting: shares of all owners, as dated data with source."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from tally.errors import TallyError
from tally.measure import Measure
from tally.rules import Ratio
from tally.verdict import compare, still_needed


class Aim(StrEnum):
    """What owners sign for."""

    FIRST_ASSEMBLY = "first_assembly"
    INTERIM_MEETING = "interim_meeting"


@dataclass(frozen=True, slots=True)
class PetitionRule:
    """What share of all owners may ask for one thing, from one day on.

    Parameters
    ----------
    in_force
        The first day.
    share
        Of the whole electorate; 以上 includes the figure (Civil Code art. 1259).
    area_suffices
        Whether the share of the area does as well as that of the heads; otherwise heads decide
        alone.
    source
        The articles, as a document prints them.
    """

    in_force: date
    share: Ratio
    area_suffices: bool
    source: str


_TWENTIETH = Ratio(1, 20, inclusive=True)
_FIFTH = Ratio(1, 5, inclusive=True)

# Newest first; the first rule already in force on the day of the petition governs.
_RULES: dict[Aim, tuple[PetitionRule, ...]] = {
    # Domain P-4. The developer may ask as well; that needs no counting.
    Aim.FIRST_ASSEMBLY: (
        PetitionRule(
            date(2020, 5, 1),
            _TWENTIETH,
            area_suffices=True,
            source="《北京市物业管理条例》第三十条",
        ),
    ),
    # Domain P-5.
    Aim.INTERIM_MEETING: (
        PetitionRule(
            date(2020, 5, 1),
            _FIFTH,
            area_suffices=False,
            source="《北京市物业管理条例》第三十五条；国务院《物业管理条例》第十三条",
        ),
        PetitionRule(
            date(2007, 10, 1),
            _FIFTH,
            area_suffices=False,
            source="国务院《物业管理条例》第十三条",
        ),
    ),
}


def petition(aim: Aim, signers: Measure, electorate: Measure, day: date) -> dict[str, Any]:
    """Tell whether a petition is signed by enough owners.

    Parameters
    ----------
    signers
        Distinct heads that signed, and their exclusive area in cm² (0.0001 m²).
    electorate
        All heads and the whole area, under the same rules of who is one head.
    day
        When the petition is handed in.

    Returns
    -------
    dict
        JSON-able: ``aim``, ``source``, ``share``, ``signers``, ``electorate``, ``tests`` in whole
        numbers, ``needed`` to meet each test, and ``met``.

    Raises
    ------
    TallyError
        No rule was in force, nobody could sign, or more signed than there are.
    """
    rule = _rule_on(aim, day)
    if electorate.heads <= 0 or electorate.area_cm2 <= 0:
        raise TallyError("业主总人数和总面积须大于零，无法核对联名人数")
    pairs = {"heads": (signers.heads, electorate.heads)}
    if rule.area_suffices:
        pairs["area"] = (signers.area_cm2, electorate.area_cm2)
    if not (
        0 <= signers.heads <= electorate.heads and 0 <= signers.area_cm2 <= electorate.area_cm2
    ):
        raise TallyError("联名的人数或面积为负，或超过业主总数")
    tests = {name: compare(rule.share, *pair) for name, pair in pairs.items()}
    return {
        "aim": aim.value,
        "source": rule.source,
        "share": str(rule.share),
        "signers": signers.document(),
        "electorate": electorate.document(),
        "tests": {name: test.document() for name, test in tests.items()},
        "needed": {name: still_needed(rule.share, *pair) for name, pair in pairs.items()},
        "met": any(test.holds for test in tests.values()),
    }


def _rule_on(aim: Aim, day: date) -> PetitionRule:
    for rule in _RULES[aim]:
        if day >= rule.in_force:
            return rule
    raise TallyError(f"{day.isoformat()} 尚无可适用的业主联名规则")
