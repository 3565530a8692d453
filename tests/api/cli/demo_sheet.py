"""The demonstration's ballots as a clerk would list them."""

from voting.box.sheet import SheetBallot


def demo_sheet_ballots(ballots, agenda):
    """Write the same ballots as rows of a ballot sheet, for the recount without a server."""
    return [
        SheetBallot(
            unit_keys=ballot.unit_keys,
            choices=ballot.choices,
            void_reason=ballot.void_reason,
            channel={"phone": "手机", "paper": "纸质"}[ballot.channel],
            received_at=ballot.received_at(agenda),
        )
        for ballot in ballots
    ]
