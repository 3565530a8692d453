"""From the words on a ballot to the codes that are counted."""

from collections.abc import Mapping
from typing import Any

from tally.model import Agenda, Candidates, Choice, Form, Item
from voting.ballot.refusals import TooManyTicks, UnreadableChoice

_ON_THE_PHONE = {
    "approve": Choice.APPROVE,
    "oppose": Choice.OPPOSE,
    "abstain": Choice.ABSTAIN,
}
# Paper can be left blank, marked twice, or carry the answer "with the majority".
_ON_PAPER = _ON_THE_PHONE | {
    "follow_majority": Choice.FOLLOW,
    "blank": Choice.BLANK,
    "void": Choice.VOID,
}
_BESIDE_OPTIONS = {
    "none_of_these": Choice.NONE_OF_THESE,
    "abstain": Choice.ABSTAIN,
    "blank": Choice.BLANK,
    "void": Choice.VOID,
}


def choice_vector(
    agenda: Agenda, choices: Mapping[str, Any], *, paper: bool = False
) -> tuple[int, ...]:
    """Give the code of each question, in the order of ``agenda.question_columns()``.

    Raises
    ------
    UnreadableChoice
        An item is missing or unknown, or its answer is not one the item offers. A phone cannot
        leave anything blank (domain C-21).
    TooManyTicks
        A phone approves more candidates than the rules allow. A paper that does so is kept as it
        is: the count finds the election on it void (domain C-25).
    """
    _require_same("表决票", choices, [item.id for item in agenda.items])
    codes: list[int] = []
    for item in agenda.items:
        marks = _item_codes(item, choices[item.id], paper=paper)
        if agenda.policies.candidates is Candidates.AT_MOST_SEATS and not paper:
            _require_ticks(item, marks)
        codes.extend(marks)
    return tuple(codes)


def _require_ticks(item: Item, marks: list[int]) -> None:
    ticks = marks.count(Choice.APPROVE)
    if item.form is Form.ELECTION and ticks > item.places:
        raise TooManyTicks(
            f"议题 {item.id} 最多同意 {item.places} 位候选人，您同意了 {ticks} 位，"
            "多了本项即作废；请减少同意的人数后重新签名提交",
            item=item.id,
        )


def _item_codes(item: Item, answer: object, *, paper: bool) -> list[int]:
    marks: Mapping[str, int] = _ON_PAPER if paper else _ON_THE_PHONE
    match item.form, answer:
        case Form.ELECTION, _:
            # One word for all candidates would make a ballot too short to be counted.
            if not isinstance(answer, dict):
                raise UnreadableChoice(f"议题 {item.id} 须对候选人逐一表决", item=item.id)
            names = [candidate.id for candidate in item.candidates]
            _require_same(f"议题 {item.id}", answer, names)
            return [_code(item, marks, answer[name]) for name in names]
        case Form.CHOOSE_ONE, _:
            options = {
                option.id: Choice.OPTION + place for place, option in enumerate(item.options)
            }
            beside = {
                word: code for word, code in _BESIDE_OPTIONS.items() if paper or code in _SAYABLE
            }
            return [_code(item, beside | options, answer)]
        case _:
            return [_code(item, marks, answer)]


_SAYABLE = {Choice.NONE_OF_THESE, Choice.ABSTAIN}


def _code(item: Item, offered: Mapping[str, int], answer: object) -> int:
    if not isinstance(answer, str) or answer not in offered:
        raise UnreadableChoice(f"议题 {item.id} 的选择无法识别", item=item.id)
    return int(offered[answer])


def _require_same(where: str, given: Mapping[str, Any], expected: list[str]) -> None:
    if set(given) != set(expected):
        missing = sorted(set(expected) - set(given))
        surplus = sorted(set(given) - set(expected))
        raise UnreadableChoice(
            f"{where}须逐项作答：缺少 {'、'.join(missing) or '无'}，"
            f"多出 {'、'.join(surplus) or '无'}"
        )
