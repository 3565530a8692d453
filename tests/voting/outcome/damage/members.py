"""Checks 5 and 9: what an entry of either log says that it should not, or leaves out."""

from tests.voting.outcome.damage.row import BOTH, SUPERVISED, Damage
from voting.kernel.commitment import Opening


def _remarked(kind, levels=BOTH):
    return Damage(
        5, f"{kind}: a remark", "opened", lambda d: d.log[d.place(kind)].update(remark="-"), levels
    )


def _register(kind, name, change, levels=BOTH):
    def edit(d):
        change(d.register[d.index(kind)])

    return Damage(9, f"{kind}: {name}", "opened", edit, levels)


def _unheard_of(d):
    place = d.index("assembly-closed") - 1
    d.register[place] = {"at": d.only("roster")["at"], "type": "announcement"}
    d.register = dict(sorted(d.register.items()))


_PUBLIC_KINDS = (
    "roster-version", "roster", "assembly", "assembly-opened", "assembly-closed",
    "roster-correction", "certificate",
)  # fmt: skip
_MOMENTS = ("", "2026-03-18T10:00:1Z", "2026-03-18", 1, None)


def rows():
    """Damage to the members of entries."""
    logged = ("notice", "ballot", "paper-ballot", "roster-correction", "close", "result")
    return [
        *map(_remarked, logged),
        *(_register(kind, "a remark", lambda e: e.update(remark="-")) for kind in _PUBLIC_KINDS),
        *(_register(kind, "no moment", lambda e: e.pop("at")) for kind in _PUBLIC_KINDS),
        *(
            _register("certificate", f"at {at!r}", lambda e, at=at: e.update(at=at))
            for at in _MOMENTS
        ),
        *(
            _register(kind, "a remark", lambda e: e.update(remark="-"), SUPERVISED)
            for kind in ("device-key", "device-key-revoked")
        ),
        *(
            _register(kind, "of one account", lambda e: e.pop("confirmed_by"))
            for kind in ("roster", "roster-correction")
        ),
        *(
            _register(kind, "a third name", lambda e: e.update(names=e["names"] | {"third": "-"}))
            for kind in ("roster", "roster-correction")
        ),
        _register("roster-version", "of nobody", lambda e: e.pop("by")),
        Damage(9, "an entry unheard of", "opened", _unheard_of),
    ]


def of_nobody():
    """Yield voters named in an entry that names none: checks 5, 9 and 13 see it."""
    for kind in ("ballot", "paper-ballot", "close", "result"):
        yield "notice_bound", lambda d, kind=kind: _naming(d, d.place(kind))
    yield "notice_bound", _second_notice


def _naming(d, place):
    document = b'{"format":"yezhu-voters/1","units":{}}'
    d.openings["voters"][place] = Opening(bytes(32), document)


def _second_notice(d):
    """Let a ballot be another notice, by which nobody may vote for anything."""
    place = d.ballots()[-1]
    d.openings["ballots"].pop(place)
    d.log[place] = dict(d.log[0], at=d.log[place]["at"])
    _naming(d, place)
