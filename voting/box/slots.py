"""The slots of some units: which ballot stands for each, as one ballot comes after the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tally.model import Policies
from voting.box.turn import Standing


@dataclass(frozen=True, slots=True)
class Placed:
    """A valid ballot at its place in the log, as later ballots for its units meet it.

    ``kind`` and ``signer`` as in :class:`~voting.box.turn.Standing`; ``sequence`` and ``digest``
    are what the next phone ballot of the same owner has to name.
    """

    kind: str
    signer: int | None
    unit_codes: tuple[int, ...]
    position: int
    sequence: int
    digest: str


class Slots:
    """What is known of some units before a batch, and after each ballot of it.

    Parameters
    ----------
    standing
        What stands for those of the units that have voted.
    earlier
        The phone ballots that named any of them, in order of arrival.
    """

    def __init__(
        self, policies: Policies, standing: Mapping[int, Standing], earlier: Iterable[Placed]
    ) -> None:
        self._policies = policies
        self._standing = dict(standing)
        self._stored = frozenset(standing)
        self._won: dict[int, int] = {}
        self._last: dict[tuple[int | None, int], Placed] = {}
        for ballot in earlier:
            self._remember(ballot)

    def standing(self, unit_codes: Iterable[int]) -> dict[int, Standing]:
        """Give what stands for those of these units that have voted."""
        return {code: self._standing[code] for code in unit_codes if code in self._standing}

    def expected(self, signer: int, unit_codes: Iterable[int]) -> tuple[int, str | None]:
        """Give the number of an owner's next ballot for these units, and what it replaces."""
        his = [self._last[signer, code] for code in unit_codes if (signer, code) in self._last]
        last = max(his, key=lambda ballot: ballot.position, default=None)
        return (1, None) if last is None else (last.sequence + 1, last.digest)

    def would_win(self, ballot: Placed) -> list[int]:
        """List the units whose slots are free or give way to a valid ballot."""
        held = self.standing(ballot.unit_codes)
        return [
            code
            for code in ballot.unit_codes
            if code not in held or held[code].gives_way(ballot.kind, self._policies)
        ]

    def put(self, ballot: Placed) -> None:
        """Let a valid ballot take the slots that it wins."""
        before = self.standing(ballot.unit_codes)
        for code in self.would_win(ballot):
            self._standing[code] = Standing(ballot.kind, ballot.signer, 0)
            self._won[code] = ballot.position
        for code in ballot.unit_codes:
            received = before[code].received + 1 if code in before else 1
            self._standing[code] = replace(self._standing[code], received=received)
        self._remember(ballot)

    def won(self) -> tuple[dict[int, int], dict[int, int]]:
        """Give the position that now stands for each unit won: of new units, and of others."""
        fresh = {code: at for code, at in self._won.items() if code not in self._stored}
        given_way = {code: at for code, at in self._won.items() if code in self._stored}
        return fresh, given_way

    def _remember(self, ballot: Placed) -> None:
        if ballot.signer is not None:
            for code in ballot.unit_codes:
                self._last[ballot.signer, code] = ballot
