"""What both verifiers' commands are asked: files sound, false, unreadable and missing."""

from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from api.cli.offline import verify_file
from tests.voting.outcome.both import second
from tests.voting.outcome.eventful import quiet
from tests.voting.outcome.forgery import other_certificate, zipped
from voting.outcome import bundle
from voting.outcome.bundle import Level


def subjects() -> Iterator[tuple]:
    """Yield subject, how each verifier answers, and the cases."""
    yield "command", _printed, _printed_again, ((data,) for data in _files())


def _printed(data):
    return _of_file(data, lambda path: verify_file(path, None))[0]


def _printed_again(data):
    told, lines = _of_file(data, lambda path: second.main([str(path)]))
    assert data is None or "不重新计算" in lines[-2]
    return told


def _of_file(data, command):
    """Run it: status, the checks, how many problems, the last line, and whether it complains."""
    with TemporaryDirectory() as directory:
        path = Path(directory, "bundle.zip")
        if data is not None:
            path.write_bytes(data)
        with redirect_stdout(StringIO()) as said, redirect_stderr(StringIO()) as complained:
            status = command(path)
    lines = said.getvalue().splitlines()
    checks = [line.split("]")[0] for line in lines if line[3:6] == ". ["]
    problems = sum(line.startswith("       - ") for line in lines)
    return (status, checks, problems, lines[-1:], bool(complained.getvalue())), lines


def _files():
    files, _ = quiet()
    public, supervised = files[Level.PUBLIC], files[Level.SUPERVISED]
    yield from (bundle.write(public), bundle.write(supervised))
    yield bundle.write(other_certificate(public))
    yield zipped(other_certificate(public))
    yield from (b"", None)
