"""What can be false of a vote in which others sign for the owners, on paper (W-10 to W-13)."""

from tests.voting.outcome.damage.row import ZERO
from voting.box.entries import PAPER
from voting.kernel import canonical
from voting.ledger.tree import leaf_hash, root_of

AGENT, CLAUSE, SOME, VOID, GUARDIAN, CARRIED, AGAIN, UNITLESS = 2, 3, 4, 5, 6, 7, 8, 9
"""Which paper of the vote: the agent's third owner, his fourth by a clause, and so on."""


def forgeries():
    """Changes to that vote: checks that see it, step after which it is made, edit."""
    for number, values in _SEEN_BY_13:
        yield [13], "notice_bound", _entered(number, **values)
    yield [13], "opened", _arriving("2026-03-18T16:00:00Z")
    yield [13], "opened", _arriving("2026-03-17T15:59:59Z", UNITLESS)
    yield [14], "pinned", lambda d: d.result["ballots"]["void"].pop()
    for number, values in _UNREADABLE:
        yield [13, 14], "pinned", _misshapen(number, **values)


def soundly():
    """Changes that leave it sound: what a void paper says, and days at the edge."""
    for number, values in _SOUND:
        yield "notice_bound", _entered(number, **values)
    yield "opened", _arriving("2026-03-18T15:59:59Z")


def _arriving(at, number=AGAIN):
    """Let a paper come at another time: the agent has until midnight in Beijing."""
    return lambda d: d.log[d.ballots(PAPER)[number]].update(at=at)


def _misshapen(number, **values):
    """Enter it after the count, which would not take it."""

    def edit(d):
        _entered(number, **values)(d)
        place = d.ballots(PAPER)[number]
        d.log[place]["commitment"] = d.openings["ballots"][place].commitment
        begun = [canonical.encode(entry) for entry in d.log[: d.close() + 1]]
        d.only("assembly-closed")["checkpoint"] = d.signed(d.origin, begun).decode()
        d.result["log"]["root"] = root_of([leaf_hash(entry) for entry in begun]).hex()

    return edit


def _entered(number, **values):
    """Enter one of the papers with other values; those of its authority beside what it says."""

    def edit(d):
        place = d.ballots(PAPER)[number]
        changed = dict(values)
        if isinstance(changed.get("authority"), dict):
            said = canonical.decode(d.openings["ballots"][place].data)
            changed["authority"] = said["authority"] | changed["authority"]
        d.rewrite(place, **changed)

    return edit


def _authority(**values):
    return {"authority": values}


_PAST, _TODAY, _LATER = "2026-03-17", "2026-03-18", "2026-03-19"

