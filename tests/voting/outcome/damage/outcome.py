"""Checks 10, 11, 12 and 14: result, certificate, commitments and the count."""

from tests.voting.outcome.damage.row import PUBLIC, SUPERVISED, ZERO, Damage
from voting.kernel.commitment import Opening


def _says(name, value):
    return lambda d: d.result.update({name: value})


def _logged(name, value):
    return lambda d: d.result["log"].update({name: value})


def _at_public_level():
    """What nobody counts again at the public level, but the log, the notice and the format tell."""

    def says(name, change):
        return Damage(10, name, "pinned", lambda d: change(d.result), PUBLIC)

    def row(part):
        return lambda result: result[part][0].update(remark="-")

    return [
        says("something more", lambda result: result.update(remark="-")),
        says("an objection to nothing", lambda result: result.update(objections=[])),
        says("the corrected count left out", lambda result: result.pop("corrected")),
        says("something less", lambda result: result.pop("ballots")),
        says("of another format", lambda result: result.update(format="yezhu-result/2")),
        says("more on the ballots", lambda result: result["ballots"].update(remark="-")),
        says("more on a correction", row("corrections")),
        says("more on what is corrected", lambda result: result["corrected"].update(remark="-")),
        says("nothing refused", lambda result: result["ballots"].update(refused=[])),
        says("a phone more", lambda result: _add(result["ballots"], "phone")),
        says("a paper less", lambda result: _add(result["ballots"], "paper", -1)),
        says("an item less", lambda result: result["items"].pop()),
        says("items in another order", lambda result: result["items"].reverse()),
        says("another item", lambda result: result["items"][0].update(id="9")),
        says("another question", lambda result: result["items"][0].update(title="-")),
        says("another form", lambda result: result["items"][0].update(form="election")),
        says("another question corrected",
             lambda result: result["corrected"]["items"][0].update(title="-")),
        says("corrected to another roster", lambda result: result["corrected"].update(roster=ZERO)),
    ]  # fmt: skip


def _add(said, name, number=1):
    said[name] += number


def _outcome():
    def turn(d):
        d.result["items"][0]["carried"] = not d.result["items"][0]["carried"]

    def silent_if_delivered(d):
        """Let a clause ask for proof of delivery, which no bundle has, and count without."""
        d.notice["agenda"]["policies"]["silence"] = "delivered_follows"
        d.notice_bound()
        d.recount = lambda: None

    return [
        Damage(10, "another result", "counted", lambda d: d.log[-1].update(result=ZERO)),
        Damage(10, "of another vote", "pinned", lambda d: d.result.update(assembly="x"), PUBLIC),
        Damage(10, "of another notice", "pinned", lambda d: d.result.update(notice=ZERO), PUBLIC),
        Damage(10, "of another roster", "pinned", lambda d: d.result.update(roster=ZERO), PUBLIC),
        *(
            Damage(10, f"of another {name}", "pinned", _says(name, "2026-01-01"), PUBLIC)
            for name in ("title", "community", "decision_date", "log")
        ),
        *(
            Damage(10, f"another {name} of the log", "pinned", _logged(name, value), PUBLIC)
            for name, value in (("origin", "x"), ("root", ZERO), ("size", 1), ("remark", "-"))
        ),
        Damage(11, "another assembly", "counted",
               lambda d: d.only("certificate").update(assembly="other")),
        Damage(11, "another paper", "counted",
               lambda d: d.only("certificate").update(certificate=ZERO)),
        Damage(11, "another result certified", "counted",
               lambda d: d.only("certificate").update(result=ZERO)),
        Damage(11, "no certificate", "counted", lambda d: d.register.pop(d.index("certificate"))),
        Damage(14, "another verdict", "pinned", turn, SUPERVISED),
        Damage(14, "something more", "pinned",
               lambda d: d.result["items"][0].update(remark="-"), SUPERVISED),
        Damage(14, "something less", "pinned",
               lambda d: d.result["items"][0].pop("rule"), SUPERVISED),
        Damage(14, "no void ballot", "pinned",
               lambda d: d.result["ballots"].update(void=[]), SUPERVISED),
        Damage(14, "true for one", "pinned",
               lambda d: d.result["items"][0]["approve"].update(heads=True),
               SUPERVISED, quiet=True),
        Damage(14, "no proof of delivery", "notice_bound", silent_if_delivered, SUPERVISED),
    ]  # fmt: skip


def _commitments():
    def open_the_close(d):
        d.openings["ballots"][d.close()] = Opening(bytes(32), b"-")

    return [Damage(12, "an opening of no ballot", "opened", open_the_close, SUPERVISED)]


def rows():
    """Damage to what came of the vote."""
    return [*_outcome(), *_at_public_level(), *_commitments()]
