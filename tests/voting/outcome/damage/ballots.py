"""Check 13: the ballots themselves, signed and on paper."""

from dataclasses import replace

from tests.voting.outcome.damage.row import SUPERVISED, ZERO, Damage
from tests.voting.world import Handset
from voting.ballot.model import PAYLOAD_TYPE
from voting.box.entries import PAPER
from voting.kernel import canonical, dsse


def rows():
    """Damage to ballots."""
    return [*_phone(), *_paper()]


def _first(edit):
    """Change the opening of the first phone ballot."""

    def change(d):
        place = d.ballots()[0]
        opening = d.openings["ballots"][place]
        data = edit(d, dsse.parse(opening.data)).to_bytes()
        d.openings["ballots"][place] = replace(opening, data=data)

    return change


def _another_hand(_d, envelope):
    return Handset().seal(PAYLOAD_TYPE, envelope.payload)


def _another_purpose(d, envelope):
    return d.phones[envelope.key_id].seal("text/plain", envelope.payload)


def _another_signature(_d, envelope):
    return replace(Handset().seal(PAYLOAD_TYPE, envelope.payload), key_id=envelope.key_id)


def _passed_over(d):
    """Let a co-owner sign who was not the one they named."""
    place = d.index_of_key(d.ballots()[-1])
    named = canonical.decode(d.openings["keys"][place].data)["owner"]
    (owners,) = (unit["owners"] for unit in d.roster["units"] if unit["unit"] == "1-1-102")
    (other,) = set(owners) - {named}
    d.restate(place, owner=other)


def _removed_first(d):
    """Let the ballot for a unit come after the correction that removed it."""
    place = d.place("roster-correction")
    d.log[place - 1], d.log[place] = d.log[place], d.log[place - 1]
    d.log[place]["at"] = d.log[place - 1]["at"]
    ballots, voters = d.openings["ballots"], d.openings["voters"]
    ballots[place], voters[place - 1] = ballots.pop(place - 1), voters.pop(place)


def _replayed(d):
    """Bring back the ballot that its owner has replaced since."""
    first, close = d.ballots()[0], d.close()
    d.log.insert(close, dict(d.log[first], at=d.log[close - 1]["at"]))
    d.openings["ballots"][close] = d.openings["ballots"][first]


def _phone():
    def row(name, edit, step="notice_bound"):
        return Damage(13, f"ballot {name}", step, edit, SUPERVISED)

    def signed(**values):
        return lambda d: d.resign(d.ballots()[0], **values)

    def again(**values):
        return lambda d: d.resign(d.ballots()[1], **values)

    def arrived(at):
        return lambda d: d.log[d.ballots()[0]].update(at=at)

    return [
        row("too early", arrived("2026-03-17T15:59:59Z"), "opened"),
        row("too late", arrived("2026-03-25T10:00:01Z"), "opened"),
        row("for another assembly", signed(assembly="x")),
        row("for another notice", signed(notice=ZERO)),
        row("for another roster", signed(roster=ZERO)),
        row("of a key not enrolled", _first(_another_hand)),
        row("for another purpose", _first(_another_purpose)),
        row("signed by another", _first(_another_signature)),
        row("for a unit removed", _removed_first),
        row("by who was not named", _passed_over),
        row("for another's unit", signed(units=["1-1-102"])),
        row("for two groups", signed(units=["1-1-101", "1-2-101"])),
        row("brought back", _replayed),
        row("that is no second", signed(sequence=2)),
        row("that replaces what is not there", signed(replaces=ZERO)),
        row("that replaces nothing", again(replaces=None)),
        row("that is the second once more", again(sequence=1)),
    ]


def _paper():
    def row(name, edit, step="notice_bound"):
        return Damage(13, f"paper {name}", step, edit, SUPERVISED)

    def entered(**values):
        return lambda d: d.rewrite(d.ballots(PAPER)[0], **values)

    def numbered_as_before(d):
        """Two clerks each entered one paper twice: void as it is, it has a place of its own."""
        first, second = d.ballots(PAPER)
        d.rewrite(second, serial=canonical.decode(d.openings["ballots"][first].data)["serial"])

    def late(d):
        d.log[d.ballots(PAPER)[0]]["at"] = "2026-03-25T10:00:01Z"

    return [
        row("without a number", entered(serial="　")),
        row("with a blank behind its number", entered(serial="7 ")),
        row("with a number used before", numbered_as_before),
        row("out of order", entered(units=["B1-1-002", "2-1-102"])),
        row("for two groups", entered(units=["2-1-101", "2-1-102"])),
        row("for a unit removed", entered(units=["1-2-102"])),
        row("too late", late, "opened"),
    ]
