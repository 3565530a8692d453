"""Title numbers of a version, as keyed digests: by them owners prove themselves on a phone."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from voting.roster import store
from voting.roster.document import RosterDocument
from voting.roster.listed import first_of
from voting.roster.model import Roster, UnitRecord
from voting.roster.refusals import Grade, Problem
from voting.roster.service.custody import Custody
from voting.roster.version import TitlesWouldLapse

TITLE = "产权证号"


@dataclass(frozen=True, slots=True)
class Of:
    """A version, by its id and its document."""

    roster_id: str
    document: RosterDocument


class Titles:
    """The title numbers of roster versions, kept from one version to the next."""

    def __init__(self, custody: Custody) -> None:
        self._custody = custody

    def keep(
        self,
        session: Session,
        version: Of,
        roster: Roster,
        numbers: Mapping[str, int],
        beside: Mapping[str, Collection[int]],
    ) -> None:
        """Index the titles that a sheet gives.

        Parameters
        ----------
        beside
            Numbers, by unit, of representatives kept already, who prove themselves by its title.
        """
        for unit in roster:
            if unit.title_no is not None:
                people = {numbers[person.identity] for person in unit.people}
                people.update(beside.get(unit.unit_key, ()))
                index = self._custody.title_index(unit.title_no)
                _add(session, version, unit.unit_key, dict.fromkeys(people, index))
        session.flush()

    def carry(self, session: Session, base: Of, following: Of, said: Collection[str]) -> None:
        """Take over the titles of every unit that an amendment does not speak of."""
        for key, titles in self._by_unit(session, base).items():
            if key in following.document.unit_code and key not in said:
                _add(session, following, key, titles)
        session.flush()

    def carry_unsaid(
        self,
        session: Session,
        base: Of,
        following: Of,
        roster: Roster,
        numbers: Mapping[str, int],
        beside: Mapping[str, Collection[int]],
    ) -> None:
        """Take over the titles of the units of a sheet that has no column for them.

        Raises
        ------
        TitlesWouldLapse
            A unit has a new owner: his title is not that of the seller, and nobody has said it.
        """
        before, lost = base.document, []
        for unit, titles in self._unsaid(session, base, roster):
            people = {numbers[person.identity] for person in unit.people}
            owners = {numbers[owner.identity] for owner in unit.owners}
            if not owners <= set(before.units[before.unit_code[unit.unit_key]].owners):
                lost.append(unit.unit_key)
                continue
            people.update(beside.get(unit.unit_key, ()))
            usual = min(titles.values())
            known = {code: titles.get(code, usual) for code in people}
            _add(session, following, unit.unit_key, known)
        if lost:
            raise TitlesWouldLapse(
                f"表中没有“{TITLE}”一列，而房屋 {first_of(lost, '套')} 有了新的业主，"
                "新业主的产权证号无从得知，他将不能用手机证明身份；请加上这一列，还没有新证的留空"
            )
        session.flush()

    def left_blank(self, session: Session, base: Of, roster: Roster) -> list[Problem]:
        """Say for which rows the sheet takes away a title number that was known."""
        message = "上一版登记了产权证号，这里是空的：业主将不能用手机证明身份，请核对"
        return [
            Problem(unit.row or None, TITLE, "title-dropped", message, grade=Grade.WARNING)
            for unit, _ in self._unsaid(session, base, roster)
        ]

    def lapse(self, session: Session, base: Of, roster: Roster, *, agreed: bool) -> list[Problem]:
        """Refuse a whole sheet without the column unless that is meant; then it is a warning.

        Raises
        ------
        TitlesWouldLapse
        """
        lost = [unit.unit_key for unit, _ in self._unsaid(session, base, roster)]
        if not lost:
            return []
        words = (
            f"表中没有“{TITLE}”一列，上一版登记的产权证号因此失去，"
            f"这些房屋的业主将不能用手机证明身份：{first_of(lost, '套')}"
        )
        if not agreed:
            raise TitlesWouldLapse(
                f"{words}。请补上这一列后再导入；确实不再需要的，请注明后再导入（titles_lapse）"
            )
        return [Problem(None, TITLE, "titles-lapsed", words, grade=Grade.WARNING)]

    def knows(self, session: Session, base: Of, roster: Roster, numbers: Mapping[str, int]) -> bool:
        """Whether the units of a sheet have these titles already."""
        known = self._by_unit(session, base)
        for unit in roster:
            people = {numbers[person.identity] for person in unit.people}
            titles = {
                code: index
                for code, index in known.get(unit.unit_key, {}).items()
                if code in people
            }
            index = None if unit.title_no is None else self._custody.title_index(unit.title_no)
            if titles != ({} if index is None else dict.fromkeys(people, index)):
                return False
        return True

    def _unsaid(
        self, session: Session, base: Of, roster: Roster
    ) -> list[tuple[UnitRecord, Mapping[int, bytes]]]:
        """Find the units of a sheet whose title is known, and that the sheet does not say."""
        known = self._by_unit(session, base)
        return [
            (unit, known[unit.unit_key])
            for unit in roster
            if unit.title_no is None and unit.unit_key in known
        ]

    def _by_unit(self, session: Session, version: Of) -> dict[str, dict[int, bytes]]:
        """Give the titles of a version: by unit, for each person."""
        found: defaultdict[str, dict[int, bytes]] = defaultdict(dict)
        for row in store.titles(session, version.roster_id):
            key = version.document.units[row.unit_code].unit_key
            found[key][row.owner_code] = row.title_index
        return dict(found)


def _add(session: Session, version: Of, unit_key: str, titles: Mapping[int, bytes]) -> None:
    session.add_all(
        store.TitleRow(
            roster_id=version.roster_id,
            owner_code=code,
            unit_code=version.document.unit_code[unit_key],
            title_index=titles[code],
        )
        for code in sorted(titles)
    )
