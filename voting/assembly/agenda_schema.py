"""JSON Schema (2020-12) of the agenda file, for editors and for other programs."""

from dataclasses import fields
from enum import StrEnum
from typing import Any

from tally.model import MAX_OPTIONS, Form, Kind, Matter, Policies
from voting.assembly.agenda_reader import KEYS_OF_FORM, RESERVED_OPTION_IDS
from voting.assembly.json_reader import ID, MAX_TEXT

_Schema = dict[str, Any]


def agenda_schema() -> _Schema:
    """Describe what :func:`voting.assembly.agenda.parse_agenda` accepts, as far as a schema can.

    Unique ids, the order of the two times and what fits which matter are left to the reader.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "yezhu agenda",
        "description": "业主大会会议议程：表决事项、起止时间与计票规则",
        **_object(
            {
                "title": _TEXT,
                "convener": _TEXT,
                "opens_at": _moment("表决开始"),
                "closes_at": _moment("表决截止"),
                "decision_date": {
                    "type": "string",
                    "format": "date",
                    "description": "决定作出之日，确定适用的法律；默认为截止时间的北京日期",
                },
                "policies": _policies(),
                "items": {"type": "array", "minItems": 1, "items": _item()},
            },
            required=["title", "items"],
        ),
        "anyOf": [{"required": ["closes_at"]}, {"required": ["decision_date"]}],
    }


_TEXT: _Schema = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
_ID: _Schema = {"type": "string", "pattern": f"^{ID.pattern}$"}


def _moment(description: str) -> _Schema:
    form = "ISO 8601 带时区，或 YYYY-MM-DD HH:MM（北京时间）"
    return {"type": "string", "description": f"{description}；{form}"}


def _object(properties: _Schema, required: list[str]) -> _Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _one_of(choices: type[StrEnum], default: StrEnum | None = None) -> _Schema:
    schema: _Schema = {"enum": [choice.value for choice in choices]}
    return schema if default is None else schema | {"default": default.value}


def _list(members: _Schema, at_least: int = 1) -> _Schema:
    return {"type": "array", "minItems": at_least, "uniqueItems": True, "items": members}


def _policies() -> _Schema:
    defaults = Policies()
    properties: _Schema = {}
    for field in fields(Policies):
        default = getattr(defaults, field.name)
        if field.name == "include_kinds":
            listed = [kind.value for kind in Kind if kind in default]
            properties[field.name] = _list(_one_of(Kind)) | {"default": listed}
        elif field.name == "repeat_limit":
            said = "同一房屋最多改投几次，仅用于 last_valid；不写则不限"
            properties[field.name] = {"type": "integer", "minimum": 1, "description": said}
        elif field.name == "lot_seed":
            said = "得票相同而须分先后时抽签所用的种子，投票前随通知公布；不写则留待决定"
            properties[field.name] = _TEXT | {"description": said}
        else:
            properties[field.name] = _one_of(type(default), default)
    return _object(properties, required=[])


def _item() -> _Schema:
    candidate = _object({"id": _ID, "name": _TEXT}, required=["id", "name"])
    option_id = _ID | {"not": {"enum": sorted(RESERVED_OPTION_IDS)}}
    option = _object({"id": option_id, "title": _TEXT}, required=["id", "title"])
    electorate = {
        "include_kinds": _list(_one_of(Kind)),
        "buildings": _list(_TEXT),
        "units": _list(_TEXT),
    }
    item = _object(
        {
            "id": _ID,
            "title": _TEXT,
            "form": _one_of(Form),
            "matter": _one_of(Matter),
            "electorate": _object(electorate, required=[]),
            "seats": {
                "type": "integer",
                "minimum": 0,
                "description": "应选委员人数；候补委员单列名单选举的写 0，并写明 alternates",
            },
            "alternates": {"type": "integer", "minimum": 0, "default": 0},
            "candidates": _list(candidate) | {"maxItems": MAX_OPTIONS},
            "options": _list(option, at_least=2) | {"maxItems": MAX_OPTIONS},
        },
        required=["id", "title", "form", "matter"],
    )
    return item | {"allOf": [_only_for(form) for form in Form]}


def _only_for(form: Form) -> _Schema:
    """If an item has this form: the keys it must have, and those of other forms it must not."""
    own = [name for name, owner in KEYS_OF_FORM.items() if owner is form and name != "alternates"]
    foreign = {name: False for name, owner in KEYS_OF_FORM.items() if owner is not form}
    return {
        "if": {"properties": {"form": {"const": form.value}}},
        "then": {"required": own, "properties": foreign},
    }
