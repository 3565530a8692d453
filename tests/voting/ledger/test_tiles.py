import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.ledger import tiles
from voting.ledger.refusals import TilesDisagree
from voting.ledger.tree import leaf_hash, root_of

SIZES = [0, 1, 255, 256, 257, 600]


def _entries(count):
    return [b"%d" % index for index in range(count)]


def test_paths_are_those_of_go(vectors):
    """Go puts the tile height before the level; C2SP leaves it out."""
    paths = {name: path.replace("tile/8/", "tile/") for name, path in vectors["paths"].items()}
    assert paths == {
        "L0 N0": tiles.tile_path(0, 0),
        "L0 N1000 W5": tiles.tile_path(0, 1000, 5),
        "L0 N273 W112": tiles.tile_path(0, 273, 112),
        "L1 N1234067": tiles.tile_path(1, 1_234_067),
    }


def test_files_of_eight_entries_are_those_of_go(vectors):
    files = tiles.layout([bytes.fromhex(leaf) for leaf in vectors["leaves"]])
    assert {path: content.hex() for path, content in files.items()} == {
        "tile/entries/000.p/8": vectors["entry_bundle_p8"],
        "tile/0/000.p/8": vectors["tile_0_000_p8"],
    }


def test_files_of_70000_entries_are_those_of_go(vectors):
    expected = vectors["big"]
    files = tiles.layout(_entries(expected["size"]))
    hashes = [path for path in files if not path.startswith("tile/entries/")]
    assert len(hashes) == expected["ntiles"]
    for path, description in expected["tiles"].items():
        size, digest = len(files[path]), hashlib.sha256(files[path]).hexdigest()
        assert f"{size} bytes sha256 {digest}" == description
    bundle = hashlib.sha256(files["tile/entries/000"]).hexdigest()
    assert bundle == "94693d5c6d6a0355ec07bac8214516c1ce6a5100b0588f226fd95f26571157d7"

    entries = tiles.read_layout(files, expected["size"])
    assert root_of([leaf_hash(entry) for entry in entries]).hex() == expected["root"]


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (0, []),
        (1, ["tile/entries/000.p/1", "tile/0/000.p/1"]),
        (255, ["tile/entries/000.p/255", "tile/0/000.p/255"]),
        (256, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]),
        (
            257,
            [
                "tile/entries/000",
                "tile/entries/001.p/1",
                "tile/0/000",
                "tile/0/001.p/1",
                "tile/1/000.p/1",
            ],
        ),
    ],
)
def test_only_the_files_of_the_final_size_are_written(size, paths):
    assert list(tiles.layout(_entries(size))) == paths


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read(size):
    entries = _entries(size)
    assert tiles.read_layout(tiles.layout(entries), size) == entries


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_are_read_as_written(entries):
    assert tiles.read_layout(tiles.layout(entries), len(entries)) == entries


def test_the_longest_entry_is_the_longest_a_bundle_can_hold():
    longest = [bytes(65_535)]
    assert tiles.read_layout(tiles.layout(longest), 1) == longest
    with pytest.raises(ValueError, match="at most 65535 bytes"):
        tiles.layout([bytes(65_536)])


@pytest.mark.parametrize("size", [1, 5])
def test_every_flipped_bit_is_noticed(size):
    files = tiles.layout(_entries(size))
    for path, content in files.items():
        for place in range(len(content) * 8):
            changed = bytearray(content)
            changed[place // 8] ^= 1 << place % 8
            with pytest.raises(TilesDisagree):
                tiles.read_layout(files | {path: bytes(changed)}, size)


@pytest.mark.parametrize("size", [255, 256, 257, 600])
def test_a_flipped_byte_in_any_file_is_noticed(size):
    """Ends and a seeded sample of the places of every file."""
    rng = random.Random(20_260_101)
    files = tiles.layout(_entries(size))
    for path, content in files.items():
        last = len(content) - 1
        for place in {0, 1, last, *(rng.randrange(len(content)) for _ in range(5))}:
            changed = bytearray(content)
            changed[place] ^= rng.randrange(1, 256)
            with pytest.raises(TilesDisagree):
                tiles.read_layout(files | {path: bytes(changed)}, size)


@pytest.mark.parametrize("size", SIZES[1:])
def test_a_file_that_is_missing_cut_or_lengthened_is_named(size):
    files = tiles.layout(_entries(size))
    for path, content in files.items():
        without = {other: files[other] for other in files if other != path}
        for damaged in (
            without,
            files | {path: content[:-1]},
            files | {path: content + b"\0"},
            files | {path: b""},
        ):
            with pytest.raises(TilesDisagree) as caught:
                tiles.read_layout(damaged, size)
            assert caught.value.path == path
            assert caught.value.facts == {"path": path, "paths": [path]}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "path", ["checkpoint", "tile/0/003", "tile/0/000.p/3", "tile/entries/x000/000", "tile/9/000"]
)
def test_a_superfluous_file_is_named(size, path):
    with pytest.raises(TilesDisagree) as caught:
        tiles.read_layout(tiles.layout(_entries(size)) | {path: b""}, size)
    assert caught.value.path == path


def test_a_wrong_tile_above_the_first_level_is_named():
    files = tiles.layout(_entries(600))
    files["tile/1/000.p/2"] = bytes(64)
    with pytest.raises(TilesDisagree) as caught:
        tiles.read_layout(files, 600)
    assert caught.value.paths == ["tile/1/000.p/2"]


def test_all_wrong_files_are_named_not_only_the_first():
    files = tiles.layout(_entries(600))
    damaged = {path: b"\0" * len(content) for path, content in files.items() if "/0/" in path}
    with pytest.raises(TilesDisagree) as caught:
        tiles.read_layout(files | damaged, 600)
    assert caught.value.paths == ["tile/0/000", "tile/0/001", "tile/0/002.p/88"]


@pytest.mark.parametrize(
    "bundle",
    [
        pytest.param(b"\0\1a\0\5b", id="a length past the end"),
        pytest.param(b"\0\1a\0\1b\0\1c", id="more entries than the tile is wide"),
        pytest.param(b"\0\1a", id="fewer"),
        pytest.param(b"\0\1a\0", id="half a length"),
        pytest.param(b"\0\1a\0\1b\0", id="trailing bytes"),
    ],
)
def test_a_bundle_holds_exactly_the_entries_of_its_tile(bundle):
    path = "tile/entries/000.p/2"
    with pytest.raises(TilesDisagree) as caught:
        tiles.read_layout(tiles.layout([b"a", b"b"]) | {path: bundle}, 2)
    assert caught.value.path == path


def test_an_absurd_size_is_refused_without_counting_to_it():
    with pytest.raises(TilesDisagree) as caught:
        tiles.read_layout(tiles.layout(_entries(256)), 2**62)
    assert caught.value.path == "tile/entries/001"
    assert len(caught.value.paths) == 20


def test_entries_in_another_order_disagree_with_their_tile():
    entries = _entries(3)
    files = tiles.layout(entries)
    swapped = tiles.layout(entries[::-1])["tile/entries/000.p/3"]
    with pytest.raises(TilesDisagree):
        tiles.read_layout(files | {"tile/entries/000.p/3": swapped}, 3)
