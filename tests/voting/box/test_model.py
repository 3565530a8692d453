"""A box that is crashed and started again at random agrees with a plain model, step after step."""

import base64
import shutil
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.conftest import MovingClock
from tests.voting.box.test_service import ADDRESS, ballots, read_receipt, slots
from tests.voting.conftest import voting
from tests.voting.world import World, choices
from voting.box import store
from voting.box.paper import PaperBallot
from voting.box.refusals import AlreadyVoted, WrongSequence
from voting.box.service import Sent
from voting.infra.database import Database
from voting.kernel import canonical, dsse
from voting.outcome.audit import audit

UNITS = {
    "zhang": [("1-1-101",), ("1-1-202",), ("1-1-101", "1-1-202"), ("B1-1-001",)],
    "li": [("1-1-102",), ("1-1-201",), ("1-1-102", "1-1-201")],
    "wang": [("1-1-102",), ("1-1-102", "1-1-201")],
    "chen": [("2-1-102",), ("2-1-102", "B1-1-002")],
}
CASTS = st.sampled_from([(name, units) for name, each in UNITS.items() for units in each])


class Crash(Exception):  # noqa: N818 - what happens is that
    """The process is gone."""


@dataclass(frozen=True)
class Known:
    """A ballot in the model's log."""

    data: bytes
    name: str
    units: tuple
    sequence: int
    digest: str


class Model:
    """The rules of casting as a loop over all that was accepted."""

    def __init__(self, repeat):
        self.repeat, self.log = repeat, []

    def standing(self):
        """The last ballot for each unit: a ballot that may not replace is not in the log."""
        return {unit: at for at, known in enumerate(self.log, start=1) for unit in known.units}

    def last(self, name, units):
        named = [known for known in self.log if known.name == name and set(known.units) & {*units}]
        return named[-1] if named else None

    def expect(self, known, replaces):
        """Say what is answered: a position, or the kind of the refusal."""
        for at, earlier in enumerate(self.log, start=1):
            if earlier.data == known.data:
                return at
        standing = self.standing()
        held = [self.log[standing[unit] - 1] for unit in known.units if unit in standing]
        if held and (self.repeat == "first_valid" or any(each.name != known.name for each in held)):
            return AlreadyVoted
        last = self.last(known.name, known.units)
        due = (1, None) if last is None else (last.sequence + 1, last.digest)
        if (known.sequence, replaces) != due:
            return WrongSequence
        self.log.append(known)
        return len(self.log)


