"""Check 9: what the register says of roster, assembly and corrections."""

from datetime import timedelta

from tests.voting.outcome.damage.row import PUBLIC, SUPERVISED, ZERO, Damage
from voting.kernel import canonical
from voting.kernel.clock import parse_timestamp, timestamp


def _says(kind, step="opened", **values):
    return Damage(
        9,
        f"{kind}: {', '.join(values)}",
        step,
        lambda d: d.only(kind).update(values),
    )


def _moved(kind, to, name):
    def move(d):
        index = d.index(kind)
        d.register[to(d)] = d.register.pop(index)
        d.register = dict(sorted(d.register.items()))

    return Damage(9, name, "opened", move, PUBLIC)


def _pin(kind, size):
    """Pin another size, with the root that the log had then."""

    def pin(d):
        begun = [canonical.encode(entry) for entry in d.log[:size]]
        d.only(kind)["checkpoint"] = d.signed(d.origin, begun).decode()

    return Damage(9, f"{kind}: another size", "pinned", pin)


def _other_pin(kind):
    def pin(d):
        begun = [canonical.encode(entry) for entry in d.log]
        size = 1 if kind == "assembly-opened" else d.close() + 1
        begun[0] += b" "
        d.only(kind)["checkpoint"] = d.signed(d.origin, begun[:size]).decode()

    return Damage(9, f"{kind}: another root", "pinned", pin)


def _begun_with(size):
    def pin(d):
        d.log[0]["register"] = d.signed(d.register_origin, [b"-"] * size).decode()

    return pin


def _registered():
    alone = {"convener": "高监督", "supervisor": "高　监督"}
    return [
        _says("roster", digest=ZERO),
        _says("roster", confirmed_by="c1"),
        _says("roster", names=alone),
        _says("roster", names={"convener": "", "supervisor": "高监督"}),
        _says("assembly", assembly="other"),
        _says("assembly", notice=ZERO),
        _says("assembly", roster=ZERO),
        _says("assembly", "pinned", origin="vote.example.org/assemblies/other"),
        _says("assembly-opened", assembly="other"),
        _says("assembly-closed", assembly="other"),
        _pin("assembly-opened", 2),
        _pin("assembly-closed", 2),
        _other_pin("assembly-opened"),
        _other_pin("assembly-closed"),
        Damage(
            9, "the log begins before the assembly", "opened",
            lambda d: _begun_with(d.index("assembly"))(d),
        ),
        Damage(
            9, "the log begins after its opening", "opened",
            lambda d: _begun_with(d.index("assembly-opened") + 1)(d),
        ),
        _moved("roster", lambda d: d.index("assembly") + 1, "frozen after the assembly"),
        _moved("assembly-opened", lambda d: d.index("assembly-closed") + 1, "opened last"),
        Damage(9, "no opening", "pinned", lambda d: d.register.pop(d.index("assembly-opened"))),
        Damage(
            9, "two freezes", "opened",
            lambda d: d.register.update({d.size - 1: d.only("roster")}),
        ),
    ]  # fmt: skip


def _moments():
    """The box as the register has it: opened or closed before the notice lets it be."""

    def early(kind, name):
        def edit(d):
            moment = parse_timestamp(d.notice["agenda"][name]) - timedelta(seconds=1)
            d.only(kind)["at"] = timestamp(moment)

        return Damage(9, f"{kind}: before {name}", "opened", edit)

    def opened_last(d):
        moment = parse_timestamp(d.only("assembly-closed")["at"]) + timedelta(seconds=1)
        d.only("assembly-opened")["at"] = timestamp(moment)

    return [
        early("assembly-opened", "opens_at"),
        early("assembly-closed", "closes_at"),
        Damage(9, "opened after it was closed", "opened", opened_last),
    ]


def _ends(enrolment):
    def edit(d):
        d.register[d.index("device-key-revoked")]["enrolment"] = enrolment(d)

    return edit


def _revoked(d, index):
    """Enclose at any level the end of a key that is not enclosed."""
    entry = {"at": d.only("roster")["at"], "enrolment": index, "type": "device-key-revoked"}
    d.register[d.index("assembly-closed") - 1] = entry
    d.register = dict(sorted(d.register.items()))


def _first_key_ended(index):
    """Let the key that ended have been enrolled as entry 1, and its end name ``index``."""

    def edit(d):
        end = d.register[d.index("device-key-revoked")]
        assert 1 not in d.register
        d.register[1] = d.register.pop(end["enrolment"])
        d.openings["keys"][1] = d.openings["keys"].pop(end["enrolment"])
        d.register = dict(sorted(d.register.items()))
        end["enrolment"] = index

    return edit


def _ended():
    """The end of an enrolment that the bundle does not hold."""
    return [
        Damage(9, "the end of true", "notice_bound", _first_key_ended(True), SUPERVISED),
        *(
            Damage(9, f"the end of {name}", "opened", _ends(enrolment), SUPERVISED)
            for name, enrolment in (
                ("no entry", lambda d: d.size),
                ("an entry not enclosed", lambda d: min(set(range(d.size)) - d.register.keys())),
                ("an entry of another type", lambda d: d.index("roster")),
                ("itself", lambda d: d.index("device-key-revoked")),
                ("text", lambda d: str(min(d.openings["keys"]))),
            )
        ),
        Damage(9, "the end of a key not enclosed", "opened", lambda d: _revoked(d, 0), PUBLIC),
    ]


def _told(**values):
    return lambda d: d.result["corrections"][0].update(values)


def _corrected():
    """What the logs say of corrections; at the public level nobody counts again."""
    return [
        Damage(9, "a correction elsewhere", "pinned", _told(position=99), PUBLIC),
        Damage(9, "another correction told", "pinned", _told(correction=ZERO), PUBLIC),
        Damage(9, "another roster told", "pinned", _told(roster=ZERO), PUBLIC),
        Damage(
            9,
            "no correction told",
            "pinned",
            lambda d: [d.result.pop(name) for name in ("corrected", "corrections")],
            PUBLIC,
        ),
        _says("roster-correction", correction=ZERO),
        _says("roster-correction", digest=ZERO),
        _says("roster-correction", confirmed_by="c1"),
        _says("roster-correction", names={"convener": "高监督", "supervisor": "高监督"}),
        _moved(
            "roster-correction", lambda d: d.index("assembly-closed") + 1, "corrected after the end"
        ),
        _moved("roster-correction", lambda d: d.index("assembly") - 1, "corrected before the vote"),
    ]


def rows():
    """Damage to what the register says."""
    return [*_registered(), *_moments(), *_ended(), *_corrected()]
