"""What can be false of a vote under clauses on co-owners, spouses and owners of several units."""

from dataclasses import replace

from tests.voting.outcome.damage.row import ZERO
from tests.voting.world import Handset, choices
from voting.ballot.model import PAYLOAD_TYPE as BALLOT
from voting.box.entries import OBJECTION
from voting.box.objection import PAYLOAD_TYPE
from voting.kernel import canonical, dsse
from voting.kernel.commitment import Opening
from voting.ledger.tree import leaf_hash, root_of


def forgeries():
    """Changes to the contested vote: checks that see it, step after which it is made, edit."""
    for edit in _SEEN_BY_13:
        yield [13], "notice_bound", edit
    yield [12, 13, 14], "pinned", unopened
    yield [12, 14], "pinned", resalted
    yield [12], "pinned", of_nothing
    yield [5], "opened", lambda d: d.log[d.place(OBJECTION)].update(remark="-")
    for tell in _COUNTED:
        yield [14], "pinned", _telling(tell)
    for edit in told():
        yield [10, 14], "pinned", edit
    for values in _ODD:
        yield [13, 14], "pinned", _misshapen(**values)


def told():
    """Changes to the result that at any level check 10 sees."""
    return map(_telling, _TOLD)


def bought(d):
    """Let who bought a share later object to the ballot of who sold it, which stands."""
    payload = canonical.decode(
        dsse.parse(d.openings["objections"][d.place(OBJECTION)].data).payload
    )
    key_id = dsse.parse(d.openings["ballots"][min(d.ballots())].data).key_id
    said = canonical.encode(payload | {"nonce": "0" * 32, "units": ["1-1-102"]})
    close = d.close()
    d.log.insert(close, dict(d.log[d.place(OBJECTION)]))
    data = d.phones[key_id].seal(PAYLOAD_TYPE, said).to_bytes()
    d.openings["objections"][close] = Opening(bytes(32), data)


def _telling(tell):
    return lambda d: tell(d.result)


def _misshapen(**values):
    """Let the co-owner sign after the count, which would not take it."""

    def edit(d):
        saying(**values)(d)
        place = d.place(OBJECTION)
        d.log[place]["commitment"] = d.openings["objections"][place].commitment
        begun = [canonical.encode(entry) for entry in d.log[: d.close() + 1]]
        d.only("assembly-closed")["checkpoint"] = d.signed(d.origin, begun).decode()
        d.result["log"]["root"] = root_of([leaf_hash(entry) for entry in begun]).hex()

    return edit


def sealed(d, seal):
    """Put another envelope in the place of the objection."""
    place = d.place(OBJECTION)
    opening = d.openings["objections"][place]
    data = seal(dsse.parse(opening.data)).to_bytes()
    d.openings["objections"][place] = replace(opening, data=data)


def saying(**values):
    """Let the co-owner sign an objection with other values."""

    def edit(d):
        def seal(envelope):
            payload = canonical.encode(canonical.decode(envelope.payload) | values)
            return d.phones[envelope.key_id].seal(PAYLOAD_TYPE, payload)

        sealed(d, seal)

    return edit


def another_hand(d):
    stranger = Handset()
    sealed(d, lambda envelope: stranger.seal(PAYLOAD_TYPE, envelope.payload))


def another_signature(d):
    def seal(envelope):
        return replace(Handset().seal(PAYLOAD_TYPE, envelope.payload), key_id=envelope.key_id)

    sealed(d, seal)


def another_purpose(d):
    def seal(envelope):
        return d.phones[envelope.key_id].seal("text/plain", envelope.payload)

    sealed(d, seal)


def by(ballot, units):
    """Let whoever signed a ballot object to the one for these units."""

    def edit(d):
        key_id = dsse.parse(d.openings["ballots"][ballot].data).key_id

        def seal(envelope):
            payload = canonical.encode(canonical.decode(envelope.payload) | {"units": units})
            return d.phones[key_id].seal(PAYLOAD_TYPE, payload)

        sealed(d, seal)

    return edit


def his_own(d):
    """Let whoever signed the ballot object to it himself, and nobody else be there."""
    by(1, ["1-1-102", "1-1-201"])(d)
    signers = {d.index_of_key(place) for place in d.ballots()}
    for index in d.openings["keys"].keys() - signers:
        del d.openings["keys"][index], d.register[index]


def too_late(d):
    d.log[d.place(OBJECTION)]["at"] = "2026-03-25T10:00:01Z"


def too_early(d):
    """Let the objection come before every ballot."""
    place = d.place(OBJECTION)
    d.log.insert(1, d.log.pop(place))
    ballots = d.openings["ballots"]
    d.openings["ballots"] = {at + 1: opening for at, opening in ballots.items()}
    d.openings["objections"] = {1: d.openings["objections"].pop(place)}


def twice(d):
    """Take the same objection once more."""
    place = d.place(OBJECTION)
    d.log.insert(place + 1, dict(d.log[place]))
    d.openings["objections"][place + 1] = d.openings["objections"][place]


def spouse_differs(d):
    """Let the second of the spouses vote differently from the first."""
    d.resign(3, choices=choices("approve"))


def co_owner_too(d):
    """Let another co-owner vote for the units as well, which changes nothing."""
    key_id = dsse.parse(d.openings["objections"][d.place(OBJECTION)].data).key_id
    said = canonical.encode(d.said(1) | {"nonce": "0" * 32})
    sealed = d.phones[key_id].seal(BALLOT, said).to_bytes()
    close = d.close()
    d.log.insert(close, dict(d.log[1], at=d.log[close - 1]["at"]))
    d.openings["ballots"][close] = replace(d.openings["ballots"][1], data=sealed)


def unopened(d):
    d.openings["objections"].clear()


def resalted(d):
    place = d.place(OBJECTION)
    opening = d.openings["objections"][place]
    d.openings["objections"][place] = replace(opening, salt=bytes(32))


def of_nothing(d):
    d.openings["objections"][1] = d.openings["ballots"][1]


_SEEN_BY_13 = (
    another_hand,
    another_signature,
    another_purpose,
    saying(assembly="other"),
    saying(notice=ZERO),
    saying(units=["1-1-102", "2-1-102"]),
    by(3, ["2-1-102"]),
    by(3, ["1-1-102"]),
    his_own,
    too_late,
    too_early,
    twice,
    spouse_differs,
    co_owner_too,
)
_TOLD = (
    lambda result: result.pop("objections"),
    lambda result: result["objections"].append(result["objections"][0]),
    lambda result: result["objections"][0].update(position=5),
    lambda result: result["objections"][0].update(at="2026-03-20T00:00:00Z"),
    lambda result: result["objections"][0].update(remark="-"),
    lambda result: result["objections"][0].pop("ballots"),
    lambda result: result["ballots"].pop("refused"),
)
_COUNTED = (
    lambda result: result["objections"][0].update(ballots=[]),
    lambda result: result["ballots"].update(refused=[1]),
    lambda result: result["items"][0]["approve"].update(heads=1),
    lambda result: result["items"][0]["electorate"].update(heads=9),
    lambda result: result["items"][0]["used_policies"].pop(),
)
_ODD = (
    {"format": "yezhu-ballot-objection/2"},
    {"nonce": "0"},
    {"nonce": 0},
    {"units": []},
    {"units": [1]},
    {"units": ["1-1-102", 1]},
    {"units": ["1-1-201", "1-1-102"]},
    {"units": ["1-1-102", "1-1-102"]},
    {"units": ["9-9-999"]},
    {"more": 1},
)
