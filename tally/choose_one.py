"""One of several: who wins, and who meets in a run-off (domain C-29)."""

from tally.verdict import Verdict


def winner_of(verdicts: tuple[Verdict, ...]) -> int | None:
    """Return the option that passes by itself.

    No plurality: the Code asks for its majorities whatever the number of options, and two
    options cannot both have more than half of the same heads.
    """
    return next((index for index, verdict in enumerate(verdicts) if verdict.carried), None)


def run_off_of(verdicts: tuple[Verdict, ...], rejection: Verdict) -> tuple[int, int] | None:
    """Return the two front-runners by heads, then area.

    None if the second place is tied or nobody's choice, or if the ``rejection`` of all options is
    what passed: then there is nothing to choose from.
    """
    order = sorted(
        range(len(verdicts)), key=lambda index: verdicts[index].votes.approve, reverse=True
    )
    if len(order) < len(("first", "second")):
        return None
    first, second, *rest = order
    if rejection.carried or not verdicts[second].votes.approve.heads:
        return None
    if rest and verdicts[rest[0]].votes.approve == verdicts[second].votes.approve:
        return None
    return first, second
