"""A receipt is checked offline: what it passes, and that nothing altered passes it."""

import base64
import inspect
import json
import re
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.cli.receipt import check_receipt
from api.composition import ServiceSigner
from tests.voting.world import LOG_KEY, choices
from voting.box.receipt import PAYLOAD_TYPE
from voting.box.verify import find_key, read_file, verify_receipt
from voting.kernel import canonical, dsse
from voting.kernel.commitment import Opening
from voting.kernel.refusal import Refusal
from voting.ledger.checkpoint import Checkpoint, sign_checkpoint
from voting.ledger.note import Signer
from voting.ledger.proof import LogProof, parse

OPERATOR = Ed25519PrivateKey.from_private_bytes(LOG_KEY)
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture
def answer(open_world):
    """What the service answers the third ballot with, as the phone saves it."""
    world = open_world
    world.cast("li", ["1-1-102", "1-1-201"])
    world.cast("liu", ["1-2-102"])
    receipt, envelope = world.cast("zhang", ["1-1-101", "1-1-202", "B1-1-001"])
    return {
        "log_key": world.ledger.key(world.origin).vkey,
        "receipt": json.loads(envelope.to_bytes()),
        "summary": receipt.summary(),
    }


def said(answer):
    return canonical.decode(base64.b64decode(answer["receipt"]["payload"]))


def signed(answer, changes, key=OPERATOR, payload_type=PAYLOAD_TYPE):
    """Let the operator sign another text: what only he could do."""
    text = said(answer) | changes
    envelope = ServiceSigner(key)(payload_type, canonical.encode(text))
    summary = {name: text[name] for name in answer["summary"]}
    return answer | {"receipt": json.loads(envelope.to_bytes()), "summary": summary}


def failing(answer, log_key=None):
    file = read_file(json.dumps(answer).encode())
    findings, _ = verify_receipt(file, find_key(file, log_key))
    return [finding.number for finding in findings if finding.problems]


def test_an_untouched_receipt_passes_every_check(answer):
    assert failing(answer) == []
    assert failing(answer["receipt"], answer["log_key"]) == []


def other_summary(answer):
    return answer | {"summary": answer["summary"] | {"heads": 2}}


def other_text(answer):
    text = said(answer) | {"heads": 2}
    payload = base64.b64encode(canonical.encode(text)).decode()
    summary = answer["summary"] | {"heads": 2}
    return answer | {"receipt": answer["receipt"] | {"payload": payload}, "summary": summary}


def by_a_stranger(answer):
    return signed(answer, {}, key=STRANGER)


def for_another_purpose(answer):
    return signed(answer, {}, payload_type="application/vnd.yezhu.ballot.v1+json")


def with_proof(answer, edit):
    proof = parse(said(answer)["proof"].encode())
    return signed(answer, {"proof": edit(proof).to_bytes().decode()})


def other_checkpoint(answer):
    """Signed by somebody else under the log's name."""
    origin = answer["log_key"].split("+")[0]

    def forge(proof):
        note = sign_checkpoint(Checkpoint(origin, 4, bytes(32)), Signer(origin, STRANGER))
        return LogProof(proof.index, proof.hashes, note)

    return with_proof(answer, forge)


def other_assembly(answer):
    return signed(answer, {"assembly": "another"})


def other_position(answer):
    return signed(answer, {"position": 2})


def other_size(answer):
    return signed(answer, {"log_size": 9})


def other_path(answer):
    return with_proof(
        answer,
        lambda proof: LogProof(proof.index, (bytes(32), *proof.hashes[1:]), proof.checkpoint_note),
    )


def other_moment(answer):
    return signed(answer, {"received_at": "2026-03-19T00:00:00Z"})


def other_salt(answer):
    return signed(answer, {"salt": base64.b64encode(bytes(32)).decode()})


def longer_salt(answer):
    """The first byte of the ballot moved to the salt hashes to the same."""
    text = said(answer)
    salt, ballot = base64.b64decode(text["salt"]), base64.b64decode(text["ballot"])
    moved = {"salt": salt + ballot[:1], "ballot": ballot[1:]}
    opened = Opening(salt, ballot), Opening(moved["salt"], moved["ballot"])
    assert opened[0].commitment == opened[1].commitment
    return signed(answer, {name: base64.b64encode(moved[name]).decode() for name in moved})


def other_digest(answer):
    return signed(answer, {"ballot_digest": "0" * 64})


def other_units(answer):
    return signed(answer, {"units": ["1-1-101"]})


@pytest.mark.parametrize(
    ("numbers", "tamper"),
    [
        ({1}, other_summary),
        ({2}, other_text),
        ({2}, by_a_stranger),
        ({2}, for_another_purpose),
        ({3, 4}, other_checkpoint),
        ({3, 6}, other_assembly),
        ({4}, other_position),
        ({4}, other_size),
        ({4}, other_path),
        ({5}, other_moment),
        ({5}, other_salt),
        ({5, 6}, longer_salt),
        ({6}, other_digest),
        ({6}, other_units),
    ],
)
def test_an_altered_receipt_fails_exactly_its_checks(answer, numbers, tamper):
    assert set(failing(tamper(answer))) == numbers


