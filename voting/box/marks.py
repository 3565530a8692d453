"""The marks of a paper ballot sheet: which words stand for which choice."""

from collections.abc import Mapping

from tally.model import Agenda, Choice, Form, Item

_RESOLUTION_MARKS = {
    "同意": Choice.APPROVE,
    "赞成": Choice.APPROVE,
    "反对": Choice.OPPOSE,
    "不同意": Choice.OPPOSE,
    "弃权": Choice.ABSTAIN,
    "随多数": Choice.FOLLOW,
    "从众": Choice.FOLLOW,
    "作废": Choice.VOID,
    "无效": Choice.VOID,
    "": Choice.BLANK,
}
_CHOOSE_ONE_MARKS = {
    "均不选": Choice.NONE_OF_THESE,
    "弃权": Choice.ABSTAIN,
    "作废": Choice.VOID,
    "无效": Choice.VOID,
    "": Choice.BLANK,
}


def question_headings(agenda: Agenda) -> tuple[str, ...]:
    """Column heading of each question: the item id, or ``item:candidate`` in an election."""
    return tuple(
        item.id if candidate is None else f"{item.id}:{item.candidates[candidate].id}"
        for index, candidate in agenda.question_columns()
        for item in (agenda.items[index],)
    )


def marks_of(item: Item) -> Mapping[str, int]:
    """Every word a cell of this item may hold, with its choice code."""
    if item.form is Form.CHOOSE_ONE:
        options = {option.id: Choice.OPTION + at for at, option in enumerate(item.options)}
        return options | {word: int(choice) for word, choice in _CHOOSE_ONE_MARKS.items()}
    return {word: int(choice) for word, choice in _RESOLUTION_MARKS.items()}


def question_marks(agenda: Agenda) -> tuple[Mapping[str, int], ...]:
    """Words of each question, in the order of :func:`question_headings`."""
    of_item = [marks_of(item) for item in agenda.items]
    return tuple(of_item[index] for index, _ in agenda.question_columns())
