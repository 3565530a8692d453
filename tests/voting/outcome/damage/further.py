"""What only one line of a verifier sees to: bundles in which both find the same checks failing.

More than one check fails for most. What the count would not take is signed after it.
"""

import base64

from tests.voting.outcome.damage.mandates import _act, _agent, _opened_otherwise, _says_nothing
from tests.voting.outcome.damage.row import ZERO
from tests.voting.outcome.eventful import deserted, eventful, quiet
from tests.voting.outcome.forgery import ENTRIES, edited
from voting.box.entries import OBJECTION
from voting.box.objection import PAYLOAD_TYPE, BallotObjection
from voting.kernel import canonical, dsse
from voting.kernel.commitment import Opening
from voting.ledger import note
from voting.ledger.tree import leaf_hash, root_of
from voting.outcome import bundle
from voting.outcome.bundle import CORRECTIONS, Level


def sound():
    """Yield vote, level, step after which it is made, and edit, of what passes."""
    yield eventful, Level.PUBLIC, "registered", _as_an_older_release
    yield eventful, Level.SUPERVISED, "notice_bound", _before_anything_bound_voters
    yield eventful, Level.PUBLIC, "opened", _before_people_signed_by_name
    yield quiet, Level.PUBLIC, "registered", _stamped
    yield deserted, Level.SUPERVISED, "opened", lambda _: None


def odd():
    """Yield the same of what fails."""
    yield eventful, Level.PUBLIC, "registered", _other_act
    yield eventful, Level.SUPERVISED, "opened", _no_acts
    yield eventful, Level.SUPERVISED, "opened", _corrected_once_more
    yield eventful, Level.SUPERVISED, "pinned", _signed(units=["9-9-999"])
    yield eventful, Level.SUPERVISED, "notice_bound", _for_a_unit_removed
    yield eventful, Level.SUPERVISED, "pinned", after_the_count(_of_another_roster)
    yield eventful, Level.SUPERVISED, "pinned", after_the_count(_to_another_roster)
    yield quiet, Level.SUPERVISED, "pinned", _signed(units=["1-1-101", "1-2-101"])
    yield quiet, Level.SUPERVISED, "notice_bound", _another_in_the_group
    yield quiet, Level.PUBLIC, "counted", lambda d: d.log.pop()
    for owners in ("", {}):
        yield quiet, Level.PUBLIC, "roster_bound", _owners(owners)
    yield quiet, Level.PUBLIC, "counted", _too_early_then_in_time
    for kind, other in _NEIGHBOURS:
        yield eventful, Level.PUBLIC, "registered", _in_one_place(kind, other)
    for change in _NO_NOTES:
        yield quiet, Level.PUBLIC, "logged", _checkpoint(change)
    for change in _NO_ENTRIES:
        yield quiet, Level.PUBLIC, "logged", change
    for entry in (["type"], "type", 1, {}, {"type": 1}, {"type": []}, {"type": "note"}):
        yield quiet, Level.PUBLIC, "counted", _logged(entry)
        yield quiet, Level.PUBLIC, "counted", _registered(entry)
    for text in _NO_CHECKPOINTS:
        yield quiet, Level.PUBLIC, "logged", _signed_text(text)


def _as_an_older_release(d):
    """Enclose the corrections at the public level too, as bundles did."""
    d.files[CORRECTIONS] = eventful()[0][Level.SUPERVISED][CORRECTIONS]
    d.files = edited(d.files, bundle.MANIFEST, lambda said: said.update(format="yezhu-bundle/2"))


def _before_anything_bound_voters(d):
    """Bind nothing of who may vote: neither version nor freeze nor correction."""
    _says_nothing(d)
    d.openings.pop("mandates")
    for kind in ("roster", "roster-version"):
        d.only(kind).pop("mandates")


def _before_people_signed_by_name(d):
    for kind in ("roster", "roster-correction"):
        d.only(kind).pop("names")


def _stamped(d):
    """Enclose a time stamp, whatever it says, under the name that its digest gives it."""
    d.files[f"{bundle.STAMPS}{canonical.digest(b'-')}.tsr"] = b"-"


def _other_act(d):
    _as_an_older_release(d)
    d.files = edited(d.files, CORRECTIONS, lambda acts: acts[0].update(source=ZERO))


def _no_acts(d):
    """Leave the corrections out, and open other mandates than were bound."""
    d.files.pop(CORRECTIONS)
    d.recount = lambda: None
    _opened_otherwise(lambda d: d.index("roster"), _agent)(d)


def _signed(**values):
    """Let the first owner sign other values."""
    return after_the_count(lambda d: d.resign(d.ballots()[0], **values))


