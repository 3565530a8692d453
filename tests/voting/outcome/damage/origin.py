"""Check 9: where the roster comes from."""

import base64
from dataclasses import replace

from tests.voting.outcome.damage.row import PUBLIC, SUPERVISED, ZERO, Damage
from tests.voting.outcome.forgery import edited
from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.outcome import bundle
from voting.outcome.bundle import ORIGIN


def _version(name, **values):
    """Say something else of the version; None leaves it out."""

    def say(d):
        entry = d.only("roster-version")
        entry.update(values)
        for key in [key for key, value in values.items() if value is None]:
            entry.pop(key)

    return Damage(9, f"version: {name}", "opened", say)


def _entered_later(d):
    place = d.index("roster") + 3
    d.register[place] = d.register.pop(d.index("roster-version"))
    d.register = dict(sorted(d.register.items()))
    d.only("roster")["entered"] = place


def _first_version(d):
    entry = d.only("roster-version")
    for name in ("previous", "difference", "totals_before"):
        entry.pop(name)


def _false_for_none(name):
    """Say ``false`` where nothing but stalls is left to be counted, as if that were a number."""

    def say(d):
        for unit in d.roster["units"]:
            unit["kind"] = "车位"
        d.roster_bound()
        everything = d.only("roster-version")["totals"]["everything"]
        none = {"area_cm2": 0, "heads": 0, "units": 0} | {name: False}
        totals = {"everything": everything, "without_parking_and_storage": none}
        d.only("roster-version")["totals"] = totals

    return Damage(9, f"version: false for no {name}", "roster_bound", say, PUBLIC, quiet=True)


def _origin_file(**values):
    return lambda d: setattr(d, "files", edited(d.files, ORIGIN, lambda said: said.update(values)))


def _salted(size):
    """Commit to the words under a salt of another length, which some of them could be."""

    def edit(d):
        salt = bytes(size)
        _origin_file(salt=base64.b64encode(salt).decode())(d)
        words = canonical.decode(d.files[ORIGIN])["basis"].encode()
        d.only("roster-version")["basis"] = Opening(salt, words).commitment

    return Damage(9, f"a salt of {size} bytes", "opened", edit, SUPERVISED)


def _enclose_origin(d):
    d.files[ORIGIN] = bundle.origin(Opening(bytes(32), b"-"), None)
    d.files = edited(
        d.files, bundle.MANIFEST, lambda manifest: manifest.update(format="yezhu-bundle/3")
    )


_NOT_STATED = (
    [], {}, 1, "用途", {"用途": []}, {"用途": 1}, {"用途": "住宅"}, {"用途": {"住宅": 1}},
    {"用途": ["别墅"]}, {"楼栋": ["住宅"]}, {"用途": ["住宅", "住宅"]}, {"用途": ["商业", "住宅"]},
    {"用途": ["住宅"], "产权状态": ["空置"]}, {"用途": ["住宅", "空置"]},
)  # fmt: skip
"""What nobody can have stated for all rows of a sheet."""


def rows():
    """Damage to the version and what it rests on."""
    counts = {"representative": 0, "state": 0, "voter": 0}
    no_totals = {
        name: {"area_cm2": 0, "heads": 0, "units": 0}
        for name in ("everything", "without_parking_and_storage")
    }
    return [
        _version("roster", roster="another"),
        _version("digest", digest=ZERO),
        _version("number", version=9),
        _version("predecessor", previous=ZERO),
        _version("totals", totals=no_totals),
        _version("act", act="import"),
        _version("supplier", supplied_by="张三"),
        _version("source", source="附件"),
        _version("basis", basis="0"),
        _version("evidence", evidence="0"),
        _version("difference left out", difference=None),
        _version("totals before left out", totals_before=None),
        _version("more sorts of change", mandates_changed=counts | {"other": 0}),
        _version("less than no change", mandates_changed=counts | {"voter": -1}),
        _version("who may vote", mandates=ZERO),
        _version("an odd commitment", mandates="0"),
        _version("an odd difference", difference="0"),
        _version("a number for all changes", mandates_changed=1),
        *(_version(f"stated {said}", stated=said) for said in _NOT_STATED),
        _version("true for a number of changes", mandates_changed=counts | {"voter": True}),
        *map(_false_for_none, ("area_cm2", "heads", "units")),
        replace(_version("true for the first", version=True), quiet=True),
        Damage(9, "false for the first place", "opened",
               lambda d: d.only("roster").update(entered=False), quiet=True),
        Damage(9, "the version later", "opened", _entered_later, PUBLIC),
        Damage(9, "another place of the version", "opened",
               lambda d: d.only("roster").update(entered=0)),
        Damage(9, "no place of the version", "opened", lambda d: d.only("roster").pop("entered")),
        Damage(9, "a first version", "opened", _first_version),
        Damage(9, "an origin in public", "registered", _enclose_origin, PUBLIC),
        Damage(9, "other words", "registered", _origin_file(basis="另一份依据"), SUPERVISED),
        _salted(31),
        _salted(33),
        Damage(9, "no predecessor", "registered", _origin_file(previous=None), SUPERVISED),
        replace(_version("another difference", difference=ZERO), levels=SUPERVISED),
        replace(_version("other totals before", totals_before=no_totals), levels=SUPERVISED),
    ]  # fmt: skip
