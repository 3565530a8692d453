"""Check digits find typing errors and accept every lawful number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.roster.identity_numbers import (
    ID_TYPES,
    credit_check,
    infer_type,
    read_number,
    resident_check,
)
from voting.roster.model import IdType

CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_samples_of_the_standard_are_valid(number):
    assert read_number(IdType.RESIDENT, number) == (number, None)


def test_the_sample_credit_code_is_valid():
    assert read_number(IdType.CREDIT_CODE, "91350100m000100y43") == ("91350100M000100Y43", None)


def test_lower_case_x_full_width_digits_and_blanks_are_one_spelling():
    assert read_number(IdType.RESIDENT, " １１0105 19491231 002x") == ("11010519491231002X", None)


@given(st.from_regex(r"[1-9][0-9]{16}", fullmatch=True), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_keeps_the_resident_check(first_17, at, shift):
    wrong = first_17[:at] + str((int(first_17[at]) + shift) % 10) + first_17[at + 1 :]

    assert resident_check(wrong) != resident_check(first_17)


@given(st.text(CODE_ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 30))
def test_one_wrong_character_never_keeps_the_credit_check(first_17, at, shift):
    value = (CODE_ALPHABET.index(first_17[at]) + shift) % 31
    wrong = first_17[:at] + CODE_ALPHABET[value] + first_17[at + 1 :]

    assert credit_check(wrong) != credit_check(first_17)


@pytest.mark.parametrize("day", ["20230229", "19001301", "19000001", "17991231", "00000000"])
def test_a_birthday_that_never_was_is_refused(day):
    first_17 = f"110105{day}002"
    _, fault = read_number(IdType.RESIDENT, first_17 + resident_check(first_17))

    assert fault is not None
    assert "出生日期" in fault


@pytest.mark.parametrize("district", ["810000", "830000", "110111", "110118"])
def test_the_district_is_not_judged(district):
    first_17 = f"{district}19720229001"
    _, fault = read_number(IdType.RESIDENT, first_17 + resident_check(first_17))

    assert fault is None


def test_a_15_digit_number_becomes_its_18_digits():
    assert read_number(IdType.RESIDENT, "110105491231002") == ("11010519491231002X", None)


def test_a_type_is_inferred_only_from_a_number_that_passes():
    assert infer_type("11010519491231002x") is IdType.RESIDENT
    assert infer_type("91350100M000100Y43") is IdType.CREDIT_CODE
    assert infer_type("110105194912310021") is None
    assert infer_type("E12345678") is None


def test_every_paper_has_its_everyday_names():
    assert ID_TYPES["营业执照"] is IdType.CREDIT_CODE
    assert ID_TYPES["台胞证"] is IdType.TAIWAN
    assert all(ID_TYPES[kind.value] is kind for kind in IdType)
