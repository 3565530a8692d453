"""Mutation testing of both verifiers: every small change lets some bundle be judged otherwise.

``python -m tests.verifier_mutants`` writes the bundles of :mod:`tests.voting.outcome.damage` and
some more, changes one thing at a time in the code of either verifier, and asks it about all of
them, then the small questions of :mod:`tests.voting.outcome.questions`; the second one, which
counts by itself, counts some votes that are made up as well. It fails if a change goes unnoticed
that ``tests/voting/outcome/survivors.yaml`` does not
explain, or if one listed there is noticed after all. Parts of names, such as
``verify_bundle.check_roster``, narrow it down.

A change is tried only on what reaches its statement, and first on what noticed another one last.
"""

import functools
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple
from importlib import import_module
from mmap import mmap
from multiprocessing import get_context
from pathlib import Path
from signal import ITIMER_VIRTUAL, SIGVTALRM, setitimer, signal
from time import monotonic
from typing import NamedTuple

import yaml

from tests.mutations import mutations
from tests.reached import lines_reached
from tests.voting.outcome.both import second
from tests.voting.outcome.corpus import corpus
from tests.voting.outcome.questions import answer, in_words, late, questions
from tests.voting.outcome.votes import second_count, the_same_votes

FIRST = [
    "voting.ledger.tree", "voting.ledger.note", "voting.ledger.checkpoint", "voting.ledger.tiles",
    "voting.ballot.verify", "voting.box.objection", "voting.box.authority", "voting.box.paper",
    "voting.box.turn", "voting.box.slots", "voting.outcome.bundle", "voting.outcome.pieces",
    "voting.outcome.evidence", "voting.outcome.one_voice",
    "voting.outcome.mandates", "voting.outcome.origin", "voting.outcome.verify.finding",
    "voting.outcome.verify.files", "voting.outcome.verify.log", "voting.outcome.verify.documents",
    "voting.outcome.verify.register", "voting.outcome.verify.outcome",
    "voting.outcome.verify.keys", "voting.outcome.verify.box",
    "voting.outcome.verify.ballots", "voting.outcome.verify",
]  # fmt: skip
"""What the product's verifier is made of, each module after those it imports."""
OF_THE_VERIFIER = {
    "voting.ledger.tree": {
        "leaf_hash",
        "node_hash",
        "root_of",
        "verify_inclusion",
        "_Climb.__init__",
        "_Climb.at_top",
        "_Climb.rise",
        "_Climb._up",
    },
    "voting.ledger.note": {"open_note", "_split", "_parse_line", "_require_signed", "_has_control"},
    "voting.ledger.checkpoint": {"parse", "open_checkpoint"},
    "voting.ledger.tiles": {"read_layout", "read_entries", "_unbundle", "_require_present"},
    "voting.box.objection": {"parse", "verify", "_require_co_owner"},
    "voting.box.authority": {
        "parse",
        "require_sound",
        "require_in_force",
        "Principals.__init__",
        "Principals.take",
        "_day",
    },
    "voting.box.slots": {
        "Slots.__init__",
        "Slots.standing",
        "Slots.expected",
        "Slots.would_win",
        "Slots.put",
        "Slots._remember",
    },
    "voting.box.paper": {"parse", "_parse_unitless", "marks", "read", "_require_within"},
    "voting.outcome.bundle": {"read", "write"},
}
"""Where only some functions belong to it."""
LIMIT_MINUTES = int(os.environ.get("MUTANTS_MINUTES", "60"))
LONGEST_SECONDS = 10
"""A change that makes a verifier run on for ever is noticed after that, of its own time."""
EXPLAINED = Path(__file__).parent / "voting" / "outcome" / "survivors.yaml"
MADE_UP = 300
"""Votes of each sort."""
AS_BEFORE, NOTICED, BROKEN = 0, 1, 2
"""How the process that tries a change ends; any other end is one that the change brought about."""


class Trial(NamedTuple):
    """What is asked, what about, what is said, and the lines reached by then, by file."""

    ask: Callable[..., object]
    given: tuple[object, ...]
    said: str
    reached: dict[str, set[int]]


def main(patterns):
    """Try every change, compare with the list, and say what differs; the exit status."""
    deadline = monotonic() + 60 * LIMIT_MINUTES
    wanted = [
        (name, change)
        for name, change in all_changes()
        if not patterns or any(pattern in f"{name}.{change.function}" for pattern in patterns)
    ]
    for name in dict(wanted):
        _imported(name)
        last_noticed(int(name == second.__name__))
    for name in FIRST:
        _code(name)
    survivors = {}
    for tried, (name, change, noticed) in enumerate(_told(wanted), start=1):
        if not noticed:
            function = f"{name}.{change.function}"
            survivors[function, change.was, change.now] = True
            print(f"- in: {function}\n  was: {change.was}\n  now: {change.now}", flush=True)
        if tried == len(wanted) or wanted[tried][0] != name:
            print(f"{name}：至此 {tried} / {len(wanted)} 处改动，存活 {len(survivors)}", flush=True)
        if monotonic() > deadline:
            print(f"{LIMIT_MINUTES} 分钟内未完成：{tried} / {len(wanted)}，停在 {name}")
            return 1
    listed = explanations()
    unexplained = survivors.keys() - listed.keys()
    gone = set() if patterns else listed.keys() - survivors.keys()
    print(f"\n{len(wanted)} 处改动，存活 {len(survivors)}，未解释 {len(unexplained)}")
    for title, changes in (("未解释的存活变异", unexplained), ("清单所列已不再存活", gone)):
        for function, was, now in sorted(changes):
            print(f"\n{title}\n- in: {function}\n  was: {was}\n  now: {now}")
    return 1 if unexplained or gone else 0


