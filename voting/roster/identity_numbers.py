"""Check digits of the identity numbers that a roster carries.

A wrong check digit is a typing error found before it becomes a wrong head. Whether a district
code existed in the year of birth is not asked: lawful numbers fail that test.
"""

import re
from datetime import date

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
_FIRST_YEAR = 1850

# GB 32100-2015: no I, O, S, V, Z; the weights are 3**i mod 31.
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_VALUES = {character: value for value, character in enumerate(_CODE_ALPHABET)}
_CODE_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_CODE = re.compile(f"[{_CODE_ALPHABET}]{{18}}")

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
    match id_type:
        case IdType.RESIDENT:
            return _read_resident(number)
        case IdType.CREDIT_CODE:
            return number, _credit_fault(number)
        case _:
            if _OTHER_NUMBER.fullmatch(number) is None:
                return number, "证件号码应为 4 至 40 位字母或数字"
            return number, None


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
        return number, "身份证号校验码不符，请核对原件"
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