class Box(RuleBasedStateMachine):
    """Casts, repeats, batches, crashes and restarts."""

    stages: ClassVar = {}
    folder = None

    @initialize(repeat=st.sampled_from(["first_valid", "last_valid"]))
    def begin(self, repeat):
        self.path = self.folder / "model.db"
        for left in self.folder.glob("model.db*"):
            left.unlink()
        stage, self.stage = self.stages[repeat]
        shutil.copyfile(stage, self.path)
        self.clock = MovingClock()
        self.clock.moment = self.stage.clock.moment
        self.model, self.receipts, self.sent = Model(repeat), {}, []
        self.start()

    def start(self):
        self.world = World(
            Database(f"sqlite:///{self.path}"),
            self.clock,
            roster_id=self.stage.roster_id,
            assembly_id=self.stage.assembly_id,
            phones=self.stage.phones,
        )

    def sign(self, name, units, *, follow):
        """Sign the ballot that follows the owner's last, or one that takes no notice of it."""
        last = self.model.last(name, units) if follow else None
        sequence, replaces = (1, None) if last is None else (last.sequence + 1, last.digest)
        said = choices("oppose" if follow else "approve")
        data = self.world.ballot(name, units, said, sequence=sequence, replaces=replaces)
        digest = canonical.digest(dsse.parse(data).payload)
        signed = Known(data, name, units, sequence, digest), replaces
        self.sent.append(signed)
        return signed

    def write(self, signed):
        box, assembly_id = self.world.box, self.world.assembly_id
        checked = box.check(assembly_id, [Sent(known.data, ADDRESS) for known, _ in signed])
        return box.cast_together(assembly_id, checked)

    def cast(self, signed):
        """Cast a batch, and hold every answer against the model."""
        answers = self.write(signed)
        for (known, replaces), answer in zip(signed, answers, strict=True):
            expected = self.model.expect(known, replaces)
            if isinstance(answer, Exception):
                assert type(answer) is expected
                continue
            receipt, envelope = answer
            assert receipt.position == expected
            said, ballot = read_receipt(self.world, envelope)
            assert (ballot, tuple(said["units"])) == (known.data, known.units)
            assert self.receipts.setdefault(expected, envelope) == envelope

    @rule(whose=st.lists(CASTS, min_size=1, max_size=4), follow=st.booleans())
    def come(self, whose, follow):
        """Some come together, each with what he believes is his next ballot."""
        self.cast([self.sign(*each, follow=follow) for each in whose])

    @rule(which=st.lists(st.integers(0, 99), min_size=1, max_size=3))
    def repeat(self, which):
        """Whoever heard no answer sends the same bytes again, perhaps twice at once."""
        if self.sent:
            self.cast([self.sent[number % len(self.sent)] for number in which])

    @rule(whose=st.lists(CASTS, min_size=1, max_size=3), when=st.sampled_from(["log", "table"]))
    def crash_while_writing(self, whose, when):
        """The process ends inside the transaction: nothing of the batch is there."""
        signed = [self.sign(*each, follow=True) for each in whose]

        def crash(*_):
            raise Crash

        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(store, "add_ballots" if when == "log" else "take_slots", crash)
            answers = self.write(signed)
        assert not any(isinstance(answer, tuple) for answer in answers)
        self.restart()

    @rule(whose=st.lists(CASTS, min_size=1, max_size=3))
    def crash_before_the_answer(self, whose):
        """It ends after the commit: all of it is there, and nobody has heard so."""
        signed = [self.sign(*each, follow=True) for each in whose]

        def crash(*_):
            raise Crash

        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(self.world.box._bus, "publish", crash)
            try:
                answers = self.write(signed)
                assert all(isinstance(answer, Exception) for answer in answers)
            except Crash:
                pass
        for known, replaces in signed:
            self.model.expect(known, replaces)
        self.restart()

    @rule()
    def hand_in_without_units(self):
        """A paper of which nobody can tell whose it is: in the log, and in nobody's way."""
        paper = PaperBallot(str(len(self.model.log)), (), {}, "无法辨认")
        enter = self.world.box.enter_paper
        entered = [enter(self.stage.assembly_id, paper, by=by) for by in ("k1", "k2")]
        self.model.log.append(Known(paper.to_bytes(), "", (), 0, ""))
        assert entered == [None, len(self.model.log)]

    @rule(seconds=st.integers(1, 9))
    def wait(self, seconds):
        self.clock.advance(seconds=seconds)

    @rule()
    def restart(self):
        self.world.database.close()
        self.start()

    @invariant()
    def log_tables_and_receipts_agree(self):
        if not hasattr(self, "world"):
            return
        world = self.world
        assert [row.data for row in ballots(world)] == [known.data for known in self.model.log]
        assert slots(world) == self.model.standing()
        log = world.log()
        assert len(log) == 1 + len(self.model.log)
        for position, envelope in self.receipts.items():
            said, _ = read_receipt(world, envelope)
            assert base64.b64decode(said["entry"]) == log[position]
        with world.database.read() as session:
            world.ledger.check_all(session)
            found = audit(session, world.ledger, world.rosters.custody.basis)
        # The accounts of this world are not in the register.
        assert {each.table for each in found} <= {"staff_accounts"}

    def teardown(self):
        if hasattr(self, "world"):
            self.world.database.close()


@pytest.fixture
def staged(migrated_file, tmp_path):
    """An open assembly under each rule, to be copied."""
    stages = {}
    for repeat in ("first_valid", "last_valid"):
        path = tmp_path / f"{repeat}.db"
        shutil.copyfile(migrated_file, path)
        world = World(Database(f"sqlite:///{path}"), MovingClock())
        voting(world, policies={"repeat": repeat})
        world.database.close()
        stages[repeat] = path, world
    Box.stages, Box.folder = stages, tmp_path
    return stages


def test_log_tables_and_receipts_agree_after_every_step(staged):
    Box.TestCase.settings = settings(max_examples=8, stateful_step_count=10)
    Box.TestCase().runTest()
