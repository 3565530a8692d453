"""The offline check of a bundle: what it passes, and that nothing altered passes it."""

import base64
import inspect
import re
import shutil
import struct
import zipfile
from io import BytesIO
from random import Random
from zlib import crc32

import pytest

from api.cli.offline import verify_file
from tests.conftest import MovingClock
from tests.voting.outcome import forgery
from tests.voting.outcome.both import UNNAMED, verify_bundle
from tests.voting.outcome.forgery import ENTRIES, OPENINGS, edited, flipped, relogged, zipped
from tests.voting.world import World, choices
from voting.box.paper import PaperBallot
from voting.infra.database import Database
from voting.kernel import canonical
from voting.outcome import bundle, verify
from voting.outcome.bundle import Level
from voting.outcome.evidence import Evidence

_SEED = 20_260_325
_FLIPS_IN_EACH_FILE = 24
_LOCAL_HEADER, _CENTRAL_HEADER, _END = 30, 46, 22


@pytest.fixture(scope="session")
def bundles(open_stage, tmp_path_factory):
    """Both bundles of a small certified assembly, each written twice."""
    path, stage = open_stage
    copy = tmp_path_factory.mktemp("certified") / "certified.db"
    shutil.copyfile(path, copy)
    database = Database(f"sqlite:///{copy}")
    clock = MovingClock()
    clock.moment = stage.clock.moment
    world = World(
        database,
        clock,
        roster_id=stage.roster_id,
        assembly_id=stage.assembly_id,
        phones=dict(stage.phones),
    )
    for name, units in {
        "zhang": ["1-1-101", "1-1-202", "B1-1-001"],
        "li": ["1-1-102", "1-1-201"],
        "liu": ["1-2-102"],
        "shop": ["2-1-101"],
    }.items():
        clock.advance(minutes=5)
        world.cast(name, units)
    paper = PaperBallot("0001", ("2-1-102", "B1-1-002"), choices("oppose"), "")
    for clerk in ("k1", "k2"):
        world.box.enter_paper(world.assembly_id, paper, by=clerk)
    # A phone replaced after it voted leaves a revocation in the bundle.
    clock.advance(minutes=5)
    world.enrol("zhang")
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    written = {
        level: [world.outcomes.bundle(world.assembly_id, level) for _ in range(2)]
        for level in UNNAMED
    }
    database.close()
    return written


@pytest.fixture(scope="session")
def public(bundles):
    return bundles[Level.PUBLIC][0]


@pytest.fixture(scope="session")
def supervised(bundles):
    return bundles[Level.SUPERVISED][0]


def failing(data):
    """Numbers of the checks that found a problem."""
    return [finding.number for finding in verify_bundle(data) if finding.problems]


def regions(data):
    """Places of every part of the zip: contents by file, local and central headers, end record."""
    parts = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        start = archive.start_dir
        for entry in archive.infolist():
            name = len(entry.filename)
            content = entry.header_offset + _LOCAL_HEADER + name
            parts["local header", entry.filename] = range(entry.header_offset, content)
            parts["content", entry.filename] = range(content, content + entry.file_size)
            parts["central header", entry.filename] = range(start, start + _CENTRAL_HEADER + name)
            start += _CENTRAL_HEADER + name
    parts["end record", ""] = range(start, len(data))
    return parts


@pytest.mark.parametrize("level", UNNAMED)
def test_an_untouched_bundle_passes_every_check_of_its_level(bundles, level):
    findings = verify_bundle(bundles[level][0])

    assert [finding.number for finding in findings] == list(range(1, 15))
    assert [finding.problems for finding in findings] == [()] * 14
    performed = {finding.number for finding in findings if finding.performed}
    assert performed == set(range(1, 15 if level is Level.SUPERVISED else 12))


@pytest.mark.parametrize("level", UNNAMED)
def test_one_content_has_one_byte_sequence(bundles, level):
    first, second = bundles[level]

    assert first == second
    assert bundle.write(bundle.read(first)) == first
    assert zipped(bundle.read(first)) == first


def test_the_public_bundle_opens_no_ballot_and_no_key(public, supervised):
    open_to_all, kept = bundle.read(public), bundle.read(supervised)

    assert kept.keys() - open_to_all.keys() == {OPENINGS, bundle.ORIGIN}
    assert Evidence(open_to_all).registered("device-key") == []
    for opening in Evidence(kept).ballot_openings.values():
        assert opening.data not in public
        assert base64.b64encode(opening.salt) not in public


def test_the_parts_cover_the_whole_zip(supervised):
    places = sorted(place for part in regions(supervised).values() for place in part)

    assert places == list(range(len(supervised)))
    assert len(regions(supervised)["end record", ""]) == _END


