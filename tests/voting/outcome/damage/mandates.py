"""Check 9: who could vote is what two people signed."""

from dataclasses import replace

from tests.voting.outcome.damage.row import SUPERVISED, Damage
from voting.kernel import canonical
from voting.outcome.bundle import CORRECTIONS
from voting.roster.mandate import Mandate, Standing, from_bytes, to_bytes


def _opened_otherwise(index_of, edit):
    """Open other mandates than were committed to before."""

    def change(d):
        index = index_of(d)
        opening = d.openings["mandates"][index]
        data = to_bytes(edit(from_bytes(opening.data)))
        d.openings["mandates"][index] = replace(opening, data=data)

    return change


def _agent(mandates):
    return {**mandates, "2-1-102": (Mandate(99, Standing.REPRESENTATIVE),)}


def _act(edit):
    """Write another correction act, and let both logs and the result name it."""

    def change(d):
        (act,) = acts = canonical.decode(d.files[CORRECTIONS])
        edit(act)
        digest = canonical.digest(canonical.encode(act))
        d.files[CORRECTIONS] = canonical.encode(acts)
        for entry in (
            d.log[d.place("roster-correction")],
            d.only("roster-correction"),
            d.result["corrections"][0],
        ):
            entry["correction"] = digest
        said = act.get("mandates", {}).get("changed", {})
        d.result["corrections"][0].pop("mandates", None)
        if any(said.values()):
            d.result["corrections"][0]["mandates"] = said

    return change


def _beside_the_first(**values):
    """Say something else of the first person beside the first unit."""

    def change(d):
        index = d.index("roster")
        opening = d.openings["mandates"][index]
        said = canonical.decode(opening.data)
        said[min(said)][0].update(values)
        d.openings["mandates"][index] = replace(opening, data=canonical.encode(said))

    return change


def _says_nothing(d):
    _act(lambda act: (act.pop("mandates"), act.update(format="yezhu-correction/1")))(d)
    del d.openings["mandates"][d.index("roster-correction")]
    d.only("roster-correction").pop("mandates")


def rows():
    """Damage to who could vote."""

    def freeze(d):
        return d.index("roster")

    def correction(d):
        return d.index("roster-correction")

    return [
        Damage(
            9, "mandates: other opened", "opened", _opened_otherwise(freeze, _agent), SUPERVISED,
        ),
        Damage(
            9, "mandates: bound, not logged", "notice_bound", _opened_otherwise(freeze, _agent),
            SUPERVISED, quiet=True,
        ),
        Damage(
            9, "mandates: not opened", "opened",
            lambda d: d.openings["mandates"].pop(freeze(d)), SUPERVISED,
        ),
        Damage(
            9, "mandates: others bound", "notice_bound", _opened_otherwise(freeze, _agent),
            SUPERVISED,
        ),
        Damage(
            9, "mandates: not those of the act", "notice_bound",
            lambda d: d.openings["mandates"].update(
                {correction(d): replace(d.openings["mandates"][correction(d)], salt=bytes(32))}
            ),
            SUPERVISED,
        ),
        Damage(
            9, "mandates: other counts", "notice_bound",
            _act(lambda act: act["mandates"]["changed"].update(voter=7)), SUPERVISED,
        ),
        Damage(9, "mandates: a remark", "notice_bound",
               _beside_the_first(remark="-"), SUPERVISED),
        Damage(9, "mandates: none in the act", "notice_bound", _says_nothing, SUPERVISED),
    ]  # fmt: skip