_SEEN_BY_13 = [
    (AGENT, {"capacity": "representative"}),
    (AGENT, {"capacity": "owner"}),
    (AGENT, {"capacity": "guardian"}),
    (AGENT, {"capacity": "tenant"}),
    (AGENT, {"authority": None}),
    (GUARDIAN, {"capacity": "owner"}),
    (GUARDIAN, {"capacity": "proxy"}),
    (GUARDIAN, {"authority": None}),
    (GUARDIAN, _authority(evidence="his word")),
    (CARRIED, {"capacity": "guardian"}),
    (CARRIED, {"capacity": "proxy"}),
    (AGENT, _authority(agent="AB" * 32)),
    (AGENT, _authority(agent="ab" * 31)),
    (AGENT, _authority(agent="X" * 64)),
    (AGENT, _authority(scope="")),
    (AGENT, _authority(matters=[])),
    (AGENT, _authority(matters=["1", "2", "4", "3"])),
    (AGENT, _authority(matters=["1", "1", "2", "3", "4"])),
    (VOID, _authority(scope="")),
    (AGENT, _authority(signed_on=_LATER)),
    (AGENT, _authority(valid_from=_LATER)),
    (AGENT, _authority(valid_until=_PAST)),
    (AGENT, _authority(property_staff=True)),
    (CLAUSE, _authority(exception="")),
    (CLAUSE, _authority(exception="", property_staff=False)),
    (AGENT, _authority(matters=["1", "3", "4"])),
    (AGENT, _authority(matters=["2", "3", "4"])),
    (SOME, _authority(matters=["2"])),
    (VOID, {"scans": ["1" * 64, ZERO]}),
    (VOID, {"scans": [ZERO, ZERO]}),
    (CARRIED, {"scans": [""]}),
    (CARRIED, {"scans": ["0" * 63]}),
    (CARRIED, {"scans": ["0" * 65]}),
    (CARRIED, {"scans": ["A" * 64]}),
    (CARRIED, {"scans": [ZERO, "附件"]}),
    (VOID, {"scans": [f"{ZERO}\n"]}),
    (VOID, {"void_reason": "　"}),
    (AGENT, _authority(exception=" ")),
    (UNITLESS, {"void_reason": ""}),
    (UNITLESS, {"void_reason": "　"}),
    (UNITLESS, {"serial": "9"}),
    (UNITLESS, {"serial": "10 "}),
    (UNITLESS, {"scans": ["1" * 64, ZERO]}),
    (UNITLESS, {"scans": [""]}),
    (AGAIN, {"serial": "10"}),
]
_UNREADABLE = [
    (CARRIED, {"carried": False}),
    (CARRIED, {"carried": 1}),
    (CARRIED, {"capacity": 1}),
    (CARRIED, {"scans": [1]}),
    (CARRIED, {"scans": "0"}),
    (CARRIED, {"format": "yezhu-paper/1"}),
    (CARRIED, {"format": "yezhu-paper/3"}),
    (CARRIED, {"more": 1}),
    (CARRIED, {"serial": ""}),
    (CARRIED, {"units": []}),
    (VOID, {"units": []}),
    (UNITLESS, {"units": []}),
    (UNITLESS, {"units": ["1-1-102"]}),
    (UNITLESS, {"choices": {}}),
    (UNITLESS, {"capacity": "owner"}),
    (UNITLESS, {"authority": None}),
    (UNITLESS, {"format": "yezhu-paper/1"}),
    (UNITLESS, {"format": "yezhu-paper/2"}),
    (UNITLESS, {"carried": 0}),
    (UNITLESS, {"scans": [1]}),
    (UNITLESS, {"scans": "0"}),
    (UNITLESS, {"serial": ""}),
    (UNITLESS, {"serial": 10}),
    (UNITLESS, {"void_reason": None}),
    (CARRIED, {"units": ["B1-1-003", 1]}),
    (CARRIED, {"units": ["9-9-999"]}),
    (GUARDIAN, {"authority": []}),
    (GUARDIAN, _authority(evidence=1)),
    (GUARDIAN, _authority(more="")),
    (AGENT, _authority(agent=1)),
    (AGENT, _authority(exception=None)),
    (AGENT, _authority(scope=1)),
    (AGENT, _authority(matters="1234")),
    (AGENT, _authority(matters=[1])),
    (AGENT, _authority(property_staff=0)),
    (AGENT, _authority(more="")),
    (AGENT, _authority(signed_on="20260317")),
    (AGENT, _authority(signed_on="2026-02-30")),
    (AGENT, _authority(valid_from="")),
    (AGENT, _authority(valid_until=1)),
]
_SOUND = [
    (VOID, _authority(valid_until=_PAST)),
    (VOID, _authority(property_staff=True)),
    (VOID, _authority(matters=["9"])),
    (AGENT, _authority(agent="0123456789abcdef" * 4)),
    (AGENT, _authority(signed_on=_TODAY)),
    (AGENT, _authority(valid_until=_LATER)),
    (SOME, _authority(scope="full")),
    (GUARDIAN, _authority(evidence="court_ruling")),
    (CARRIED, {"scans": [ZERO, "a" * 64]}),
    (UNITLESS, {"carried": True}),
    (UNITLESS, {"scans": []}),
    (UNITLESS, {"void_reason": "列了两个业主的房屋"}),
]
