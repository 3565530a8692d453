"""Mutation testing asks only what reaches a change: the lines of both are told rightly."""

from tests.mutations import mutations
from tests.reached import lines_reached

SOURCE = """\
LIMIT = 1

def more(number):
    if (
        number
        > LIMIT
    ):
        return number + 2
    return 3
"""


def test_a_change_knows_the_lines_of_its_statement():
    told = {(change.was, change.now): change.lines for change in mutations(SOURCE)}
    assert told["number > LIMIT", "number >= LIMIT"] == range(4, 9)
    assert told["number + 2", "number - 2"] == range(8, 9)
    assert told["3", "4"] == range(9, 10)


def test_lines_are_reached_only_where_the_program_goes():
    module = {}
    exec(compile(SOURCE, "more.py", "exec"), module)  # noqa: S102 - ours
    for number, answer, last in ((1, 3, 9), (2, 4, 8)):
        said, reached = lines_reached(["more.py"], module["more"], number)
        assert said == answer
        assert max(reached["more.py"]) == last
    assert 8 not in lines_reached(["more.py"], module["more"], 1)[1]["more.py"]


def test_what_importing_reaches_is_told_too():
    _, reached = lines_reached(["more.py"], exec, compile(SOURCE, "more.py", "exec"), {})
    assert reached["more.py"] >= {1, 3}
    assert reached["more.py"].isdisjoint(range(4, 10))