def after_the_count(change):
    """Change a ballot, and let everything name it but the result."""

    def edit(d):
        change(d)
        for place, opening in d.openings["ballots"].items():
            d.log[place]["commitment"] = opening.commitment
        begun = [canonical.encode(entry) for entry in d.log[: d.close() + 1]]
        d.only("assembly-closed")["checkpoint"] = d.signed(d.origin, begun).decode()
        d.result["log"]["root"] = root_of([leaf_hash(entry) for entry in begun]).hex()

    return edit


def _another_in_the_group(d):
    """Put somebody else's flat into an owner's group, and let him vote for both."""
    units = {unit["unit"]: unit for unit in d.roster["units"]}
    units["2-1-101"]["group"] = units["1-1-101"]["group"]
    d.roster_bound()
    d.notice_bound()
    d.resign(d.ballots()[0], units=["1-1-101", "2-1-101"])


def _owners(owners):
    """Write what is no list where a flat is the only one of its owner; the groups stay the same."""

    def edit(d):
        groups = [unit["group"] for unit in d.roster["units"]]
        unit = next(unit for unit in d.roster["units"] if groups.count(unit["group"]) == 1)
        unit["owners"] = owners
        d.roster_bound()

    return edit


def _corrected_once_more(d):
    """Let the register hold a correction that the log has not."""
    entry = {name: said for name, said in d.only("roster-correction").items() if name != "mandates"}
    d.register[d.size - 1] = entry


def _of_another_roster(d):
    _act(lambda act: act.update(roster=ZERO))(d)


def _to_another_roster(d):
    d.log[d.place("roster-correction")]["roster"] = ZERO
    d.only("roster-correction")["digest"] = d.result["corrections"][0]["roster"] = ZERO


def _for_a_unit_removed(d):
    """Let an owner object for the flat that a correction has removed."""
    ballot = next(place for place in d.ballots() if d.said(place)["units"] == ["1-2-102"])
    said = BallotObjection(
        *(d.said(ballot)[name] for name in ("assembly", "notice")), ("1-2-102",), "0" * 32
    )
    phone = d.phones[dsse.parse(d.openings["ballots"][ballot].data).key_id]
    close = d.close()
    d.log.insert(close, {"at": d.log[close - 1]["at"], "type": OBJECTION})
    d.openings["objections"] = {
        close: Opening(bytes(32), phone.seal(PAYLOAD_TYPE, said.to_bytes()).to_bytes())
    }


def _logged(entry):
    """Log what is no entry."""
    return lambda d: d.log.insert(1, entry)


def _registered(entry):
    return lambda d: d.register.update({d.index("certificate"): entry})


def _too_early_then_in_time(d):
    """Log two results, the first before the close."""
    d.log.insert(d.close() + 1, dict(d.log[-1], at="2026-03-25T10:00:00Z"))


_NEIGHBOURS = (
    ("roster-version", "roster"),
    ("roster", "assembly"),
    ("roster-correction", "assembly"),
    ("roster-correction", "assembly-closed"),
    ("assembly-opened", "assembly-closed"),
)


def _in_one_place(kind, other):
    """Say that an entry of the register is where another one is."""

    def edit(d):
        place, claimed = d.index(kind), d.index(other)

        def claim(items):
            (item,) = (item for item in items if item["index"] == place)
            item["index"] = claimed

        d.files = edited(d.files, ENTRIES, claim)

    return edit


def _checkpoint(change):
    def edit(d):
        d.files["log/checkpoint"] = change(d.files["log/checkpoint"])

    return edit


def _signed_text(text):
    """Let the log's key sign what is no checkpoint."""

    def edit(d):
        said = text.format(origin=d.origin, root=base64.b64encode(bytes(32)).decode())
        d.files["log/checkpoint"] = note.sign(said, d.signer(d.origin))

    return edit


def _no_entries(d):
    d.files.pop(_entries(d))


def _cut(to):
    """Let the log's entries end too early."""

    def edit(d):
        d.files[_entries(d)] = d.files[_entries(d)][:to]

    return edit


def _entries(d):
    return next(path for path in d.files if path.startswith("log/tile/entries/"))


_NO_ENTRIES = (_no_entries, _cut(-1), _cut(1))
_NO_NOTES = (
    lambda data: data + b"\xff",
    lambda data: data + "\u2014 a\tb AAAAAAAA\n".encode(),
    lambda data: data + "\u2014 a\n".encode(),
    lambda data: data + "\u2014 a AAAA\n".encode(),
    lambda data: data.replace(b"\n\n", b"\n"),
    lambda data: b"\n\n" + data.partition(b"\n\n")[2],
    lambda data: data[:-1],
    lambda data: data + b"a" * 65_536,
)
_NO_CHECKPOINTS = (
    "{origin}\nall\n{root}\n",
    "{origin}\n2\n{root}\nmore\n",
    "{origin}\n2\n\n",
    "{origin}\n02\n{root}\n",
    "else.example\n2\n{root}\n",
)
