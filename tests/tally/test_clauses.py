"""What a certificate prints of policies that have no list of values."""

from tally.clauses import used_policies
from tally.model import DEFAULT_KINDS, Kind, Policies, Repeat


def test_defaults_need_no_clause():
    assert used_policies(Policies()) == []


def test_so_many_changes_and_other_kinds_are_clauses_too():
    kinds = DEFAULT_KINDS | {Kind.PARKING}
    limit, counted, changes = used_policies(
        Policies(repeat=Repeat.LAST_VALID, repeat_limit=2, include_kinds=kinds)
    )
    assert limit["value"] == "last_valid"
    assert changes == {
        "policy": "repeat_limit",
        "value": 2,
        "clause": "C-18",
        "text": "同一房屋最多改投 2 次，此后的票不再替换",
    }
    assert (counted["policy"], counted["clause"]) == ("include_kinds", "C-11")
    assert counted["text"] == "计入表决的房屋用途另有约定"
    assert set(counted["value"]) == {kind.value for kind in kinds}
