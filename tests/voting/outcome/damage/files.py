"""Checks 1 to 8: what is enclosed, and that either log and its documents agree."""

import base64

from tests.voting.outcome.damage.row import COURT, PUBLIC, SUPERVISED, ZERO, Damage
from tests.voting.outcome.forgery import ENTRIES, edited, flipped
from voting.box.entries import PAPER
from voting.kernel import canonical
from voting.ledger.checkpoint import Checkpoint, sign_checkpoint
from voting.outcome import bundle
from voting.outcome.bundle import CORRECTIONS, ORIGIN


def _listed(path, digest):
    def say(d):
        d.files = edited(
            d.files, bundle.MANIFEST, lambda manifest: manifest["files"].update({path: digest})
        )

    return say


def _named(log):
    def rename(d):
        d.files = edited(
            d.files, bundle.MANIFEST, lambda manifest: manifest[log].update(origin="else.example")
        )

    return rename


_DASH = canonical.digest(b"-")


def _stamp(name):
    """Enclose one byte among the time stamps, under a name that is not its digest."""
    path = f"{bundle.STAMPS}{name}"
    return Damage(
        1, f"a stamp called {name!r}", "registered", lambda d: d.files.update({path: b"-"})
    )


def _files():
    return [
        Damage(1, "a file too many", "registered", lambda d: d.files.update({"说明.txt": b"-"})),
        *map(_stamp, (f"{ZERO}.tsr", f"{_DASH}.TSR", f"x/{_DASH}.tsr", _DASH, "说明.txt", "")),
        Damage(1, "nobody", "registered", lambda d: d.files.pop(bundle.PEOPLE), COURT),
        Damage(2, "others", "listed", lambda d: d.files.update({bundle.PEOPLE: b"-"}), COURT),
        Damage(2, "another digest", "listed", _listed("certificate.pdf", ZERO)),
        Damage(2, "a file that is not there", "listed", _listed("说明.txt", ZERO)),
        Damage(
            2,
            "a file not listed",
            "listed",
            lambda d: setattr(
                d,
                "files",
                edited(d.files, bundle.MANIFEST, lambda m: m["files"].pop("certificate.pdf")),
            ),
        ),
    ]


def _other_root(d):
    size = len(d.log)
    d.files["log/checkpoint"] = sign_checkpoint(
        Checkpoint(d.origin, size, bytes(32)), d.signer(d.origin)
    )


def _other_tile(d):
    path = next(path for path in d.files if path.startswith("log/tile/0/"))
    d.files[path] = flipped(d.files[path], 40, 1)


def _note(d):
    d.log.insert(d.close(), {"at": d.log[d.close()]["at"], "type": "note"})


def _after_the_close(d):
    """Put the ballot that is void behind the close."""
    place = d.ballots(PAPER)[-1]
    d.log.insert(d.close(), d.log.pop(place))
    if d.openings:
        opened = d.openings["ballots"]
        moved = {d.close() + 1: opened.pop(place)}
        d.openings["ballots"] = {at - (at > place): kept for at, kept in opened.items()} | moved
    else:
        d.result["ballots"]["paper"] -= 1


def _closed(at):
    return lambda d: d.log[d.close()].update(at=at)


def _just_before_the_close(d):
    d.log[d.close()]["at"] = "2026-03-25T10:00:01Z"
    d.log[-1]["at"] = "2026-03-25T10:00:00Z"


def _log():
    at = "2026-03-25T10:00:1Z"
    return [
        Damage(3, "a manifest of another log", "listed", _named("log")),
        Damage(
            3,
            "the log of another assembly",
            "roster_bound",
            lambda d: setattr(d, "origin", "vote.example.org/assemblies/other"),
        ),
        Damage(4, "another root", "logged", _other_root),
        Damage(4, "another hash in a tile", "logged", _other_tile),
        Damage(
            4, "a tile too many", "logged", lambda d: d.files.update({"log/tile/1/000.p/1": b"-"})
        ),
        Damage(5, "no notice", "opened", lambda d: d.log[0].update(type="announcement")),
        Damage(5, "a note among the ballots", "opened", _note),
        Damage(5, "a ballot after the close", "notice_bound", _after_the_close),
        Damage(5, "two results", "counted", lambda d: d.log.append(dict(d.log[-1]))),
        Damage(5, "an odd moment", "opened", lambda d: d.log[d.close()].update(at=at)),
        Damage(5, "no moment", "opened", lambda d: d.log[d.close()].pop("at")),
        Damage(5, "no moment of the result", "opened", lambda d: d.log[-1].pop("at")),
        Damage(5, "a close in the window", "opened", _closed("2026-03-25T09:59:59Z")),
        Damage(5, "a close before the window", "opened", _closed("2026-03-17T15:59:59Z")),
        Damage(5, "a result before the close", "opened", _just_before_the_close),
    ]


