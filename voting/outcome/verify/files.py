"""Checks 1 and 2: the files of a bundle and their digests."""

from voting.kernel import canonical
from voting.outcome import bundle
from voting.outcome.evidence import Evidence
from voting.outcome.verify.finding import Problems


def complete(evidence: Evidence) -> Problems:
    """Check 1: the files of this level and format, no more and no less."""
    for path in sorted(evidence.unexpected_files()):
        yield f"缺少或多出文件 {path}"


def digests(evidence: Evidence) -> Problems:
    """Check 2: every file is the one that the manifest lists."""
    listed = evidence.manifest["files"]
    actual = {
        path: canonical.digest(data)
        for path, data in evidence.files.items()
        if path != bundle.MANIFEST
    }
    for path in sorted(listed.keys() | actual.keys()):
        if listed.get(path) != actual.get(path):
            yield f"{path} 与清单中的摘要不符"
