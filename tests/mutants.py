"""Mutation testing of ``tally``: every small change to the code has to make some test fail.

``python -m tests.mutants`` works through all mutants, remembers what it has done (in ``mutants/``),
and fails if one survives that ``tests/survivors.yaml`` does not explain, or if one listed there
no longer survives. Patterns such as ``tally.rules.*`` narrow it down.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import yaml
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

LIMIT_MINUTES = 90
"""Longest run; another one goes on where this one stopped."""
CAUGHT = {"killed", "timeout", "caught by type check"}
"""A test failed, or never came to an end, or the type checker would have refused it."""
EXPLAINED = Path(__file__).with_name("survivors.yaml")


def main(patterns):
    """Run, compare with the list, and say what differs; the exit status."""
    if not run(patterns):
        print(f"{LIMIT_MINUTES} 分钟内未完成；再次运行会接着做")
        return 1
    listed = explanations()
    survivors = surviving(patterns)
    unexplained = [change for change in survivors if not explained(change, listed)]
    if unexplained:
        # What is remembered may be older than the test that now catches it.
        run([name for change in unexplained for name in survivors[change]])
        survivors = surviving(patterns)
        unexplained = [change for change in survivors if not explained(change, listed)]
    found = set().union(*(explained(change, listed) for change in survivors))
    gone = set() if patterns else listed.keys() - found
    print(f"\n{dict(verdicts(patterns))}")
    for function, removed, added in sorted(unexplained):
        names = "、".join(survivors[function, removed, added])
        print(f"\n未解释的存活变异 {names}\n- in: {function}\n  was: {removed}\n  now: {added}")
    for function, removed, added in sorted(gone):
        print(f"\n清单所列已不再存活 {function}\n  was: {removed}\n  now: {added}")
    return 1 if unexplained or gone else 0


def run(patterns):
    """Let mutmut work through the mutants; tell whether it finished in time."""
    binaries = Path(sys.executable).parent
    path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen(
        [binaries / "mutmut", "run", *patterns], env=os.environ | {"PATH": path}
    ) as process:
        try:
            status = process.wait(LIMIT_MINUTES * 60)
        except subprocess.TimeoutExpired:
            # It saves every verdict as it comes, and stops its own workers.
            process.send_signal(signal.SIGINT)
            return False
    if status != 0:
        sys.exit(f"mutmut 退出码 {status}")
    return "not checked" not in verdicts(patterns)


def verdict_of_each(patterns):
    """Yield path, name and verdict of each mutant."""
    for path in walk_mutatable_files():
        mutants = SourceFileMutationData(path=path)
        mutants.load()
        for name, code in mutants.exit_code_by_key.items():
            if not patterns or any(fnmatch(name, pattern) for pattern in patterns):
                yield path, name, status_by_exit_code[code]


def verdicts(patterns):
    """How many mutants came to which end."""
    return Counter(verdict for _, _, verdict in verdict_of_each(patterns))


def surviving(patterns):
    """The names of the mutants that no test noticed, by what they change."""
    found = {}
    for path, name, verdict in verdict_of_each(patterns):
        if verdict not in CAUGHT:
            found.setdefault(change_of(path, name), []).append(name)
    return found


def change_of(path, name):
    """Function, line before and line after: numbers of mutants shift with every edit."""
    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    removed, added = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    module, _, mangled = name.partition("__mutmut_")[0].rpartition(".")
    function = ".".join(part for part in mangled.removeprefix("x_").split("ǁ") if part != "x")
    return f"{module}.{function}", removed, added


def explanations():
    """Why each listed survivor is no fault of the tests, by function and part of a line changed."""
    groups = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8"))
    return {
        (function, each["was"], now): group["why"]
        for group in groups
        for each in group["mutants"]
        for function in each["in"]
        for now in each["now"]
    }


def explained(change, listed):
    """Which of the listed parts of lines, if any, is all that a survivor changes."""
    function, removed, added = change
    return {
        (name, was, now)
        for name, was, now in listed
        if name == function and was in removed and removed.replace(was, now) == added
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
