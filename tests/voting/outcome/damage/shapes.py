"""Bundles of odd shapes: more than one check fails for most, and both verifiers say which.

Each edit is made after the step it is named with; see :meth:`Dossier.write`.
"""

import io
import zipfile

from tests.voting.outcome.damage.manifests import manifests
from tests.voting.outcome.forgery import ENTRIES, edited
from voting.box.entries import PAPER
from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.outcome import bundle
from voting.outcome.bundle import CORRECTIONS, ORIGIN

OPENINGS = "openings.json"
FILES = ("log/checkpoint", "register/checkpoint", "notice.json", "certificate.pdf")


def shapes():
    """Yield step and edit of each, for supervised bundles of an eventful vote."""
    for path, change in _documents():
        yield "listed", relisted(path, change)
    for change in manifests():
        yield "listed", changed(bundle.MANIFEST, change)
    yield from _entries()
    yield from _openings()
    for path in ("result.json", ENTRIES, OPENINGS, ORIGIN, "roster.json"):
        for data in (b"[]", b"{}", b"1", b"{"):
            yield "listed", _replaced(path, data)
    for path in (*FILES, CORRECTIONS, ORIGIN):
        yield "registered", lambda d, path=path: d.files.pop(path)


def changed(path, change):
    def edit(d):
        d.files = edited(d.files, path, change)

    return edit


def relisted(path, change):
    def edit(d):
        d.files = edited(d.files, path, change)
        digest = canonical.digest(d.files[path])
        d.files = edited(d.files, bundle.MANIFEST, lambda m: m["files"].update({path: digest}))

    return edit


def _replaced(path, data):
    def edit(d):
        d.files[path] = data
        digest = canonical.digest(data)
        d.files = edited(d.files, bundle.MANIFEST, lambda m: m["files"].update({path: digest}))

    return edit


def _other_salt(d):
    place = d.ballots()[0]
    d.openings["ballots"][place] = Opening(bytes(32), d.openings["ballots"][place].data)


def _documents():
    def first(**values):
        return lambda items: items[0].update(values)

    yield from (
        (ENTRIES, first(remark="-")),
        (ENTRIES, first(index=True)),
        (ENTRIES, first(index="0")),
        (ENTRIES, lambda items: items.append([])),
        (ENTRIES, lambda items: items[0].pop("proof")),
        (OPENINGS, lambda said: said.update(others=[])),
        (OPENINGS, lambda said: said.pop("keys")),
        (OPENINGS, lambda said: said.update(voters=[])),
        (OPENINGS, lambda said: said["ballots"][0].update(remark="-")),
        (OPENINGS, lambda said: said["ballots"][0].update(index=True)),
        (OPENINGS, lambda said: said["ballots"][0].update(index="1")),
        (OPENINGS, lambda said: said["ballots"][0].update(salt="AA")),
        (OPENINGS, lambda said: said["ballots"].append(1)),
        (OPENINGS, lambda said: said["ballots"].pop()),
        (OPENINGS, lambda said: said["keys"][0].update(index=0)),
        (OPENINGS, lambda said: said["voters"].pop()),
        (OPENINGS, lambda said: said.update(objections=[])),
        (OPENINGS, lambda said: said.update(objections={})),
        (OPENINGS, lambda said: said.update(ballots={})),
        (ORIGIN, lambda said: said.update(remark="-")),
        (ORIGIN, lambda said: said.update(basis=1)),
        (CORRECTIONS, lambda acts: acts.append(dict(acts[0], source="0" * 64))),
        (CORRECTIONS, lambda acts: acts.append(acts[0])),
        (CORRECTIONS, lambda acts: acts.pop()),
        ("result.json", lambda result: result.pop("assembly")),
        ("roster.json", lambda roster: roster.update(remark="-")),
        ("notice.json", lambda notice: notice["agenda"].pop("opens_at")),
        ("notice.json", lambda notice: notice["agenda"].pop("closes_at")),
        ("notice.json", lambda notice: notice.update(published_at="-")),
    )


def _two_closes(d):
    d.log.insert(d.close(), dict(d.log[d.close()]))


def _no_type(d):
    d.log[1].pop("type")


def _odd_type(d):
    d.only("certificate")["type"] = 1


def _voters(data):
    """Commit to other voters from the beginning."""

    def edit(d):
        d.openings["voters"][0] = Opening(bytes(32), data)

    return edit


def _enveloped(change):
    """Let the first ballot come in an odd envelope."""

    def edit(d):
        place = d.ballots()[0]
        opening = d.openings["ballots"][place]
        said = canonical.decode(opening.data)
        change(said)
        d.openings["ballots"][place] = Opening(opening.salt, canonical.encode(said))
        d.recount = lambda: None

    return edit


def _openings():
    """Each list of openings in another order, with one twice, and under salts of other lengths."""
    for part in ("ballots", "keys", "voters", "mandates"):
        yield "listed", relisted(OPENINGS, lambda said, part=part: said[part].reverse())
        yield "listed", relisted(OPENINGS, lambda said, part=part: _falsely_twice(said[part]))
        for size in (31, 33):
            yield "notice_bound", lambda d, part=part, size=size: _salted(d.openings[part], size)


