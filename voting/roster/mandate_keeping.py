"""What a sheet without some of its columns leaves as it was: a missing column is no word.

Few sheets have columns for named voters, representatives and states. Where an amendment comes
without one, what is known stays; a new sheet of the whole roster without one would forget it.
"""

from collections.abc import Collection, Iterable

from voting.roster.document import RosterDocument
from voting.roster.listed import first_of
from voting.roster.mandate import Mandate, Mandates, Standing, until_of_age
from voting.roster.mandate_changes import Beside, MandateChange, Sort, mandate_changes
from voting.roster.representatives import REPRESENTATIVE, REPRESENTATIVE_NUMBER, STATE, VOTER

_COLUMNS = {
    Sort.VOTER: (VOTER,),
    Sort.REPRESENTATIVE: (REPRESENTATIVE, REPRESENTATIVE_NUMBER),
    Sort.STATE: (STATE,),
}
_ACTING = (Standing.OWNER, Standing.REPRESENTATIVE)


def unsaid(columns: Collection[str]) -> frozenset[Sort]:
    """Find what a sheet with these columns says nothing of."""
    return frozenset(
        sort for sort, names in _COLUMNS.items() if not any(name in columns for name in names)
    )


def kept(
    before: tuple[RosterDocument, Mandates],
    after: tuple[RosterDocument, Mandates],
    keys: Iterable[str],
    silent: Collection[Sort],
) -> dict[str, tuple[Mandate, ...]]:
    """Add to the mandates that a sheet gives those that it says nothing of.

    Whom the co-owners named, and who acts for them, lasts as long as they are the same people; an
    owner's own state as long as he is one.

    Parameters
    ----------
    keys
        Units of the sheet.
    silent
        What it says nothing of.
    """
    (first, old), (second, new) = before, after
    found = {}
    for key in keys:
        unit = second.units[second.unit_code[key]]
        said = Beside(frozenset(unit.owners), new.get(key, ()))
        if key in first.unit_code and not unit.stock:
            was = Beside(frozenset(first.units[first.unit_code[key]].owners), old.get(key, ()))
            said = _merged(was, said, silent)
        if any(each.standing is not Standing.OWNER for each in said.people):
            found[key] = said.people
    return found


def lapsing(
    before: tuple[RosterDocument, Mandates],
    after: tuple[RosterDocument, Mandates],
    silent: Collection[Sort],
) -> tuple[MandateChange, ...]:
    """Find what would be forgotten if a sheet were taken at its word."""
    document, said = after
    remaining = kept(before, after, document.unit_code, silent)
    return mandate_changes(document, remaining, document, said)


def told(changes: Collection[MandateChange]) -> str:
    """Say in Chinese what a sheet without these columns forgets."""
    lines = first_of([each.line for each in changes], "项", separator="；")
    return f"表中没有表决人、代理人或业主状态的列，上一版登记的内容因此失去：{lines}"


def _merged(was: Beside, said: Beside, silent: Collection[Sort]) -> Beside:
    same = was.owners == said.owners
    now = {each.owner: each for each in said.people}
    states = was.states if Sort.STATE in silent else {}
    people: dict[int, Mandate] = {}
    for owner in said.owners:
        plain = now.get(owner, Mandate(owner, Standing.OWNER))
        if plain.standing is Standing.NOT_NAMED:
            plain = Mandate(owner, Standing.OWNER)
        if states.get(owner) in {Standing.DECEASED, Standing.UNABLE}:
            plain = Mandate(owner, states[owner])
        people[owner] = plain
    source = was if same and Sort.REPRESENTATIVE in silent else said
    acting = [
        each if each.standing is Standing.MINOR else Mandate(each.owner, Standing.REPRESENTATIVE)
        for each in source.people
        if each.owner not in source.owners
    ]
    for each in acting:
        people.setdefault(each.owner, each)
    named = was.named if same and Sort.VOTER in silent else said.named
    if named is not None and len(said.owners) > 1:
        if named and not any(
            owner in people and people[owner].standing in _ACTING for owner in named
        ):
            named |= {each.owner for each in acting}
        for owner, each in people.items():
            if owner not in named and each.standing in _ACTING:
                people[owner] = Mandate(owner, Standing.NOT_NAMED)
    beside = until_of_age(people[owner] for owner in sorted(people))
    return Beside(said.owners, beside)
