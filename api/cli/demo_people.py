"""Invented owners for the demonstration: sound numbers that no living person can hold."""

from random import Random

from voting.roster.identity_numbers import credit_check, resident_check
from voting.roster.model import IdType, OwnerRecord

# No place in China has this district code, so every check digit is right and nobody is meant.
_NO_DISTRICT = "999900"

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国志文斌宇浩凯秀梅鑫波辉宁琳"
# Characters that registers have and many fonts lack.
_RARE = "䶮喆堃燚玥翀赟旻"
_TRADES = ("商贸", "餐饮管理", "信息技术", "文化传播", "物业资产管理", "投资")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class People:
    """Draws owners one after another, never one number twice."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._serial = 0

    def person(self, name: str | None = None) -> OwnerRecord:
        """Draw a resident, now and then with another paper than the identity card."""
        self._serial += 1
        named = name or self._name()
        draw = self._chance.random()
        if name is None and draw < 0.004:  # noqa: PLR2004 - two or three in a complex
            return OwnerRecord(named, IdType.PASSPORT, f"E{90_000_000 + self._serial}")
        if name is None and draw < 0.008:  # noqa: PLR2004 - as many again
            return OwnerRecord(named, IdType.HONG_KONG_MACAO, f"H{90_000_000 + self._serial}")
        return OwnerRecord(named, IdType.RESIDENT, self._resident_number())

    def company(self, name: str | None = None) -> OwnerRecord:
        """Draw a company with a sound unified social credit code."""
        self._serial += 1
        trade = _TRADES[self._serial % len(_TRADES)]
        named = name or f"北京示例{_GIVEN[self._serial % len(_GIVEN)]}达{trade}有限公司"
        organisation = f"MA{self._serial:06d}"
        first_17 = f"91{_NO_DISTRICT}{organisation}{_organisation_check(organisation)}"
        return OwnerRecord(named, IdType.CREDIT_CODE, first_17 + credit_check(first_17))

    def phone(self) -> str:
        """Give the number of the person drawn last, all out of one block."""
        return f"154{self._serial:08d}"

    def _name(self) -> str:
        surname = self._chance.choice(_SURNAMES)
        given = self._chance.choice(_GIVEN)
        if self._chance.random() < 0.02:  # noqa: PLR2004 - about one owner in fifty
            return surname + self._chance.choice(_RARE)
        if self._chance.random() < 0.3:  # noqa: PLR2004 - names of two characters
            return surname + given
        return surname + given + self._chance.choice(_GIVEN)

    def _resident_number(self) -> str:
        year, month = self._chance.randint(1938, 2004), self._chance.randint(1, 12)
        birthday = f"{year}{month:02d}{self._chance.randint(1, 28):02d}"
        # The serial in the last digits of the district and the order code keeps numbers apart.
        district = f"9999{self._serial // 1000:02d}"
        first_17 = f"{district}{birthday}{self._serial % 1000:03d}"
        return first_17 + resident_check(first_17)


def _organisation_check(first_8: str) -> str:
    """Check character of an organisation code (GB 11714), places 9 to 17 of a credit code."""
    values = (int(character, 36) for character in first_8)
    remainder = 11 - sum(map(int.__mul__, _ORGANISATION_WEIGHTS, values)) % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))