def test_no_flipped_byte_passes_or_crashes_the_check(supervised):
    chance = Random(_SEED)
    flips = {
        (kind, path, place)
        for (kind, path), part in regions(supervised).items()
        for place in chance.sample(part, min(_FLIPS_IN_EACH_FILE, len(part)))
    }
    assert len(flips) >= 300

    for kind, path, place in sorted(flips):
        assert failing(flipped(supervised, place, chance.randrange(1, 256))), (kind, path, place)


@pytest.mark.parametrize("path", [bundle.MANIFEST, "log/checkpoint"])
def test_no_byte_of_the_root_of_trust_is_unwatched(supervised, path):
    chance = Random(_SEED)

    for kind in ("local header", "content", "central header"):
        for place in regions(supervised)[kind, path]:
            mask = chance.randrange(1, 256)
            assert failing(flipped(supervised, place, mask)), (kind, place)


def test_every_bit_of_a_central_header_and_of_the_end_is_watched(supervised):
    """There the reader of zips can be sent anywhere: other sizes, methods, offsets."""
    parts = regions(supervised)
    for part in (parts["central header", "notice.json"], parts["end record", ""]):
        for place in part:
            for bit in range(8):
                assert failing(flipped(supervised, place, 1 << bit)) == [1], (place, bit)


@pytest.mark.parametrize("method", [8, 9, 12, 14, 99])
def test_a_false_compression_method_is_a_finding(supervised, method):
    """Stored bytes read as deflate, bzip2 or LZMA fail each in a way of its own."""
    for part, offset in (("central header", 10), ("local header", 8)):
        changed = bytearray(supervised)
        struct.pack_into("<H", changed, regions(supervised)[part, "roster.json"][offset], method)
        assert failing(bytes(changed)) == [1]


def raw_zip(name, content, copies=1):
    """Write a zip of stored entries by hand, whose list names one place several times."""
    sizes = (crc32(content), len(content), len(content), len(name), 0)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, *sizes) + name + content
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, *sizes, *[0] * 5) + name
    sizes = (copies, copies, len(central) * copies, len(local), 0)
    return local + central * copies + struct.pack("<4s2H2H2LH", b"PK\5\6", 0, 0, *sizes)


def test_a_name_too_long_to_be_written_again_is_a_finding():
    """Read as code page 437, 40000 bytes become 120000 in UTF-8."""
    assert failing(raw_zip(b"\xb1" * 40_000, b"-")) == [1]


def test_a_list_that_names_one_place_many_times_is_refused_unread(monkeypatch):
    """Otherwise a megabyte listed a thousand times would fill the reader's memory."""
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("was read"))
    assert failing(raw_zip(b"a", bytes(10_000), copies=3)) == [1]


@pytest.mark.parametrize("manifest", [b"{ }", b"[]", b"{}"])
def test_a_bundle_without_a_readable_manifest_is_a_finding(manifest):
    assert failing(bundle.write({bundle.MANIFEST: manifest})) == [1]


def test_the_command_reports_a_log_key_it_cannot_read(supervised, tmp_path, capsys):
    """A crash would hide the findings; the same for a manifest that is not canonical."""

    def spoil(manifest):
        manifest["log"]["vkey"] = "no key"

    for data in (
        zipped(edited(bundle.read(supervised), bundle.MANIFEST, spoil)),
        bundle.write({bundle.MANIFEST: b"{ }"}),
    ):
        path = tmp_path / "bundle.zip"
        path.write_bytes(data)
        assert verify_file(path, None) == 1
        assert "核验未通过" in capsys.readouterr().out


@pytest.mark.parametrize("cut", [0, 1, _END, 1000])
def test_a_cut_or_lengthened_bundle_is_a_finding(public, cut):
    assert failing(public[: len(public) - cut - 1]) == [1]
    assert failing(public + bytes(cut + 1)) == [1]


@pytest.mark.parametrize(
    ("number", "tamper"),
    [
        (3, forgery.other_signer),
        (3, forgery.other_log),
        (4, forgery.other_tile),
        (4, forgery.no_tile),
        (4, forgery.other_entry),
        (5, forgery.ballot_after_close),
        (5, forgery.two_results),
        (6, forgery.other_notice),
        (7, forgery.other_area),
        (8, forgery.other_register_entry),
        (8, forgery.other_register_index),
        (9, forgery.without("assembly-opened")),
        (9, forgery.without("roster")),
        (9, forgery.without("roster-version")),
        (9, forgery.other_words),
        (9, forgery.one_ballot_gone),
        (10, forgery.other_result),
        (11, forgery.other_certificate),
        (11, forgery.without("certificate")),
        (12, forgery.other_opening),
        (12, forgery.no_opening),
        (13, forgery.stuffed_ballot),
        (13, forgery.late_ballot),
        (13, forgery.no_key),
        (13, forgery.without("device-key")),
        (14, forgery.other_result),
        (14, forgery.other_result_pinned),
    ],
)
def test_altered_content_with_sound_digests_fails_its_check(supervised, number, tamper):
    files = bundle.read(supervised)
    changed = tamper(files)
    assert changed != files

    found = failing(zipped(changed))

    assert number in found
    assert not {1, 2} & set(found)


