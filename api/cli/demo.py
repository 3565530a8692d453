"""The whole main job on a synthetic roster, over HTTP against a real server.

The story takes 42 days; the server's clock is moved for it (``InsecureShiftedClock``): the roster
is published 42 days ago, the notice goes out 25 days ago, the vote runs a week ago, and it is
counted today.
"""

import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

import httpx2
from rich.console import Console
from rich.progress import Progress

from api.cli import demo_freeze
from api.cli.demo_ballots import DemoBallot, demo_agenda, demo_ballots, named_choices
from api.cli.demo_people import People
from api.cli.demo_report import (
    print_reconciliation,
    print_refusals,
    print_result,
    print_turnout,
)
from api.cli.demo_roster import SEED, demo_roster
from api.cli.phone import Phone, insist
from api.cli.server_process import ServerProcess
from api.deployment import Deployment
from api.setup import build_schema, create_administrator, start_register
from tally.model import Agenda
from voting.assembly.agenda import parse_agenda
from voting.assembly.clocks import earliest_opening
from voting.kernel import canonical, dsse
from voting.kernel.clock import system_clock
from voting.ledger.proof import parse as parse_proof
from voting.outcome import bundle
from voting.outcome.evidence import Evidence
from voting.roster.model import Roster
from voting.roster.workbook import roster_workbook

COMMUNITY = "幸福家园"
_MARKER = ".yezhu-demo"
_ROSTER_AGO = timedelta(days=42)
_NOTICE_AGO = timedelta(days=25)
_VOTE_AGO = timedelta(days=7)
_CLOSE_AGO = timedelta(hours=1)
_PHONES_AT_ONCE = 4
_ANSWER_SECONDS = 120
"""Only a server that hangs is given up: a busy machine may take long for every answer."""
_STAFF = {
    "convener": ("林召集", "convener"),
    "clerk1": ("钱录入", "clerk"),
    "clerk2": ("唐录入", "clerk"),
    "supervisor": ("高监督", "supervisor"),
}


def run(output: Path, seed: int) -> int:
    """Play the demonstration; 0 if every step did what it promises."""
    console = Console()
    if output.exists() and not (output / _MARKER).exists():
        console.print(f"{output} 已存在且不是演示目录，请换一个目录或先移走它")
        return 2
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    (output / _MARKER).touch()
    return _Demo(console, output, seed).play()


