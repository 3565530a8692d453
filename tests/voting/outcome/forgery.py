"""Bundles altered by somebody who keeps their form: new digests, and the operator's own key."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.voting.world import LOG_KEY, Handset
from voting.box.entries import PHONE
from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.ledger.checkpoint import Checkpoint, sign_checkpoint
from voting.ledger.note import Signer
from voting.ledger.tiles import layout
from voting.ledger.tree import leaf_hash, root_of
from voting.outcome import bundle
from voting.outcome.evidence import Evidence

ENTRIES = "register/entries.json"
OPENINGS = "openings.json"


def zipped(files):
    """Write changed files as their maker would: new digests, canonical zip."""
    manifest = canonical.decode(files[bundle.MANIFEST])
    rest = {path: data for path, data in files.items() if path != bundle.MANIFEST}
    manifest["files"] = {path: canonical.digest(data) for path, data in rest.items()}
    return bundle.write(rest | {bundle.MANIFEST: canonical.encode(manifest)})


def edited(files, path, edit):
    """Change one JSON file in place."""
    value = canonical.decode(files[path])
    edit(value)
    return files | {path: canonical.encode(value)}


def relogged(files, edit):
    """Write the log anew with the operator's own key: what only he could do."""
    entries = list(Evidence(files).log)
    edit(entries)
    origin = Evidence(files).checkpoint.origin
    signer = Signer(origin, Ed25519PrivateKey.from_private_bytes(LOG_KEY))
    checkpoint = Checkpoint(origin, len(entries), root_of([leaf_hash(each) for each in entries]))
    rest = {path: data for path, data in files.items() if not path.startswith("log/")}
    return (
        rest
        | {f"log/{path}": data for path, data in layout(entries).items()}
        | {"log/checkpoint": sign_checkpoint(checkpoint, signer)}
    )


def flipped(data, place, mask):
    changed = bytearray(data)
    changed[place] ^= mask
    return bytes(changed)


def other_signer(files):
    """Sign with a key of the same name that the manifest does not list."""
    checkpoint = Evidence(files).checkpoint
    forger = Signer(checkpoint.origin, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    return files | {"log/checkpoint": sign_checkpoint(checkpoint, forger)}


def other_log(files):
    def rename(manifest):
        manifest["log"]["origin"] = "vote.example.org/assemblies/other"

    return edited(files, bundle.MANIFEST, rename)


def other_tile(files):
    path = next(path for path in files if path.startswith("log/tile/0/"))
    return files | {path: flipped(files[path], 40, 1)}


def no_tile(files):
    return {path: data for path, data in files.items() if not path.startswith("log/tile/0/")}


def other_entry(files):
    path = next(path for path in files if path.startswith("log/tile/entries/"))
    return files | {path: files[path].replace(b'"type":"close"', b'"type":"clone"')}


def ballot_after_close(files):
    return relogged(files, lambda entries: entries.insert(-1, entries.pop(1)))


def two_results(files):
    return relogged(files, lambda entries: entries.append(entries[-1]))


def other_notice(files):
    def retitle(notice):
        notice["agenda"]["title"] += "（改）"

    return edited(files, "notice.json", retitle)


def other_area(files):
    return files | {"roster.json": files["roster.json"].replace(b"893700", b"893701", 1)}


def other_register_entry(files):
    def rewrite(items):
        entry = canonical.decode(base64.b64decode(items[0]["entry"]))
        entry["at"] = "2026-01-01T00:00:00Z"
        items[0]["entry"] = base64.b64encode(canonical.encode(entry)).decode()

    return edited(files, ENTRIES, rewrite)


def other_register_index(files):
    def move(items):
        items[-1]["index"] -= 1

    return edited(files, ENTRIES, move)


def without(kind):
    def drop(items):
        items[:] = [
            item
            for item in items
            if canonical.decode(base64.b64decode(item["entry"]))["type"] != kind
        ]

    return lambda files: edited(files, ENTRIES, drop)


def other_words(files):
    """What the roster is said to rest on, changed afterwards."""
    return edited(files, bundle.ORIGIN, lambda said: said.update(basis="另一份依据"))


def one_ballot_gone(files):
    """The operator drops a ballot; the register still pins the log as it was closed."""
    return relogged(files, lambda entries: entries.pop(1))


def other_result(files):
    def turn(result):
        result["items"][0]["carried"] = not result["items"][0]["carried"]

    return edited(files, "result.json", turn)


def other_result_pinned(files):
    """The operator publishes another result and pins it in a log written anew."""
    changed = other_result(files)
    digest = canonical.digest(changed["result.json"])

    def pin(entries):
        entries[-1] = canonical.encode(canonical.decode(entries[-1]) | {"result": digest})

    return relogged(changed, pin)


def other_certificate(files):
    return files | {"certificate.pdf": files["certificate.pdf"] + b"\n"}


def other_opening(files):
    def resalt(openings):
        openings["ballots"][0]["salt"] = base64.b64encode(bytes(32)).decode()

    return edited(files, OPENINGS, resalt)


def no_opening(files):
    return edited(files, OPENINGS, lambda openings: openings["ballots"].pop())


def stuffed_ballot(files):
    """The operator replaces a ballot by one he signed himself, and commits to it."""
    place, data = next(
        (place, Evidence(files).ballot_openings[place].data)
        for place, entry in enumerate(Evidence(files).entries)
        if entry["type"] == PHONE
    )
    envelope = canonical.decode(data)
    payload = base64.b64decode(envelope["payload"])
    forged = Handset().seal(envelope["payloadType"], payload).to_bytes()
    commitment = Opening(bytes(32), forged).commitment

    def reopen(openings):
        for opening in openings["ballots"]:
            if opening["index"] == place:
                opening["salt"] = base64.b64encode(bytes(32)).decode()
                opening["data"] = base64.b64encode(forged).decode()

    def commit(entries):
        entries[place] = canonical.encode(
            canonical.decode(entries[place]) | {"commitment": commitment}
        )

    return edited(relogged(files, commit), OPENINGS, reopen)


def late_ballot(files):
    def postdate(entries):
        entries[1] = canonical.encode(canonical.decode(entries[1]) | {"at": "2026-03-25T10:00:01Z"})

    return relogged(files, postdate)


def no_key(files):
    return edited(files, OPENINGS, lambda openings: openings["keys"].pop())
