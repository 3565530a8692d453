"""One thing has one spelling, typed on a phone or in a sheet."""

import pytest

from voting.roster import spelling


@pytest.mark.parametrize(
    ("spell", "written", "kept"),
    [
        (spelling.place, "１ 号楼", "1号楼"),
        (spelling.place, "1－2—301", "1-2-301"),
        (spelling.personal_name, "张　三", "张三"),
        (spelling.personal_name, "欧阳 娜 娜", "欧阳娜娜"),
        (spelling.personal_name, " Li   Wei ", "Li Wei"),
        (spelling.personal_name, "买买提 · 阿不都", "买买提·阿不都"),
        (spelling.personal_name, "𬍛 䶮", "𬍛䶮"),
        (spelling.identity_number, "１1010519491231 002ｘ", "11010519491231002X"),
        (spelling.title_number, "京（２０２１）朝第 0012345 号", "京(2021)朝第0012345号"),
        (spelling.title_number, "京〔2021〕朝", "京(2021)朝"),
        (spelling.half_width, "\ufeff同意\u200b ", "同意"),
    ],
)  # fmt: skip
def test_one_spelling(spell, written, kept):
    assert spell(written) == kept
    assert spell(kept) == kept


def test_rare_characters_of_names_are_left_alone():
    """NFKC would turn a compatibility character of somebody's name into another one."""
    assert spelling.personal_name("㊣") == "㊣"
