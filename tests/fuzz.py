"""Every property test on fresh random examples, round after round, until one fails or time is up.

``python -m tests.fuzz MINUTES`` runs them all; paths of tests after that narrow it down. With what
fails, Hypothesis prints the example and a blob that brings it back.
"""

import secrets
import signal
import subprocess
import sys
import time

_SECONDS_TO_BEGIN = 20
"""With less time left, a round would hardly have begun."""
_SECONDS_TO_END = 60


def main(minutes, *paths):
    """Run rounds until the time is up; the exit status."""
    deadline = time.monotonic() + 60 * float(minutes)
    number = 0
    while not number or deadline - time.monotonic() > _SECONDS_TO_BEGIN:
        number, seed = number + 1, secrets.randbits(32)
        print(f"==> 第 {number} 轮，种子 {seed}", flush=True)
        status = one_round(seed, paths, deadline - time.monotonic())
        if status:
            print(f"==> 有失败；重现：加 --hypothesis-profile=fuzz --hypothesis-seed={seed}")
            return status
    print(f"==> {number} 轮都通过，最后一轮到时为止")
    return 0


def one_round(seed, paths, seconds):
    """Run each property test once; the exit status of pytest, or 0 if time was up before."""
    command = [
        *(sys.executable, "-m", "pytest", "--quiet", "--exitfirst", "-m", "hypothesis"),
        *("--hypothesis-profile=fuzz", f"--hypothesis-seed={seed}"),
        *(paths or ("tests",)),
    ]
    with subprocess.Popen(command) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
