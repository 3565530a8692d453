"""A time stamp over the closing checkpoint, by an authority of our own, asked for and checked."""

from datetime import UTC, datetime

import pytest
from cryptography.x509 import load_pem_x509_certificates

from api.cli.offline import verify_file
from api.cli.timestamps import attach_response, write_request
from tests.authority import Authority
from tests.voting.outcome.both import verify_bundle
from tests.voting.outcome.dossier import Dossier
from tests.voting.outcome.eventful import eventful
from tests.voting.outcome.forgery import flipped, relogged, zipped
from voting.kernel import canonical
from voting.outcome import bundle
from voting.outcome.bundle import Level
from voting.outcome.evidence import Evidence
from voting.outcome.timestamp import StampUnreadable, attach, request, stamps

CLOSED = datetime(2026, 3, 25, 10, 0, 1, tzinfo=UTC)
SOON = datetime(2026, 3, 25, 10, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(params=[Level.PUBLIC, Level.SUPERVISED])
def files(request):
    return dict(eventful()[0][request.param])


def closing(files):
    return Evidence(files).only("assembly-closed").entry["checkpoint"].encode()


def stamped(files, response):
    return bundle.read(attach(files, response))


def found(files, authority):
    return stamps(Evidence(files), load_pem_x509_certificates(authority.root_pem))


def test_a_stamped_bundle_passes_and_says_when_it_was_fixed_at_the_latest(files, authority):
    data = attach(files, authority.stamp(closing(files), SOON))
    assert not [finding for finding in verify_bundle(data) if finding.problems]
    (stamp,) = found(bundle.read(data), authority)
    assert (stamp.authority, stamp.at, stamp.problem) == ("测试时间戳机构", SOON, "")


def test_two_authorities_can_stamp_the_same(files, authority):
    other = Authority("另一机构")
    both = stamped(
        stamped(files, authority.stamp(closing(files), SOON)), other.stamp(closing(files), SOON)
    )
    said = [(each.authority, bool(each.problem)) for each in found(both, authority)]
    assert sorted(said) == [("另一机构", True), ("测试时间戳机构", False)]


def test_the_moment_of_the_close_is_early_enough_and_one_before_is_not(files, authority):
    (stamp,) = found(stamped(files, authority.stamp(closing(files), CLOSED)), authority)
    assert stamp.problem == ""
    before = CLOSED.replace(second=0)
    (stamp,) = found(stamped(files, authority.stamp(closing(files), before)), authority)
    assert "早于" in stamp.problem


def test_a_stamp_on_something_else_is_found(files, authority):
    (stamp,) = found(stamped(files, authority.stamp(b"another log", SOON)), authority)
    assert "检查点不符" in stamp.problem


def test_a_ballot_slipped_in_after_the_stamp_is_found(authority):
    """The operator writes log and register anew; the stamp stays with what he had closed."""
    files, phones = eventful()
    dossier = Dossier(
        stamped(files[Level.PUBLIC], authority.stamp(closing(files[Level.PUBLIC]), SOON)), phones
    )
    late = dict(dossier.log[1], commitment="0" * 64)

    def slip_in(d):
        d.log.insert(d.close(), late)
        d.result["ballots"]["phone"] += 1

    forged = dossier.write(notice_bound=slip_in)
    assert not [finding for finding in verify_bundle(forged) if finding.problems]
    (stamp,) = found(bundle.read(forged), authority)
    assert "检查点不符" in stamp.problem


def test_no_flipped_byte_of_an_answer_crashes_the_check(authority):
    files = eventful()[0][Level.PUBLIC]
    response = authority.stamp(closing(files), SOON)
    for place in range(0, len(response), 3):
        changed = flipped(response, place, 1)
        path = f"{bundle.STAMPS}{canonical.digest(changed)}.tsr"
        (stamp,) = found(files | {path: changed}, authority)
        # A version number may be any; whoever the answer names has to have signed it.
        assert stamp.problem or (stamp.authority, stamp.at) == ("测试时间戳机构", SOON)


def test_what_is_no_answer_is_not_attached(files):
    for response in (b"", b"-", b"0\x030\x01"):
        with pytest.raises(StampUnreadable):
            attach(files, response)


def test_an_authority_that_did_not_agree_has_stamped_nothing(files):
    with pytest.raises(StampUnreadable, match="没有同意"):
        attach(files, b"0\x050\x03\x02\x01\x02")  # PKIStatus: rejection


def test_the_request_is_for_the_closing_checkpoint_and_names_nobody(files, authority):
    asked = request(Evidence(files))
    assert bytes.fromhex(canonical.digest(closing(files))) in asked
    assert len(asked) < 100
    assert asked.endswith(b"\x01\x01\xff")  # certReq: only with the certificate can it be checked


def test_the_commands_ask_attach_and_verify(files, authority, tmp_path, capsys):
    plain, asked, answer, out, root = (
        tmp_path / name for name in ("a.zip", "close.tsq", "close.tsr", "b.zip", "root.pem")
    )
    plain.write_bytes(bundle.write(files))
    root.write_bytes(authority.root_pem)
    assert write_request(plain, asked) == 0
    assert asked.read_bytes() == request(Evidence(files))
    answer.write_bytes(authority.stamp(closing(files), SOON))
    assert attach_response(plain, answer, out) == 0
    assert verify_file(out, None, authorities=[root]) == 0
    assert "最迟于 2026年03月25日 18:05（北京时间）已经固定" in capsys.readouterr().out
    assert verify_file(plain, None, authorities=[root]) == 1
    assert "审计包里没有时间戳" in capsys.readouterr().out
    assert verify_file(out, None, authorities=[plain]) == 1
    assert "无法读取" in capsys.readouterr().out
    root.write_bytes(Authority().root_pem)
    assert verify_file(out, None, authorities=[root]) == 1
    assert attach_response(plain, root, out) == 2
    assert write_request(root, asked) == 2


def test_a_bundle_without_a_close_is_a_finding(files, authority, tmp_path, capsys):
    root, spoiled = tmp_path / "root.pem", tmp_path / "a.zip"
    root.write_bytes(authority.root_pem)
    spoiled.write_bytes(zipped(relogged(files, lambda entries: entries.pop())))
    assert verify_file(spoiled, None, authorities=[root]) == 1
    spoiled.write_bytes(zipped(files | {"register/entries.json": b"[]"}))
    assert verify_file(spoiled, None, authorities=[root]) == 1
    assert "没有可读的截止检查点" in capsys.readouterr().out
