"""The certificate as bytes: what is inside, what is refused."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.voting.outcome.counted import FACTS, choice_of_two, election, opened, resolution, sample
from voting.kernel import canonical
from voting.kernel.refusal import Refusal
from voting.outcome import certificate, chinese
from voting.outcome.certificate import (
    CertificateUnprintable,
    render_certificate,
)


def test_embeds_exactly_the_canonical_bytes_of_the_result():
    pdf = opened(render_certificate(sample(), FACTS))

    assert list(pdf.attachments) == ["result.json"]
    attached = pdf.attachments["result.json"].get_file()
    assert attached.read_bytes() == canonical.encode(sample())
    assert attached.mime_type == "application/json"


def test_both_who_froze_the_roster_are_named_with_their_roles():
    paper = certificate._paper(sample(), FACTS, "0" * 64)
    assert paper["corrections"] == [
        "业主清册由召集人（签署人林召集）、监督单位（签署人高监督）共同签署冻结"
    ]
    before = certificate._paper(sample(), replace(FACTS, frozen_by=None), "0" * 64)
    assert before["corrections"] == []


def test_same_inputs_give_same_bytes_in_another_process():
    """Nothing of the host, the clock or hash order reaches the file."""
    program = (
        "import runpy, sys\n"
        "here = runpy.run_path(sys.argv[1])\n"
        "pdf = here['render_certificate'](here['sample'](), here['FACTS'])\n"
        "print(here['canonical'].digest(pdf))\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program, __file__], capture_output=True, check=True
    )

    assert canonical.digest(render_certificate(sample(), FACTS)) == there.stdout.decode().strip()


def test_is_pdf_a_3b_with_one_embedded_font_family_dated_when_issued():
    pdf = opened(render_certificate({"items": [resolution()]}, FACTS))

    metadata = pdf.open_metadata()
    assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
    assert metadata["xmp:CreateDate"].startswith("2026-11-20T10:30:05")
    fonts = {
        str(font.BaseFont)
        for page in pdf.pages
        for font in page.Resources.get("/Font", {}).values()
    }
    assert fonts
    assert all("NotoSansSC" in font for font in fonts)


def test_prints_rare_characters_of_names():
    """䶮㛃𬍛 are in the font; a certificate that lost one would not exist at all."""
    names = replace(FACTS, convener="李䶮、赵㛃、陈𬍛", community="𫖯𬱖喆堃㭎小区")

    assert render_certificate({"items": [resolution(title="王𬍛的议题")]}, names)


@pytest.mark.parametrize(
    ("text", "points", "shown"),
    [
        ("王\U000323af", "U+323AF", "\U000323af"),
        ("王😀", "U+1F600", "😀"),
        ("王\ue000", "U+E000", "U+E000"),
        ("王\x01", "U+0001", "U+0001"),
    ],
)
def test_refuses_a_character_without_shape_and_names_it(text, points, shown):
    with pytest.raises(CertificateUnprintable) as refused:
        render_certificate({"items": [resolution(title=text)]}, FACTS)

    assert isinstance(refused.value, Refusal)
    assert refused.value.code == "certificate-unprintable"
    assert refused.value.facts == {"characters": points}
    assert shown in refused.value.detail
    assert points in refused.value.detail


def test_a_refusal_leaves_the_next_certificate_unharmed():
    with pytest.raises(CertificateUnprintable):
        render_certificate({"items": [resolution(title="😀")]}, FACTS)

    assert render_certificate({"items": [resolution()]}, FACTS).startswith(b"%PDF")


def test_invisible_characters_and_line_breaks_do_not_reach_the_page():
    """A direction override could turn the figures beside it around."""
    assert chinese.one_line("甲\u202e乙\u200b丙\ufeff\n\t丁　戊") == "甲乙丙 丁 戊"


def test_typst_markup_in_a_title_is_only_text():
    title = '#import "x.typ": * $a$ *粗* \\ "引号" @preview'

    assert render_certificate({"items": [resolution(title=title)]}, FACTS)


def test_long_titles_and_thirty_candidates_fit():
    long_title = "关于使用建筑物及其附属设施的维修资金更换电梯并改造单元门禁的议题" * 8
    items = [resolution(title=long_title), election(30), choice_of_two("B")]

    pdf = opened(render_certificate({"items": items}, FACTS))

    assert 4 <= len(pdf.pages) <= 5


def test_needs_no_supervisor():
    assert render_certificate({"items": [resolution()]}, replace(FACTS, supervisor=None))


def test_loads_no_typesetter_until_it_prints():
    """Every command imports this package; only one of them prints."""
    program = (
        "import sys, json, voting.outcome.certificate\n"
        "print(json.dumps([name for name in ('typst', 'segno') if name in sys.modules]))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert json.loads(run.stdout) == []