def _told(wanted):
    """Yield each module and change, and whether it was noticed, in order."""
    jobs = int(os.environ.get("JOBS", "2"))
    with ProcessPoolExecutor(jobs, get_context("fork"), max_tasks_per_child=None) as pool:
        try:
            for change, noticed in zip(wanted, pool.map(is_noticed, wanted), strict=True):
                yield *change, noticed
        finally:
            pool.shutdown(cancel_futures=True)


def all_changes():
    """Yield module and change."""
    for name in [*FIRST, second.__name__]:
        of_it = OF_THE_VERIFIER.get(name)
        for change in mutations(_source(name)):
            names = {change.function, change.function.split(".")[0]}
            if of_it is None or not names.isdisjoint(of_it):
                yield name, change


@functools.cache
def _source(name):
    """Read a module's source once, so that whoever edits it meanwhile changes nothing here."""
    return Path(_module(name).__file__).read_text(encoding="utf-8")


@functools.cache
def _code(name):
    return compile(_source(name), _module(name).__file__, "exec")


def _module(name):
    return second if name == second.__name__ else import_module(name)


def is_noticed(wanted):
    """Try one change in a process of its own.

    Raises
    ------
    RuntimeError
        It could not be tried: that says nothing of the change.
    """
    child = os.fork()
    if child == 0:
        signal(SIGVTALRM, lambda *_: os._exit(NOTICED))
        status = BROKEN
        try:
            status = AS_BEFORE if _says_as_before(*wanted) else NOTICED
        finally:
            os._exit(status)
    ended = os.waitpid(child, 0)[1]
    if os.WIFEXITED(ended) and os.WEXITSTATUS(ended) == BROKEN:
        name, change = wanted
        raise RuntimeError(f"{name}.{change.function}: {change.was} -> {change.now}")
    return ended != 0


def _says_as_before(name, change):
    tree = change.made_in(_source(name))
    with open(os.devnull, "w") as silence:  # noqa: PTH123 - a device
        os.dup2(silence.fileno(), sys.stderr.fileno())
    setitimer(ITIMER_VIRTUAL, LONGEST_SECONDS)
    for later in [name] if name == second.__name__ else FIRST[FIRST.index(name) :]:
        code = compile(tree, name, "exec") if later == name else _code(later)
        try:
            exec(code, _module(later).__dict__)  # noqa: S102 - ours
        except Exception:  # noqa: BLE001 - whatever the change brought about
            return False
    which = int(name == second.__name__)
    tried, noticed = trials(which), last_noticed(which)
    for place in sorted(_places(name, change.lines), key=lambda place: -noticed[place]):
        ask, given, said, _ = tried[place]
        setitimer(ITIMER_VIRTUAL, LONGEST_SECONDS)
        if answer(ask, *given) != said:
            noticed[place] = monotonic()
            return False
    return True


@functools.cache
def last_noticed(which):
    """When each trial last noticed a change, for all processes: the next one may be alike."""
    return memoryview(mmap(-1, 8 * len(trials(which)))).cast("d")


def _places(name, lines):
    """Which trials reach some lines of a module; all of them if importing it does."""
    tried, file = trials(int(name == second.__name__)), _module(name).__file__
    everywhere = not _imported(name).isdisjoint(lines)
    return [
        place
        for place, trial in enumerate(tried)
        if everywhere or not trial.reached[file].isdisjoint(lines)
    ]


@functools.cache
def _imported(name):
    """Lines of a module that importing it reaches."""
    file = _module(name).__file__
    return lines_reached([file], exec, _code(name), {"__name__": name})[1][file]


@functools.cache
def trials(which):
    """What the first (0) or second verifier (1) is asked, and what it says with nothing changed."""
    judge = (_judged, late(second, "verify"))[which]
    # The quick ones first.
    asked = [(question.first, question.given) for question in questions()]
    if which:
        asked = [(in_words(question.second), question.given) for question in questions()]
        asked += [(second_count, vote) for vote in the_same_votes(MADE_UP)]
    asked += [(judge, (data,)) for data in corpus()]
    files = [_module(name).__file__ for name in ([second.__name__] if which else FIRST)]
    return [Trial(ask, given, *lines_reached(files, answer, ask, *given)) for ask, given in asked]


def _judged(data):
    return list(map(astuple, _module("voting.outcome.verify").verify_bundle(data)))


def explanations():
    """Why each listed survivor is no fault of the bundles."""
    groups = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8")) or []
    return {
        (function, each["was"], now): group["why"]
        for group in groups
        for each in group["mutants"]
        for function in each["in"]
        for now in each["now"]
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
