"""Check digits of the identity numbers that a roster carries.

A wrong check digit is a typing error found before it becomes a wrong head. Whether a district
code existed in the year of birth is not asked: lawful numbers fail that test.
"""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from voting.roster import spelling
from voting.roster.model import IdType

ID_TYPES: dict[str, IdType] = {
    **{kind.value: kind for kind in IdType},
    "居民身份证": IdType.RESIDENT,
    "二代身份证": IdType.RESIDENT,
    "营业执照": IdType.CREDIT_CODE,
    "信用代码": IdType.CREDIT_CODE,
    "社会信用代码": IdType.CREDIT_CODE,
    "港澳通行证": IdType.HONG_KONG_MACAO,
    "回乡证": IdType.HONG_KONG_MACAO,
    "台胞证": IdType.TAIWAN,
    "外国人永久居留证": IdType.PERMANENT_RESIDENT,
}
"""Every accepted way of writing 证件类型."""

# GB 11643-1999: weights of the first 17 digits, and the check character of each remainder.
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_LEGACY_RESIDENT = re.compile(r"[0-9]{15}")
_LENGTH = 18
_FIRST_YEAR = 1850
_FEBRUARY = 2
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int32)

# GB 32100-2015: no I, O, S, V, Z; the weights are 3**i mod 31.
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_VALUES = {character: value for value, character in enumerate(_CODE_ALPHABET)}
_CODE_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
# By region of the country; 83 stands on residence permits of people from Taiwan, 91 is abroad.
# Only the province is asked: lawful numbers carry districts that have long been renamed.
PROVINCES = frozenset(
    str(region * 10 + place)
    for region, last in ((1, 5), (2, 3), (3, 7), (4, 6), (6, 5), (7, 1), (8, 3), (9, 1))
    for place in range(1, last + 1)
) | {"50", "51", "52", "53", "54"}
"""First two digits of resident numbers (GB/T 2260)."""

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CODE = re.compile(f"[{_CODE_ALPHABET}]{{18}}")

# What Excel shows for a long number, and saves as CSV.
_EXPONENT = re.compile(r"[0-9]\.[0-9]+E\+[0-9]{2}")

_OTHER_NUMBER = re.compile(r"[0-9A-Z()/.-]{4,40}")


def resident_check(first_17: str) -> str:
    """Check character of a resident identity number (GB 11643).

    >>> resident_check("11010519491231002")
    'X'
    """
    total = sum(map(int.__mul__, _RESIDENT_WEIGHTS, map(int, first_17)))
    return _RESIDENT_CHECKS[total % 11]


def credit_check(first_17: str) -> str:
    """Check character of a unified social credit code (GB 32100).

    >>> credit_check("91350100M000100Y4")
    '3'
    """
    values = (_CODE_VALUES[character] for character in first_17)
    total = sum(map(int.__mul__, _CODE_WEIGHTS, values))
    return _CODE_ALPHABET[-total % 31]


def read_number(id_type: IdType, text: str) -> tuple[str, str | None]:
    """Normalise an identity number and say what is wrong with it.

    Returns
    -------
    tuple
        The number as it is kept (a 15-digit resident number becomes its 18-digit form, which
        names the same person), and a Chinese message, or None if the number is sound.
    """
    number = spelling.identity_number(text)
    if _EXPONENT.fullmatch(number) is not None:
        return number, "已被 Excel 写成科学计数法而损坏，请按原件重新填写"
    match id_type:
        case IdType.RESIDENT:
            return _read_resident(number)
        case IdType.CREDIT_CODE:
            return number, _credit_fault(number)
        case _:
            if _OTHER_NUMBER.fullmatch(number) is None:
                return number, "证件号码应为 4 至 40 位字母或数字"
            return number, None


def sound_residents(numbers: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which spelled numbers are sound 18-digit resident numbers, all of them at once.

    The others are not thereby wrong: :func:`read_number` says what they are.

    Returns
    -------
    NDArray[np.bool_]
        Shape ``(len(numbers),)``.
    """
    sound = np.zeros(len(numbers), dtype=np.bool_)
    likely = [at for at, text in enumerate(numbers) if len(text) == _LENGTH and text.isascii()]
    if not likely:
        return sound
    joined = "".join([numbers[at] for at in likely]).encode("ascii")
    digits = np.frombuffer(joined, dtype=np.uint8).reshape(-1, _LENGTH).astype(np.int32) - ord("0")
    first_17 = digits[:, :-1]
    numeric = ((first_17 >= 0) & (first_17 <= 9)).all(axis=1)  # noqa: PLR2004 - a digit
    checks = np.array([ord(check) - ord("0") for check in _RESIDENT_CHECKS])
    right = digits[:, -1] == checks[(first_17 @ np.array(_RESIDENT_WEIGHTS)) % len(checks)]
    year, month, day = (
        first_17[:, part] @ np.array([1000, 100, 10, 1][-(part.stop - part.start) :])
        for part in (slice(6, 10), slice(10, 12), slice(12, 14))
    )
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = _DAYS[np.clip(month, 0, 12)] + (leap & (month == _FEBRUARY))
    exists = (year >= _FIRST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= days)  # noqa: PLR2004 - months
    sound[likely] = numeric & right & exists
    return sound


def organisation_check_differs(number: str) -> bool:
    """Tell whether places 9 to 17 of a credit code fail the check of GB 11714."""
    values = (int(character, 36) for character in number[8:16])
    remainder = 11 - sum(map(int.__mul__, _ORGANISATION_WEIGHTS, values)) % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder)) != number[16]


def infer_type(text: str) -> IdType | None:
    """Tell the type of a number whose 证件类型 is empty, only if the number proves it."""
    number = spelling.identity_number(text)
    for id_type in (IdType.RESIDENT, IdType.CREDIT_CODE):
        _, fault = read_number(id_type, number)
        if fault is None:
            return id_type
    return None


def _read_resident(number: str) -> tuple[str, str | None]:
    if _LEGACY_RESIDENT.fullmatch(number):
        # First-generation numbers carry two digits of the year and no check character.
        first_17 = number[:6] + "19" + number[6:]
        number = first_17 + resident_check(first_17)
    elif _RESIDENT.fullmatch(number) is None:
        return number, "身份证号应为 18 位（末位可为 X），或旧式 15 位数字"
    elif resident_check(number[:17]) != number[17]:
        rounded = "；末三位都是 0，像是被 Excel 改过" if number.endswith("000") else ""
        return number, f"身份证号校验码不符，请核对原件{rounded}"
    if not _is_birthday(number[6:14]):
        return number, "身份证号中的出生日期不存在"
    return number, None


def _is_birthday(digits: str) -> bool:
    year = int(digits[:4])
    if year < _FIRST_YEAR:
        return False
    try:
        date(year, int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _credit_fault(number: str) -> str | None:
    if _CODE.fullmatch(number) is None:
        return "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z）"
    if credit_check(number[:17]) != number[17]:
        return "统一社会信用代码校验码不符，请核对执照"
    return None