def _falsely_twice(rows):
    """Open one commitment falsely, and then as it is."""
    rows.insert(0, dict(rows[0], salt=rows[-1]["salt"], data="AAAA"))


def _salted(openings, size):
    """Commit under a salt of another length."""
    place = min(openings)
    openings[place] = Opening(bytes(size), openings[place].data)


def _envelopes():
    return [
        lambda said: said.update(remark="-"),
        lambda said: said.update(payload=1),
        lambda said: said.update(payload="-"),
        lambda said: said.update(payloadType=1),
        lambda said: said.update(signatures={}),
        lambda said: said.update(signatures=[]),
        lambda said: said["signatures"].append(said["signatures"][0]),
        lambda said: said["signatures"][0].update(keyid=1),
        lambda said: said["signatures"][0].update(sig=1),
        lambda said: said["signatures"][0].update(sig="A"),
        lambda said: said["signatures"][0].update(sig="A" * 8192),
        lambda said: said["signatures"][0].update(remark="-"),
    ]


def _entries():
    for change in _envelopes():
        yield "notice_bound", _enveloped(change)
    yield "roster_bound", _other_area
    yield "roster_bound", _one_name_twice
    yield "counted", _two_closes
    yield "counted", _no_type
    yield "counted", _odd_type
    yield "pinned", _other_salt
    yield "counted", lambda d: d.log.clear() or d.log.append({"type": "close"})
    yield "notice_bound", _voters(b'{"format":"yezhu-voters/1","units":{"1-1-101":[99]}}')
    yield "notice_bound", _voters(b'{"format":"yezhu-voters/1","units":{"9-9-999":[1]}}')
    yield "notice_bound", _voters(b'{"format":"yezhu-voters/2","units":{}}')
    for name in ("assembly", "notice", "roster", "origin"):
        yield "counted", lambda d, name=name: d.only("assembly").pop(name)
    for name in ("commitment", "at"):
        yield "counted", lambda d, name=name: d.register[d.index("device-key")].pop(name)
        yield "counted", lambda d, name=name: d.log[d.ballots()[0]].pop(name)


def _before_mandates(d):
    d.only("roster-version").pop("mandates")


def _before_the_freeze_bound_them(d):
    _before_mandates(d)
    d.openings["mandates"].pop(d.index("roster"))
    d.only("roster").pop("mandates")


def _before_versions(d):
    d.register.pop(d.index("roster-version"))
    d.only("roster").pop("entered")
    d.files.pop(ORIGIN)
    d.files = edited(d.files, bundle.MANIFEST, lambda m: m.update(format="yezhu-bundle/2"))


def _begun_at_once(d):
    size = d.index("assembly-opened")
    d.log[0]["register"] = d.signed(d.register_origin, [b"-"] * size).decode()


def _revoked_with_the_ballot(d):
    d.only("device-key-revoked")["at"] = d.log[d.ballots()[0]]["at"]


def _stated(d):
    said = {"产权状态": ["已交付"], "用途": ["住宅", "商业"]}
    d.only("roster-version")["stated"] = said


def _other_area(d):
    """Less than no area, as if the sums had never been others."""
    unit = d.roster["units"][0]
    d.notice["roster"]["area_cm2"] -= unit["area_cm2"] + 1
    unit["area_cm2"] = -1
    d.recount = lambda: None
    d.roster_bound()


def _one_name_twice(d):
    """Let one unit count as two, of which its owner can use one only."""
    units, pinned = d.roster["units"], d.notice["roster"]
    units.append(dict(units[0]))
    pinned["units"] += 1
    pinned["area_cm2"] += units[0]["area_cm2"]
    d.recount = lambda: None
    d.roster_bound()


def _just_in_time(d):
    for place in (d.ballots()[-1], d.ballots(PAPER)[0]):
        d.log[place]["at"] = "2026-03-25T10:00:00Z"


def _closed_at_once(d):
    """Open, close and certify in the last second of the window."""
    for entry in (
        d.log[d.close()],
        d.log[-1],
        *map(d.only, ("assembly-opened", "assembly-closed")),
    ):
        entry["at"] = "2026-03-25T10:00:00Z"


def _opened_on_the_second(d):
    d.only("assembly-opened")["at"] = d.notice["agenda"]["opens_at"]


def variations():
    """Yield what is sound all the same: older releases, and moments that just suffice."""
    for edit in (
        _before_mandates,
        _before_the_freeze_bound_them,
        _before_versions,
        _begun_at_once,
        _revoked_with_the_ballot,
        _stated,
        _just_in_time,
        _closed_at_once,
        _opened_on_the_second,
    ):
        yield "opened", edit


def zips(data):
    """Yield files that are no canonical zip of the contents of this one."""
    files = bundle.read(data)
    yield from (b"", b"-", data[:-1], data + b"\0", data[1:], b"PK\3\4", data[:30] + b"\xff")
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            for path in files:
                archive.writestr(path, files[path])
        yield target.getvalue()
    for said in (b"{ }", b"{}", b"[]", b"1"):
        yield bundle.write({bundle.MANIFEST: said})
    yield bundle.write({"notice.json": files["notice.json"]})
