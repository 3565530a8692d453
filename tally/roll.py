"""The electoral roll: a frozen roster with the electorate of each item laid out on it.

Whatever does not depend on ballots is worked out here, once, however often ballots are counted.
"""

from functools import cached_property

import numpy as np

from tally.columns import KINDS, RosterColumns, Segments
from tally.model import Agenda, Item, Kind, Policies
from tally.question import Question, questions_of
from tally.scope import Scope, electorate_mask, kinds_counted, scope_of, units_asked
from tally.soundness import require_sound_agenda, require_sound_roster, require_sound_segments


class ElectoralRoll:
    """One agenda and the roster it is put to.

    Parameters
    ----------
    agenda, roster
        What was published.
    segments
        Where the roster holds several electorates that each decide by themselves.

    Raises
    ------
    TallyError
        The agenda or the columns contradict themselves.
    """

    def __init__(
        self, agenda: Agenda, roster: RosterColumns, segments: Segments | None = None
    ) -> None:
        require_sound_agenda(agenda)
        if segments is not None:
            require_sound_segments(roster, segments)
        require_sound_roster(roster, segments)
        self.agenda = agenda
        self.roster = roster
        self.segments = segments
        self._asked: dict[tuple[object, ...], bool] = {}
        self._scopes: dict[tuple[object, ...], Scope] = {}
        self._questions_to: dict[tuple[object, ...], list[Question]] = {}

    @cached_property
    def questions(self) -> list[list[Question]]:
        """Questions of each item, in ballot order."""
        return questions_of(self.agenda)

    def asks_anybody(self, item: Item, policies: Policies) -> bool:
        """Tell whether an item is put to anybody; a reading not published may leave nobody."""
        limits = item.electorate
        key = kinds_counted(item, policies), limits.buildings, limits.units
        if key not in self._asked:
            self._asked[key] = bool(units_asked(self.roster, item, policies).any())
        return self._asked[key]

    def scope(self, item: Item, policies: Policies) -> Scope:
        """Line up the electorate of an item.

        Raises
        ------
        TallyError
            The agenda names what the roster does not have, or nobody is left.
        """
        limits = item.electorate.buildings, item.electorate.units
        key = (kinds_counted(item, policies), *limits, policies.same_owner)
        if key not in self._scopes:
            inside = electorate_mask(self.roster, item, policies)
            # Kinds that nobody owns leave the electorate as it is.
            same = (inside.tobytes(), policies.same_owner)
            if same not in self._scopes:
                scope = scope_of(self.roster, inside, policies.same_owner, self.segments)
                # So do rules on who is one owner where nobody owns by halves.
                twins = (other for other in self._scopes.values() if other.has_heads_of(scope))
                self._scopes[same] = next(twins, scope)
            self._scopes[key] = self._scopes[same]
        return self._scopes[key]

    def questions_to(self, scope: Scope, policies: Policies) -> list[Question]:
        """Return all questions put to one electorate; which, is for the policies to say (C-11)."""
        key = scope, policies.include_kinds, policies.same_owner
        if key not in self._questions_to:
            self._questions_to[key] = [
                question
                for item, asked in zip(self.agenda.items, self.questions, strict=True)
                if self.asks_anybody(item, policies) and self.scope(item, policies) is scope
                for question in asked
            ]
        return self._questions_to[key]

    def households(self, scope: Scope, segment: int) -> int:
        """Count the dwellings of one segment of an electorate."""
        start, end = scope.offsets[segment : segment + 2]
        kinds = self.roster.kind[scope.rows[start:end]]
        return int(np.count_nonzero(kinds == KINDS.index(Kind.DWELLING)))