class _Demo:
    def __init__(self, console: Console, output: Path, seed: int) -> None:
        self.console = console
        self.output = output
        self.seed = seed
        self.data = output / "data"
        self.server = ServerProcess(self.data, output / "server.log")
        self.receipts: list[dict[str, Any]] = []
        self.refused: list[tuple[str, dict[str, Any]]] = []
        self.assembly = ""
        self._lock = Lock()
        # By identity number: phones with their owners' units, and who is enrolling just now.
        self._phones: dict[str, tuple[Phone, list[dict[str, Any]]]] = {}
        self._enrolling: dict[str, Lock] = {}

    def play(self) -> int:
        self.step("写出仿真业主清册")
        roster = demo_roster(self.seed)
        (self.output / "roster.xlsx").write_bytes(roster_workbook(roster, f"{COMMUNITY}业主清册"))
        administrator = self.initialise()
        with self.server:
            self.server.start(-_ROSTER_AGO)
            self.appoint(administrator)
            self.publish_roster(roster)
            self.server.stop()
            self.server.start(-_NOTICE_AGO)
            self.freeze()
            self.prepare()
            self.server.stop()
            self.server.start(-_VOTE_AGO)
            self.vote(roster)
            self.server.stop()
            self.server.start()
            self.finish()
        return self.check()

    def step(self, text: str) -> None:
        self.console.print(f"[bold]▶ {text}[/bold]")

    def initialise(self) -> str:
        self.step("初始化部署（SQLite，本机密钥），建立第一个管理员")
        Deployment.create(self.data, "demo.yezhu.example")
        build_schema(self.data)
        start_register(self.data)
        return create_administrator(self.data, "admin", "系统管理员")

    def appoint(self, one_time_password: str) -> None:
        """Let the administrator create the other accounts; everyone sets a password."""
        passwords = {"admin": _set_password(self.server.url, "admin", one_time_password)}
        people = People(Random(SEED + 1))  # noqa: S311 - invented, and the same every time
        with self.signed_in("admin", passwords["admin"]) as http:
            for username, (name, role) in _STAFF.items():
                paper = people.person(name)
                answer = http.post(
                    "/v1/staff",
                    json={
                        "username": username,
                        "name": name,
                        "role": role,
                        "id_type": paper.id_type.value,
                        "id_number": paper.id_number,
                    },
                )
                first = answer.raise_for_status().json()["one_time_password"]
                passwords[username] = _set_password(self.server.url, username, first)
        accounts = self.output / "accounts.txt"
        accounts.touch(mode=0o600)
        accounts.write_text("".join(f"{name}\t{word}\n" for name, word in passwords.items()))
        self.passwords = passwords

    def publish_roster(self, roster: Roster) -> None:
        """Import the roster, show it to the owners, and let one of them object."""
        with self.signed_in("convener") as http:
            self.step("导入业主清册并对账，公示十六日")
            sheet = (self.output / "roster.xlsx").read_bytes()
            imported = http.post(
                "/v1/rosters",
                data={"community": COMMUNITY},
                files={"file": ("roster.xlsx", sheet)},
            ).raise_for_status().json()  # fmt: skip
            print_reconciliation(self.console, imported["reconciliation"])
            self.roster_id = imported["roster"]["roster_id"]
            demo_freeze.publish(http, self.roster_id, system_clock() - _NOTICE_AGO)
        with _client(self.server.url) as http:
            unit, self.objection = demo_freeze.object_to(http, self.roster_id, roster)
        self.console.print(f"  {unit} 的业主证明身份，提出异议 {self.objection}")

    def freeze(self) -> None:
        """Answer the objection, then freeze with the signatures of two people."""
        self.step("异议期满：答复异议，召集人签署、监督单位确认，冻结清册")
        with self.signed_in("convener") as convener, self.signed_in("supervisor") as supervisor:
            frozen = demo_freeze.freeze(
                self.console, convener, supervisor, self.roster_id, self.objection
            )
        self.console.print(f"  已冻结，摘要 {frozen['digest'][:16]}…")

    def prepare(self) -> None:
        with self.signed_in("convener") as http:
            self.step("起草议程，发布会议通知")
            now = system_clock()
            agenda = demo_agenda(earliest_opening(now - _NOTICE_AGO), now - _CLOSE_AGO)
            text = json.dumps(agenda, ensure_ascii=False, indent=2)
            (self.output / "agenda.json").write_text(text + "\n")
            draft = http.post(
                "/v1/assemblies", json={"roster_id": self.roster_id, "agenda": agenda}
            )
            self.assembly = draft.raise_for_status().json()["id"]
            published = http.post(f"{self.path}/notice").raise_for_status().json()
            self.console.print(
                f"  业主大会 {self.assembly}，通知摘要 {published['notice_digest'][:16]}…"
            )

    def vote(self, roster: Roster) -> None:
        self.step("开启投票：登记设备密钥，经 HTTP 投签名的表决票")
        with self.signed_in("convener") as http:
            http.post(f"{self.path}/open").raise_for_status()
        self.console.print(
            f"  监督看板 {self.server.url}/board（账号见 {self.output}/accounts.txt）"
        )
        with _client(self.server.url) as http:
            raw = http.get(f"{self.path}/notice").raise_for_status().content
        self.notice, self.notice_digest = json.loads(raw), canonical.digest(raw)
        agenda = parse_agenda(json.dumps(self.notice["agenda"]).encode())
        cast = demo_ballots(roster, agenda, self.seed)
        phones = [ballot for ballot in cast if ballot.channel == "phone"]
        papers = [ballot for ballot in cast if ballot.channel == "paper"]
        with Progress(console=self.console) as progress:
            self.cast_phones(agenda, phones, progress)
            task = progress.add_task("纸质表决票（两人各录一次）", total=len(papers))
            with self.signed_in("clerk1") as one, self.signed_in("clerk2") as two:
                for number, ballot in enumerate(papers, start=1):
                    body = _paper(agenda, ballot, number)
                    for http in (one, two):
                        http.post(f"{self.path}/paper-ballots", json=body).raise_for_status()
                    progress.advance(task)
        self.provoke(agenda, phones[0], phones[1])
        with _client(self.server.url) as http:
            print_turnout(self.console, http.get(f"{self.path}/turnout").json())

    def cast_phones(self, agenda: Agenda, ballots: list[DemoBallot], progress: Progress) -> None:
        """Cast with several phones at once; halfway the server is killed and started again."""
        task = progress.add_task("手机表决票（登记密钥、签名、投出）", total=len(ballots))

        def cast(ballot: DemoBallot) -> None:
            self.cast_one(http, ballot, named_choices(agenda, ballot.choices))
            progress.advance(task)

        with (
            _client(self.server.url) as http,
            ThreadPoolExecutor(_PHONES_AT_ONCE) as pool,
        ):
            casting = [pool.submit(cast, ballot) for ballot in ballots]
            casting[len(ballots) // 2].result()
            self.server.kill()
            progress.console.print("  中途强行终止服务（kill -9），再启动；手机自动重发……")
            self.server.start(-_VOTE_AGO)
            for done in casting:
                done.result()

    def cast_one(self, http: httpx2.Client, ballot: DemoBallot, choices: dict[str, Any]) -> None:
        phone, groups = self.enrolled(http, ballot)
        mine = [
            sorted(unit["unit"] for unit in group["units"])
            for group in groups
            if {unit["unit"] for unit in group["units"]} == set(ballot.unit_keys)
        ]
        signed = phone.ballot(self.notice, self.notice_digest, mine[0], choices)
        answer = insist(http, "POST", f"{self.path}/ballots", content=signed)
        receipt = answer.raise_for_status().json()
        with self._lock:
            self.receipts.append(receipt)

    def enrolled(
        self, http: httpx2.Client, ballot: DemoBallot
    ) -> tuple[Phone, list[dict[str, Any]]]:
        """Give the phone of a ballot's owner, enrolled once, and his units by group."""
        claim = demo_freeze.claim_of(ballot.unit)
        with self._lock:
            enrolling = self._enrolling.setdefault(claim.id_number, Lock())
        with enrolling:
            if claim.id_number not in self._phones:
                phone = Phone(http)
                groups = phone.enrol(self.roster_id, self.notice["roster"]["digest"], claim)
                self._phones[claim.id_number] = phone, groups
        return self._phones[claim.id_number]

    def provoke(self, agenda: Agenda, one: DemoBallot, other: DemoBallot) -> None:
        """Try what must be refused; the late ballot is kept for after the close."""
        choices = named_choices(agenda, one.choices)
        with _client(self.server.url) as http:
            phone = self.enrolled(http, one)[0]

            def signed(by: Phone, notice_digest: str, units: Collection[str]) -> bytes:
                return by.ballot(self.notice, notice_digest, sorted(units), choices)

            good = signed(phone, self.notice_digest, one.unit_keys)
            forged = signed(Phone(http), self.notice_digest, one.unit_keys)
            attempts = {
                "第二次投票": good,
                "另一把密钥的签名": replace(dsse.parse(forged), key_id=phone.key_id).to_bytes(),
                "没有登记的密钥": forged,
                "依据另一份通知": signed(phone, "0" * 64, one.unit_keys),
                "别人的房屋": signed(phone, self.notice_digest, other.unit_keys),
                "清册上没有的房屋": signed(phone, self.notice_digest, ["99-9-999"]),
                "被截断": good[:-20],
                "不是规范写法": good.replace(b",", b", ", 1),
                "超过 8 kB": good + b" " * dsse.MAX_BYTES,
            }
            for name, data in attempts.items():
                self.refused.append((name, http.post(f"{self.path}/ballots", content=data).json()))
            self.late = signed(phone, self.notice_digest, one.unit_keys)

    def finish(self) -> None:
        self.step("截止后：迟到的表决票被拒，结束投票，计票并出具凭证")
        with _client(self.server.url) as http:
            answer = http.post(f"{self.path}/ballots", content=self.late)
            self.refused.append(("截止之后", answer.json()))
        print_refusals(self.console, self.refused)
        with self.signed_in("convener") as http:
            http.post(f"{self.path}/close").raise_for_status()
            number = http.post(f"{self.path}/certificate").raise_for_status().json()["number"]
            self.console.print(f"  凭证编号 {number}")
            for path, name in {
                "result": "result.json",
                "certificate": "certificate.pdf",
                "bundle": "audit-bundle-public.zip",
                "supervised-bundle": "audit-bundle.zip",
                "ballots.csv": "ballots.csv",
            }.items():
                answer = http.get(f"{self.path}/{path}").raise_for_status()
                (self.output / name).write_bytes(answer.content)

    def check(self) -> int:
        """Verify everything offline, each in a process of its own."""
        failed = 0
        for name in ("audit-bundle.zip", "audit-bundle-public.zip"):
            self.step(f"独立进程离线核验 {name}")
            failed += _command("verify", str(self.output / name))
        self.step("独立进程由三个文件重新计票，与服务的结果比对")
        recounted = self.output / "recount.json"
        failed += _command(
            "recount", "--roster", str(self.output / "roster.xlsx"),
            "--ballots", str(self.output / "ballots.csv"),
            "--agenda", str(self.output / "agenda.json"), "--out", str(recounted),
        )  # fmt: skip
        result = json.loads((self.output / "result.json").read_bytes())
        same = json.loads(recounted.read_bytes())["items"] == result["items"]
        self.console.print("  结果逐项一致" if same else "  [red]结果不一致[/red]")
        lost = self.lost_receipts()
        self.console.print(f"  {len(self.receipts)} 张回执都在日志中" if not lost else
                           f"  [red]{lost} 张回执不在日志中[/red]")  # fmt: skip
        expected = all(
            answer.get("type", "").startswith("/problems/") for _, answer in self.refused
        )
        print_result(self.console, result)
        self.console.print(f"产物在 {self.output}/：certificate.pdf、result.json、audit-bundle.zip")
        self.console.print("用 make serve 打开业主页与监督看板。")
        return 0 if not failed and same and not lost and expected else 1

    def lost_receipts(self) -> int:
        """Count receipts whose entry is not at its place in the final log."""
        evidence = Evidence(bundle.read((self.output / "audit-bundle.zip").read_bytes()))
        lost = 0
        for answer in self.receipts:
            envelope = dsse.from_object(answer["receipt"])
            receipt = canonical.decode(envelope.payload)
            entry = dsse.strict_base64(receipt["entry"])
            parse_proof(receipt["proof"].encode()).verify(entry, evidence.log_key)
            lost += evidence.log[receipt["position"]] != entry
        return lost

    @property
    def path(self) -> str:
        return f"/v1/assemblies/{self.assembly}"

    @contextmanager
    def signed_in(self, username: str, password: str | None = None) -> Iterator[httpx2.Client]:
        with _client(self.server.url) as http:
            word = password or self.passwords[username]
            _sign_in(http, username, word)
            yield http


def _client(url: str) -> httpx2.Client:
    return httpx2.Client(base_url=url, timeout=_ANSWER_SECONDS)


def _sign_in(http: httpx2.Client, username: str, password: str) -> None:
    body = {"username": username, "password": password}
    http.post("/v1/session", json=body).raise_for_status()


def _set_password(url: str, username: str, one_time: str) -> str:
    password = secrets.token_urlsafe(12)
    with _client(url) as http:
        _sign_in(http, username, one_time)
        body = {"old": one_time, "new": password}
        http.post("/v1/session/password", json=body).raise_for_status()
    return password


def _paper(agenda: Agenda, ballot: DemoBallot, number: int) -> dict[str, Any]:
    return {
        "serial": f"{number:04d}",
        "units": sorted(ballot.unit_keys),
        "choices": named_choices(agenda, ballot.choices),
        "void_reason": ballot.void_reason,
    }


def _command(*arguments: str) -> int:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "api.cli", *arguments], check=False
    ).returncode
