"""The certificate: the result as a paper to post in the complex, with its own recount inside.

A PDF/A-3b file that embeds the canonical bytes of ``result.json``. This module turns the result
into lines and cells of text; ``certificate.typ`` lays them out and computes nothing.
"""

import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from voting.kernel import canonical
from voting.kernel.refusal import Refusal
from voting.outcome import chinese
from voting.outcome.chinese import area_text, date_text, heads_text, moment_text
from voting.outcome.correction_lines import correction_lines
from voting.outcome.objection_lines import objection_lines

if TYPE_CHECKING:
    import typst

_TEMPLATE = Path(__file__).with_name("certificate.typ")
_MISSING_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_RUST_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_SHAPELESS = {"Cc", "Cf", "Co", "Cs"}  # control, format, private use, surrogate
_COLUMNS = ("participating", "approve", "oppose", "abstain", "void")


class CertificateUnprintable(Refusal):
    """A name or title holds a character that the certificate's font cannot draw."""

    code = "certificate-unprintable"


class Ballots(TypedDict):
    """How many ballots arrived, by what became of them."""

    phone: int
    paper: int
    void: int
    superseded: int
    late: int


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Everything the certificate states that is not in ``result.json``.

    Moments are aware; digests and ``log_root`` are lower-case hexadecimal SHA-256. ``refused``
    counts ballots turned away unlogged. ``frozen_by`` are the people who signed the roster's
    freeze for the convener and the supervisor; None of a roster from before names were signed.
    ``announce_by`` is the last day for posting (Beijing
    property management regulation, art. 37: within three days).
    """

    number: str
    community: str
    assembly_title: str
    convener: str
    supervisor: str | None
    frozen_by: tuple[str, str] | None
    opens_at: datetime
    closes_at: datetime
    issued_at: datetime
    announce_by: date
    ballots: Ballots
    refused: int
    notice_digest: str
    roster_digest: str
    log_origin: str
    log_size: int
    log_root: str
    verify_url: str
    engine_version: str


def render_certificate(result: dict[str, Any], facts: CertificateFacts) -> bytes:
    """Print the certificate of ``result`` as PDF/A-3b bytes.

    The same arguments give the same bytes: the only clock is ``facts.issued_at``, and the only
    font is the one installed with the package, never one of the host's.

    Parameters
    ----------
    result
        The ``result.json`` object; its canonical bytes are embedded as ``result.json``.
    facts
        What the paper says beside the result.

    Raises
    ------
    CertificateUnprintable
        A character has no shape in the font. Printing around it would issue a certificate with
        a hole in somebody's name, so PDF/A makes it an error and so do we.
    TypeError, ValueError
        ``result`` has no canonical form, or a test in it contradicts its own figures.
    """
    import typst  # noqa: PLC0415 - no other command prints, and all of them have to start fast

    machine = canonical.encode(result)
    paper = _paper(result, facts, canonical.digest(machine))
    compiler = typst.Compiler(_TEMPLATE, font_paths=_fonts(), ignore_system_fonts=True)
    try:
        pdf = compiler.compile(
            sys_inputs={
                "paper": json.dumps(_printable(paper), ensure_ascii=False),
                "result": machine.decode(),
                "qr": _qr_svg(facts.verify_url),
            },
            pdf_standards="a-3b",
            timestamp=facts.issued_at.astimezone(UTC),
        )
    except typst.TypstError as error:
        missing = _MISSING_GLYPH.search(error.message)
        if missing is None:
            raise
        raise _unprintable(missing[1]) from error
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst answered {type(pdf).__name__}, not one PDF")
    return pdf


@cache
def _fonts() -> "typst.Fonts":
    """Read the one font file, so that no host font can slip in."""
    import typst  # noqa: PLC0415 - as in render_certificate

    folder = files("justmytype_intl_cjk") / "fonts" / "ofl" / "notosanssc"
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )


def _qr_svg(url: str) -> str:
    import segno  # noqa: PLC0415 - as in render_certificate

    svg = io.BytesIO()
    segno.make(url, error="m", micro=False).save(svg, kind="svg", border=0, scale=4)
    return svg.getvalue().decode()


def _unprintable(escaped: str) -> CertificateUnprintable:
    text = _RUST_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), escaped)
    points = " ".join(f"U+{ord(letter):04X}" for letter in text)
    # Not str.isprintable: it calls every character younger than this Python unprintable.
    shapeless = any(unicodedata.category(letter) in _SHAPELESS for letter in text)
    shown = points if shapeless else f"“{text}”（{points}）"
    return CertificateUnprintable(
        f"字符{shown}在凭证所用字体中没有字形，凭证未生成。"
        "请核对该字是否为录入错误；确为生僻字的，请联系系统管理单位补充字形",
        characters=points,
    )


def _printable(value: object) -> object:
    """Bring every text inside ``value`` onto one line of visible characters."""
    match value:
        case str():
            return chinese.one_line(value)
        case list():
            return [_printable(element) for element in value]
        case dict():
            return {key: _printable(element) for key, element in value.items()}
        case _:
            return value


def _paper(result: Mapping[str, Any], facts: CertificateFacts, digest: str) -> dict[str, object]:
    """Word the whole paper: what ``certificate.typ`` prints, in its order."""
    items, came = result["items"], facts.ballots
    counts = (came["phone"], came["paper"], came["void"], came["superseded"], came["late"])
    return {
        "number": facts.number,
        "community": facts.community,
        "assembly": facts.assembly_title,
        "convener": facts.convener,
        "supervisor": facts.supervisor,
        "opens": moment_text(facts.opens_at),
        "closes": moment_text(facts.closes_at),
        "issued": moment_text(facts.issued_at),
        "announce_by": date_text(facts.announce_by),
        "electorates": _electorates(items),
        "clauses": chinese.clause_lines(items),
        "corrections": [*_freeze_lines(facts), *correction_lines(result), *objection_lines(result)],
        "doubts_examined": all("depends_on" in item for item in items),
        "ballots": [heads_text(count) for count in (*counts, facts.refused)],
        "items": [_item(number, item) for number, item in enumerate(items, 1)],
        "digests": [
            ["表决结果 result.json", digest],
            ["表决公告（议题、规则、期间）", facts.notice_digest],
            ["业主清册", facts.roster_digest],
            [f"表决日志（{heads_text(facts.log_size)} 条）", facts.log_root],
        ],
        "log_origin": facts.log_origin,
        "verify_url": facts.verify_url,
        "engine": facts.engine_version,
    }


def _freeze_lines(facts: CertificateFacts) -> list[str]:
    """Name the two who made the roster the denominator."""
    if facts.frozen_by is None:
        return []
    convener, supervisor = facts.frozen_by
    return [f"业主清册由召集人（签署人{convener}）、监督单位（签署人{supervisor}）共同签署冻结"]


def _electorates(items: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """List the distinct totals H and A with the items they apply to; most papers have one."""
    numbers: dict[tuple[int, int], list[str]] = {}
    for number, item in enumerate(items, 1):
        total = item["electorate"]
        numbers.setdefault((total["heads"], total["area_cm2"]), []).append(str(number))
    return [
        [
            "全部事项" if len(numbers) == 1 else f"事项 {'、'.join(of_items)}",
            heads_text(heads),
            area_text(area),
        ]
        for (heads, area), of_items in numbers.items()
    ]


def _item(number: int, item: Mapping[str, Any]) -> dict[str, object]:
    """Word one agenda item, whatever its form."""
    rule = item["rule"]
    mark, verdict = chinese.verdict_text(item)
    choices = sorted(item.get("candidates", item.get("options", [])), key=_place)
    return {
        "number": number,
        "title": item["title"],
        "class": chinese.CLASSES.get(rule["class"], rule["class"]),
        "source": rule["source"],
        "mark": mark,
        "verdict": verdict,
        "good": item["carried"],
        "counts": [] if choices else _counts(item),
        "tests": [] if choices else [chinese.test_line(item, name) for name in chinese.TESTS],
        "ranked": item["form"] == "election",
        "choices": [_choice(item, choice) for choice in choices],
        "conditions": chinese.condition_lines(item) if choices else [],
        "notes": chinese.notes(item),
        "variants": chinese.variant_lines(item),
    }


def _counts(block: Mapping[str, Any]) -> list[list[list[str]]]:
    """Print total and counts by heads and by area: two rows of ``[figure, share]`` cells.

    Participation is a share of the total; approval, opposition and abstention are shares of
    the participants (Civil Code, art. 278(2)). Void ballots have no base of their own.
    """
    rows = []
    for measure, print_figure in (("heads", heads_text), ("area_cm2", area_text)):
        total = block["electorate"][measure]
        present = block["participating"][measure]
        row = [[print_figure(total), ""]]
        for column, whole in zip(_COLUMNS, (total, present, present, present, 0), strict=True):
            figure = block[column][measure]
            row.append([print_figure(figure), chinese.truncated_percent(figure, whole)])
        rows.append(row)
    return rows


def _choice(item: Mapping[str, Any], choice: Mapping[str, Any]) -> dict[str, object]:
    """Word one candidate of an election or one option of a choose-one item."""
    block = _block(item, choice)
    if item["form"] == "election":
        outcome = chinese.SEATS.get(choice["seat"], choice["seat"])
    else:
        outcome = "选定" if choice["id"] == item.get("winner") else "未选定"
    return {
        "rank": "—" if choice.get("rank") is None else str(choice["rank"]),
        "name": choice.get("name", choice.get("title")),
        "counts": [row[1:] for row in _counts(block)],
        "holds": [chinese.test_line(block, name)[-1] for name in chinese.TESTS],
        "outcome": outcome,
        "good": outcome in {"当选", "选定"},
    }


def _place(choice: Mapping[str, Any]) -> tuple[float, int, int]:
    """Order candidates by rank, then whoever has none by approval; ties keep ballot order."""
    rank, approve = choice.get("rank"), choice["approve"]
    return (inf if rank is None else rank, -approve["heads"], -approve["area_cm2"])


def _block(item: Mapping[str, Any], choice: Mapping[str, Any]) -> dict[str, Any]:
    """Complete one choice's counts with what holds for the whole item."""
    return {"electorate": item["electorate"], "rule": item["rule"], **choice}