def test_a_pinned_false_result_is_caught_only_by_who_may_count(public, supervised):
    """Why supervision matters: without the openings another result cannot be disproved."""
    found = failing(zipped(forgery.other_result_pinned(bundle.read(supervised))))
    seen = failing(zipped(forgery.other_result_pinned(bundle.read(public))))

    assert 14 in found
    assert 14 not in seen
    assert 10 not in found
    assert 11 in seen  # the register still names the result that was certified


def test_files_missing_and_too_many_are_named(public):
    files = bundle.read(public)
    gone = {path: data for path, data in files.items() if path != "roster.json"}

    for changed, name in ((gone, "roster.json"), (files | {"补充说明.txt": b"-"}, "补充说明.txt")):
        first = verify_bundle(zipped(changed))[0]
        assert first.number == 1
        assert any(name in problem for problem in first.problems)


def test_a_digest_that_is_not_the_files_is_named(public):
    files = bundle.read(public) | {"notice.json": b"{}"}

    second = verify_bundle(bundle.write(files))[1]

    assert [problem for problem in second.problems if "notice.json" in problem]


@pytest.mark.parametrize("odd", [None, 7, [], {}, "", [[]], {"type": 1}, "文"])
@pytest.mark.parametrize(
    "path", ["notice.json", ENTRIES, "result.json", "roster.json", OPENINGS, bundle.ORIGIN]
)
def test_odd_shapes_are_findings_not_crashes(supervised, path, odd):
    assert failing(zipped(bundle.read(supervised) | {path: canonical.encode(odd)}))


@pytest.mark.parametrize("odd", [None, 7, [], {}, ""])
def test_odd_values_in_entries_are_findings_not_crashes(supervised, odd):
    """Only the operator can sign such entries; he too must get findings."""
    files = bundle.read(supervised)
    size = len(Evidence(files).log)

    for place in range(size):
        for key in Evidence(files).entries[place]:

            def spoil(entries, place=place, key=key):
                entries[place] = canonical.encode(canonical.decode(entries[place]) | {key: odd})

            assert failing(zipped(relogged(files, spoil))), (place, key)


@pytest.mark.parametrize("odd", [None, 7, [], {}, ""])
def test_odd_values_in_the_register_are_findings_not_crashes(supervised, odd):
    files = bundle.read(supervised)
    for place, proved in enumerate(Evidence(files).register):
        for key in proved.entry:

            def spoil(items, place=place, key=key):
                entry = canonical.decode(base64.b64decode(items[place]["entry"])) | {key: odd}
                items[place]["entry"] = base64.b64encode(canonical.encode(entry)).decode()

            assert 8 in failing(zipped(edited(files, ENTRIES, spoil))), (place, key)


def test_a_key_revoked_at_no_moment_was_not_good_for_ever(supervised):
    """Null is no moment of revocation: nobody had revoked this key."""
    files = bundle.read(supervised)

    def blur(items):
        for item in items:
            entry = canonical.decode(base64.b64decode(item["entry"]))
            if entry["type"] == "device-key-revoked":
                item["entry"] = base64.b64encode(canonical.encode(entry | {"at": None})).decode()

    assert failing(zipped(edited(files, ENTRIES, blur))) == [8, 9, 13]


@pytest.mark.parametrize("odd", [[], {}, None])
def test_an_entry_that_is_no_ballot_is_not_blamed_on_the_ballots(supervised, odd):
    """A type that is a list does not break the comparison of ballots."""
    files = bundle.read(supervised)

    def spoil(entries):
        entries[0] = canonical.encode(canonical.decode(entries[0]) | {"type": odd})

    found = failing(zipped(relogged(files, spoil)))
    assert 5 in found
    assert 12 not in found


def test_the_numbered_table_in_the_module_is_what_is_performed(supervised):
    table = inspect.getdoc(verify)
    numbers = [int(number) for number in re.findall(r"^(\d+)  ", table, re.MULTILINE)]
    assert numbers == [finding.number for finding in verify_bundle(supervised)]