def test_another_log_key_is_not_believed(answer):
    origin = answer["log_key"].split("+")[0]
    assert {2, 3, 4} == set(failing(answer, Signer(origin, STRANGER).key.vkey))


def test_no_flipped_byte_passes_or_crashes_the_check(answer):
    chance = Random(20_260_325)
    data = json.dumps(answer["receipt"]).encode()
    key = find_key(read_file(json.dumps(answer).encode()), None)
    for place in chance.sample(range(len(data)), 400):
        changed = bytearray(data)
        changed[place] ^= chance.randrange(1, 256)
        try:
            file = read_file(bytes(changed))
        except Refusal:
            continue
        if file.envelope.to_bytes() == dsse.from_object(answer["receipt"]).to_bytes():
            continue  # a blank between two tokens became another blank
        findings, _ = verify_receipt(file, key)
        assert any(finding.problems for finding in findings), place


DEEP = b'{"receipt":' + b"[" * 600 + b"]" * 600 + b"}"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", b"7", b"\xff\xfe", b'{"receipt":7}', b'{"receipt":{}}',
        b'{"receipt":{},"summary":7}', b"[" * 100_000, DEEP, b'{"receipt":NaN}',
        b'{"receipt":{"payload":1e999}}', b"1" * 5000, b" " * 300_000, b"{\xed\xa0\x80}",
    ],
    ids=lambda data: repr(data[:20]),
)  # fmt: skip
def test_what_is_no_receipt_is_said_so_without_a_crash(tmp_path, capsys, data):
    path = tmp_path / "receipt.json"
    path.write_bytes(data)

    assert check_receipt(path, None) == 2
    assert "无法核验" in capsys.readouterr().err


@pytest.mark.parametrize("odd", [None, 7, -1, True, [], {}, "", "\u0000", [7], {"a": []}])
def test_odd_values_in_a_signed_receipt_are_findings_not_crashes(answer, odd):
    for name, value in said(answer).items():
        found = failing(signed(answer, {name: odd}))
        # Area and head follow from the roster, which a receipt does not hold: the service's word.
        its_word = name in {"area_cm2", "heads"} and type(odd) is int and odd > 0
        assert found or value == odd or its_word, name


def test_a_receipt_with_more_or_less_to_it_is_none(answer):
    assert failing(signed(answer, {"further": 1})) == [1]
    text = said(answer)
    del text["salt"]
    envelope = ServiceSigner(OPERATOR)(PAYLOAD_TYPE, canonical.encode(text))
    assert failing(answer | {"receipt": json.loads(envelope.to_bytes())}) == [1]


def test_the_command_prints_what_was_credited_and_chosen(answer, tmp_path, capsys):
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(answer))

    assert check_receipt(path, None) == 0

    out = capsys.readouterr().out
    for text in (
        "房屋：1-1-101、1-1-202、B1-1-001",
        "面积：164.37 ㎡　人数：1 人",
        "日志位置：第 3 条（当时共 4 条）",
        "议题 1：同意",
        "议题 2：c1 同意，c2 反对，c3 弃权",
        f"议题 3：{choices()['3']}",
        "这把公钥取自回执文件",
        "核验通过",
    ):
        assert text in out
    assert check_receipt(path, answer["log_key"]) == 0
    assert "这把公钥取自回执文件" not in capsys.readouterr().out


def test_an_altered_receipt_prints_its_failure_and_nothing_credited(answer, tmp_path, capsys):
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(other_units(answer)))

    assert check_receipt(path, None) == 1

    out = capsys.readouterr().out
    assert "6. [不符]" in out
    assert "核验未通过：1 项不符" in out
    assert "房屋：" not in out


def test_without_any_log_key_nothing_is_said_to_be_proved(answer, tmp_path, capsys):
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(answer["receipt"]))
    assert check_receipt(path, None) == 2
    assert "log-key-needed" in capsys.readouterr().err
    assert check_receipt(path, "no key") == 2
    assert "malformed-log-key" in capsys.readouterr().err
    assert check_receipt(tmp_path / "nowhere.json", None) == 2


def test_a_receipt_of_the_longest_ballot_can_be_checked(answer):
    """Its signed text is longer than any ballot: the limit for ballots is not for receipts."""
    padded = base64.b64encode(bytes(8000)).decode()
    assert failing(signed(answer, {"ballot": padded})) == [5, 6]


def test_the_numbered_table_in_the_module_is_what_is_performed(answer):
    table = inspect.getmodule(verify_receipt).__doc__
    numbers = [int(number) for number in re.findall(r"^(\d+)  ", table, re.MULTILINE)]
    file = read_file(json.dumps(answer).encode())
    findings, _ = verify_receipt(file, find_key(file, None))
    assert numbers == [finding.number for finding in findings]
