"""The page that checks a receipt: without network, and no more lenient than ``yezhu receipt``."""

import base64
import json
import shutil
from random import Random

import pytest
from fastapi import FastAPI
from playwright.sync_api import expect

from api import pages
from tests.conftest import MovingClock
from tests.e2e.site import PHONE, running
from tests.voting.box import test_receipt_contents as contents
from tests.voting.box import test_verify as forged
from tests.voting.world import World
from voting.box.verify import find_key, read_file, verify_receipt
from voting.infra.database import Database
from voting.kernel.area import square_metres
from voting.kernel.refusal import Refusal
from voting.ledger.note import Signer

UNITS = ["1-1-101", "1-1-202", "B1-1-001"]
CHECK = """async (files) => {
  const { check } = await import("/static/check.js");
  const { Doubt } = await import("/static/tlog.js");
  const verdict = async (file) => {
    try {
      const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
      const { findings } = await check(bytes);
      return findings.flatMap(({ problems }, index) => (problems.length ? [index + 1] : []));
    } catch (error) {
      if (error instanceof Doubt) return "no receipt";
      throw error;
    }
  };
  return Promise.all(files.map(verdict));
}"""


@pytest.fixture(scope="module")
def answer(migrated_file, tmp_path_factory):
    """What the service answers the third ballot with, as a phone saves it."""
    path = tmp_path_factory.mktemp("receipt") / "yezhu.db"
    shutil.copyfile(migrated_file, path)
    world = World(Database(f"sqlite:///{path}"), MovingClock()).begin().freeze()
    for name in ("li", "liu", "zhang"):
        world.enrol(name)
    world.draft().publish().open()
    world.cast("li", ["1-1-102", "1-1-201"])
    world.cast("liu", ["1-2-102"])
    receipt, envelope = world.cast("zhang", UNITS)
    saved = {
        "log_key": world.ledger.key(world.origin).vkey,
        "receipt": json.loads(envelope.to_bytes()),
        "summary": receipt.summary(),
    }
    world.database.close()
    return saved


@pytest.fixture(scope="module")
def url():
    """The pages alone: there is no service behind them."""
    app = FastAPI()
    app.include_router(pages.routes)
    pages.mount_static(app)
    with running(pages.SecurityHeaders(app)) as url:
        yield url


@pytest.fixture
def offline(page, url):
    """The page, opened, after which the network is gone."""
    opened = page(PHONE)
    opened.goto(f"{url}/receipt")
    expect(opened.get_by_test_id("check")).to_be_visible()
    opened.evaluate("Promise.all(['check', 'tlog'].map((name) => import(`/static/${name}.js`)))")
    opened.context.set_offline(True)
    return opened


def hand_in(offline, content, log_key=""):
    file = {"name": "回执.json", "mimeType": "application/json", "buffer": content}
    offline.get_by_test_id("file").set_input_files(file)
    offline.get_by_test_id("log-key").fill(log_key)
    offline.get_by_test_id("check").click()


def test_an_owner_checks_his_receipt_without_network(offline, answer, tmp_path):
    hand_in(offline, json.dumps(answer, ensure_ascii=False).encode())
    expect(offline.get_by_test_id("verdict")).to_have_text("核验通过")
    credit = offline.get_by_test_id("credit")
    area = square_metres(answer["summary"]["area_cm2"])
    for told in ("1-1-101、1-1-202、B1-1-001", "1 人", f"{area} m²", "第 3 条", "同意"):
        expect(credit).to_contain_text(told)
    expect(offline.get_by_test_id("findings").locator("li")).to_have_count(6)
    expect(offline.get_by_test_id("findings")).not_to_contain_text("不符")
    expect(offline.get_by_test_id("key")).to_have_text(answer["log_key"])
    offline.screenshot(path=tmp_path / "receipt.png", full_page=True)
    offline.get_by_test_id("another").click()
    expect(offline.get_by_test_id("check")).to_be_visible()


def test_an_altered_receipt_is_told_and_nothing_is_credited(offline, answer):
    hand_in(offline, json.dumps(forged.other_text(answer)).encode())
    expect(offline.get_by_test_id("verdict")).to_have_text("核验未通过")
    expect(offline.get_by_test_id("findings")).to_contain_text("回执的签名无效")
    expect(offline.get_by_test_id("credit")).to_have_count(0)


def test_another_key_than_the_files_own_is_not_believed(offline, answer):
    origin = answer["log_key"].split("+")[0]
    hand_in(offline, json.dumps(answer).encode(), Signer(origin, forged.STRANGER).key.vkey)
    expect(offline.get_by_test_id("verdict")).to_have_text("核验未通过")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"%PDF-1.7", forged.DEEP])
def test_what_is_no_receipt_is_said_so(offline, content):
    hand_in(offline, content)
    expect(offline.get_by_role("alert")).to_contain_text("无法核验")


def test_a_page_that_may_not_compute_says_why(offline, answer):
    """By http from another machine a browser lends no cryptography; the page blamed itself."""
    offline.evaluate("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    hand_in(offline, json.dumps(answer).encode())
    expect(offline.get_by_role("alert")).to_contain_text("https")


def test_the_page_says_whose_it_is(offline):
    """Who doubts the service has to doubt its pages as well."""
    expect(offline.locator("footer")).to_contain_text("yezhu receipt")


TAMPERED = (
    "other_summary", "other_text", "by_a_stranger", "for_another_purpose", "other_checkpoint",
    "other_assembly", "other_position", "other_size", "other_path", "other_moment", "other_salt",
    "longer_salt", "other_digest", "other_units",
)  # fmt: skip


def by_python(content):
    """What ``yezhu receipt`` finds."""
    try:
        file = read_file(content)
        findings, credited = verify_receipt(file, find_key(file, None))
    except Refusal:
        return "no receipt"
    if credited is None:
        return "no receipt"
    return [finding.number for finding in findings if finding.problems]


def test_the_page_finds_what_the_command_finds(offline, answer):
    """Every forgery that a clerk of the operator could sign, and bytes flipped anywhere."""
    chance = Random(20_260_325)
    tampered = [getattr(forged, name) for name in TAMPERED]
    tampered += [contents.anew_as_it_is, *contents.ODD_BALLOTS, *contents.ODD_MOMENTS]
    files = [json.dumps(tamper(answer)).encode() for tamper in tampered]
    files += [json.dumps(answer).encode(), json.dumps(answer["receipt"]).encode()]
    for _ in range(300):
        flipped = bytearray(files[-2])
        flipped[chance.randrange(len(flipped))] ^= chance.randrange(1, 256)
        files.append(bytes(flipped))
    found = offline.evaluate(CHECK, [base64.b64encode(file).decode() for file in files])
    expected = [by_python(file) for file in files]
    assert expected[: len(tampered)] == found[: len(tampered)]
    different = [
        (file, mine, theirs)
        for file, mine, theirs in zip(files, expected, found, strict=True)
        if mine != theirs
    ]
    assert different == []
    assert found[len(tampered)] == []