def _decided_on(day):
    """Let the notice choose the day by which the law is chosen."""

    def edit(d):
        d.notice["agenda"]["decision_date"] = d.result["decision_date"] = day

    return edit


def _closed_after_midnight(d):
    """Close at midnight in Beijing: the day of the decision is over."""
    d.notice["agenda"]["closes_at"] = "2026-03-25T16:00:00Z"
    closing = d.only("assembly-closed"), d.only("certificate"), *d.log[d.close() :]
    for entry in closing:
        entry["at"] = "2026-03-25T16:00:01Z"


def _other_roster(d):
    d.notice["roster"]["digest"] = d.log[0]["roster"] = ZERO


def _swap_groups(d):
    first, other = d.roster["units"][0], d.roster["units"][-1]
    first["group"], other["group"] = other["group"], first["group"]
    d.roster_bound()


def _nobody_at_home(d):
    none = {"area_cm2": 0, "heads": 0, "units": 0}
    d.roster["units"].clear()
    d.notice["roster"].update(none)
    d.roster_bound()
    d.only("roster-version")["totals"] = {
        "everything": none, "without_parking_and_storage": none,
    }  # fmt: skip


def _pinned_total(name):
    return Damage(
        7,
        f"another sum of {name}",
        "roster_bound",
        lambda d: d.notice["roster"].update({name: d.notice["roster"][name] + 1}),
    )


def _empty_corrections(d):
    d.files[CORRECTIONS] = b"[]"
    further = "yezhu-bundle/4" if ORIGIN in d.files else "yezhu-bundle/2"
    d.files = edited(d.files, bundle.MANIFEST, lambda manifest: manifest.update(format=further))


def _notice_and_roster():
    return [
        Damage(6, "another notice", "opened", lambda d: d.log[0].update(notice=ZERO)),
        Damage(6, "another roster", "opened", lambda d: d.log[0].update(roster=ZERO)),
        Damage(
            6,
            "the notice of another assembly",
            "roster_bound",
            lambda d: d.notice.update(assembly="other"),
            PUBLIC,
        ),
        *(
            Damage(6, f"decided on {day}", "roster_bound", _decided_on(day), quiet=True)
            for day in ("2020-12-31", "2026-03-24")
        ),
        Damage(6, "decided the day before", "roster_bound", _closed_after_midnight, quiet=True),
        Damage(7, "another roster in the notice", "roster_bound", _other_roster, PUBLIC),
        Damage(
            7, "another complex", "roster_bound", lambda d: d.notice.update(community="别的小区")
        ),
        *map(_pinned_total, ("units", "heads", "area_cm2")),
        Damage(7, "no units", "roster_bound", _nobody_at_home, PUBLIC, quiet=True),
        Damage(7, "groups exchanged", "roster_bound", _swap_groups, PUBLIC),
        Damage(7, "corrections of nothing", "registered", _empty_corrections, quiet=True),
    ]


def _proofs(edit):
    return lambda d: setattr(d, "files", edited(d.files, ENTRIES, edit))


def _other_proof(items):
    items[0]["proof"][-1] = base64.b64encode(bytes(32)).decode()


def _one_too_far(d):
    """Say that the last entry of the register is the one after it: its path is as good for both."""
    d.register[d.size - 1] = d.register.pop(d.index("certificate"))
    d.registered()
    _proofs(lambda items: items[-1].update(index=d.size))(d)


def _register():
    return [
        Damage(8, "a manifest of another register", "listed", _named("register")),
        Damage(8, "another path", "registered", _proofs(_other_proof)),
        Damage(8, "a path too short", "registered", _proofs(lambda items: items[0]["proof"].pop())),
        Damage(8, "another order", "registered", _proofs(lambda items: items.reverse()), PUBLIC),
        Damage(
            8,
            "an entry twice",
            "registered",
            _proofs(lambda items: items.insert(5, items[4])),
            SUPERVISED,
        ),
        Damage(8, "the last entry where the register ends", "registered", _one_too_far),
        Damage(
            8,
            "an entry of no place",
            "registered",
            _proofs(lambda items: items[-1].update(index=items[-1]["index"] + 1000)),
        ),
    ]


def rows():
    """Damage to files, logs and documents."""
    return [*_files(), *_log(), *_notice_and_roster(), *_register()]
