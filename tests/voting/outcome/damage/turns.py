"""What can be false of a vote in which owners change what they said: check 13 alone sees it."""

from dataclasses import replace

from tests.voting.outcome.damage.contested import saying, sealed
from tests.voting.world import Handset
from voting.ballot.model import PAYLOAD_TYPE as BALLOT
from voting.box.entries import OBJECTION
from voting.box.objection import PAYLOAD_TYPE
from voting.kernel import canonical, dsse


def forgeries():
    """Changes to the vote, each made after its notice is bound."""
    return (
        _cast_by(4, 1, sequence=1, replaces=None),  # the co-owner's, over her husband's
        _cast_by(3, 1, sequence=2),  # replaces the second, as the third did
        _cast_by(3, 1, sequence=2, replaces=None),
        _cast_by(4, 4, sequence=1, replaces=None),
        _his_own,
        _both_by_strangers,
        _too_late,
        saying(units=["1-1-102", "1-1-201"]),
    )


def valid():
    """What is sound all the same."""
    return _just_in_time, _cast_by(4, 4, sequence=2)


def _cast_by(signer, ballot, **values):
    """Let who signed one ballot sign what is like another, as the last to come in."""

    def edit(d):
        key_id = dsse.parse(d.openings["ballots"][signer].data).key_id
        earlier = dsse.parse(d.openings["ballots"][ballot].data).payload
        said = d.said(ballot) | {"nonce": "0" * 32, "replaces": canonical.digest(earlier)} | values
        data = d.phones[key_id].seal(BALLOT, canonical.encode(said)).to_bytes()
        close = d.close()
        d.log.insert(close, dict(d.log[ballot], at=d.log[close - 1]["at"]))
        d.openings["ballots"][close] = replace(d.openings["ballots"][ballot], data=data)

    return edit


def _his_own(d):
    """Let whoever voted object to his own third ballot."""
    key_id = dsse.parse(d.openings["ballots"][3].data).key_id
    sealed(d, lambda envelope: d.phones[key_id].seal(PAYLOAD_TYPE, envelope.payload))


def _both_by_strangers(d):
    for place, opening in d.openings["objections"].items():
        payload = dsse.parse(opening.data).payload
        data = Handset().seal(PAYLOAD_TYPE, payload).to_bytes()
        d.openings["objections"][place] = replace(opening, data=data)


def _too_late(d):
    d.log[d.place(OBJECTION)]["at"] = "2026-03-25T10:00:01Z"


def _just_in_time(d):
    d.log[d.place(OBJECTION)]["at"] = "2026-03-25T10:00:00Z"
