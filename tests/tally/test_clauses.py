"""What a certificate prints of policies that have no list of values."""

from tally.clauses import used_policies
from tally.model import DEFAULT_KINDS, Kind, Policies, Repeat


def test_defaults_need_no_clause():
    assert used_policies(Policies()) == []


def test_what_has_no_list_of_values_is_a_clause_too():
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
    [lots] = used_policies(Policies(lot_seed="甲"))
    assert lots == {
        "policy": "lot_seed",
        "value": "甲",
        "clause": "C-26",
        "text": "票数相同而名次有先后之分的，以公布的种子“甲”抽签",
    }
    assert (counted["policy"], counted["clause"]) == ("include_kinds", "C-11")
    assert counted["text"] == "计入表决的房屋用途另有约定"
    assert set(counted["value"]) == {kind.value for kind in kinds}
