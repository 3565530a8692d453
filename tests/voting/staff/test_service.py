"""Accounts and sessions: what opens them, what ends them, and what is left behind."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread

import argon2
import pytest
from sqlalchemy import text

from tests.voting.box.test_service import together
from voting.infra.throttle import Throttle, TooManyAttempts
from voting.kernel.canonical import digest
from voting.staff import service, store
from voting.staff.model import Role
from voting.staff.refusals import (
    NotSignedIn,
    PersonKnown,
    SignInFailed,
    UnknownAccount,
    UsernameTaken,
    WeakPassword,
)
from voting.staff.service import SESSION_LENGTH, Staff

NEW = "correct horse battery"


CHEAP = partial(argon2.PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def staff(world, monkeypatch):
    """Hashing is costly on purpose; here it would only make the tests slow."""
    monkeypatch.setattr(service, "PasswordHasher", CHEAP)
    return Staff(world.database, world.ledger, Throttle(), world.clock)


@pytest.fixture
def account(staff):
    return staff.create("wang", "王小明", Role.CONVENER, by="a1")


def sign_in(staff, password, username="wang", address="203.0.113.7"):
    return staff.sign_in(username, password, address=address)


def test_the_first_password_opens_a_session_that_must_change_it(staff, account):
    created, password = account
    signed_in, token = sign_in(staff, password)
    assert signed_in == created
    assert signed_in.must_change_password
    assert staff.authenticate(token) == created


def test_the_first_password_is_long_and_never_the_same(staff):
    passwords = {staff.create(f"u{n}", "某", Role.CLERK, by="a1")[1] for n in range(3)}
    assert len(passwords) == 3
    assert min(map(len, passwords)) >= 16


def test_a_changed_password_replaces_the_first_one(staff, account):
    created, password = account
    staff.change_password(created, password, NEW)
    with pytest.raises(SignInFailed):
        sign_in(staff, password)
    signed_in, _ = sign_in(staff, NEW)
    assert not signed_in.must_change_password


def test_changing_the_password_ends_every_session_of_the_account_and_no_other(staff, account):
    created, password = account
    other, other_password = staff.create("li", "李", Role.CLERK, by="a1")
    tokens = [sign_in(staff, password)[1] for _ in range(2)]
    _, other_token = sign_in(staff, other_password, "li")
    staff.change_password(created, password, NEW)
    for token in tokens:
        with pytest.raises(NotSignedIn):
            staff.authenticate(token)
    assert staff.authenticate(other_token) == other


@pytest.mark.parametrize("new", ["short", "123456789", ""])
def test_a_short_password_is_refused(staff, account, new):
    with pytest.raises(WeakPassword):
        staff.change_password(account[0], account[1], new)


def test_ten_characters_are_enough(staff, account):
    staff.change_password(account[0], account[1], "ten-letter")
    sign_in(staff, "ten-letter")


def test_the_old_password_is_not_a_new_one(staff, account):
    with pytest.raises(WeakPassword):
        staff.change_password(account[0], account[1], account[1])


def test_changing_needs_the_old_password(staff, account):
    with pytest.raises(SignInFailed):
        staff.change_password(account[0], "not the old one", NEW)
    sign_in(staff, account[1])


def test_whoever_finds_a_session_open_guesses_the_old_password_five_times(staff, account):
    created, password = account
    for number in range(5):
        with pytest.raises(SignInFailed):
            staff.change_password(created, f"guess {number}", NEW)
    with pytest.raises(TooManyAttempts):
        staff.change_password(created, password, NEW)
    sign_in(staff, password)


def test_a_session_ends_by_the_clock(staff, account, clock):
    _, token = sign_in(staff, account[1])
    clock.moment += SESSION_LENGTH
    clock.advance(seconds=-1)
    staff.authenticate(token)
    clock.advance(seconds=1)
    with pytest.raises(NotSignedIn):
        staff.authenticate(token)


def test_the_next_sign_in_forgets_sessions_that_have_ended(staff, account, clock, world):
    sign_in(staff, account[1])
    clock.moment += SESSION_LENGTH
    sign_in(staff, account[1])
    with world.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM staff_sessions")) == 1


def test_a_password_that_is_changed_meanwhile_opens_no_session(staff, account, monkeypatch):
    """To compare takes a while; a session opened after the change would outlive it."""
    created, password = account
    matches = staff._matches

    def changed_after(hashed, said):
        monkeypatch.setattr(staff, "_matches", matches)
        right = matches(hashed, said)
        staff.change_password(created, password, NEW)
        return right

    monkeypatch.setattr(staff, "_matches", changed_after)
    with pytest.raises(SignInFailed):
        sign_in(staff, password)


def test_signing_out_ends_this_session_only(staff, account):
    one, other = (sign_in(staff, account[1])[1] for _ in range(2))
    staff.sign_out(one)
    staff.sign_out("never signed in")
    with pytest.raises(NotSignedIn):
        staff.authenticate(one)
    staff.authenticate(other)


@pytest.mark.parametrize("token", [None, "", "guess"])
def test_no_token_opens_nothing(staff, account, token):
    with pytest.raises(NotSignedIn):
        staff.authenticate(token)


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(staff, account):
    with pytest.raises(SignInFailed) as wrong:
        sign_in(staff, "wrong")
    with pytest.raises(SignInFailed) as unknown:
        sign_in(staff, "wrong", "nobody")
    assert wrong.value.detail == unknown.value.detail
    assert wrong.value.facts == unknown.value.facts == {}


def test_an_unknown_name_costs_one_hash_like_a_known_one(staff, account, monkeypatch):
    """Otherwise the time of the answer tells which names exist."""
    checked = []

    class Counting:
        def __init__(self, hasher):
            self._hasher = hasher

        def verify(self, hashed, password):
            checked.append(hashed)
            return self._hasher.verify(hashed, password)

    monkeypatch.setattr(staff, "_hasher", Counting(staff._hasher))
    for username in ("wang", "nobody"):
        with pytest.raises(SignInFailed):
            sign_in(staff, "wrong", username)
    assert len(checked) == 2
    assert {hashed.split("$")[1:4] == checked[0].split("$")[1:4] for hashed in checked} == {True}


def test_the_hash_of_nobody_matches_nothing_that_can_be_typed(staff):
    for password in ("", "wrong", staff._nobody):
        with pytest.raises(SignInFailed):
            sign_in(staff, password, "nobody")


def test_five_wrong_guesses_of_one_name_shut_it_even_for_the_right_password(staff, account):
    for number in range(5):
        with pytest.raises(SignInFailed):
            sign_in(staff, "wrong", address=f"203.0.113.{number}")
    with pytest.raises(TooManyAttempts):
        sign_in(staff, account[1], address="198.51.100.1")


def test_five_wrong_guesses_from_one_address_shut_it_for_every_name(staff, account):
    for number in range(5):
        with pytest.raises(SignInFailed):
            sign_in(staff, "wrong", f"guess{number}")
    with pytest.raises(TooManyAttempts):
        sign_in(staff, account[1])
    sign_in(staff, account[1], address="198.51.100.1")


def test_signing_in_rightly_costs_nothing(staff, account):
    for _ in range(7):
        sign_in(staff, account[1])


def test_a_guess_costs_what_rfc_9106_asks_of_a_server_with_little_memory(world):
    hasher = Staff(world.database, world.ledger, Throttle(), world.clock)._hasher
    assert hasher.type is argon2.Type.ID
    assert (hasher.time_cost, hasher.memory_cost) >= (3, 64 * 1024)


def test_one_name_is_one_account(staff, account):
    with pytest.raises(UsernameTaken):
        staff.create("wang", "王大明", Role.CLERK, by="a1")


def test_neither_password_nor_token_is_stored_in_clear(staff, account, world):
    created, password = account
    _, token = sign_in(staff, password)
    staff.change_password(created, password, NEW)
    _, later = sign_in(staff, NEW)
    world.database.engine.dispose()
    path = Path(world.database.engine.url.database)
    stored = b"".join(file.read_bytes() for file in path.parent.glob("yezhu.db*"))
    for secret in (password, NEW, token, later):
        assert secret.encode() not in stored
    assert digest(later.encode()).encode() in stored
    assert b"$argon2id$" in stored


def test_a_new_account_is_an_act_in_the_register_without_name_or_username(staff, account, world):
    (act,) = [act for act in world.acts() if act["type"] == "act"]
    created, _ = account
    assert act == {
        "account": created.account_id,
        "act": "create-account",
        "at": "2026-03-02T02:00:00Z",
        "by": "a1",
        "role": "convener",
        "type": "act",
    }
    raw = b"".join(world.log(world.register)).decode()
    assert "王小明" not in raw
    assert "wang" not in raw


def test_a_refused_account_leaves_no_act(staff, account, world):
    before = len(world.acts())
    with pytest.raises(UsernameTaken):
        staff.create("wang", "王大明", Role.CLERK, by="a1")
    assert len(world.acts()) == before


def test_one_person_has_one_name_and_one_account_in_each_role(staff, world):
    """Two clerks key in each paper ballot: not one who has two accounts."""
    staff.create("k1", "王小明", Role.CLERK, by="a1", identity=b"wang")
    for username, name, role in (
        ("k2", "王小明", Role.CLERK),
        ("k2", "王大明", Role.CLERK),
        ("v1", "王大明", Role.SUPERVISOR),
    ):
        with pytest.raises(PersonKnown):
            staff.create(username, name, role, by="a1", identity=b"wang")
    staff.create("v1", "王小明", Role.SUPERVISOR, by="a1", identity=b"wang")
    staff.create("k2", "王小明", Role.CLERK, by="a1", identity=b"another wang")
    assert len([act for act in world.acts() if act.get("act") == "create-account"]) == 3


def test_an_account_from_before_is_given_its_person_once(staff, account, world):
    staff.identify("wang", b"wang", by="a1")
    staff.identify("wang", b"wang", by="a1")  # the same again, after a lost answer
    (act,) = [act for act in world.acts() if act.get("act") == "identify-account"]
    assert act["account"] == account[0].account_id
    with pytest.raises(PersonKnown):
        staff.identify("wang", b"li", by="a1")
    with pytest.raises(UnknownAccount):
        staff.identify("nobody", b"li", by="a1")
    staff.create("k1", "王小明", Role.CLERK, by="a1")
    staff.create("k2", "王大明", Role.CLERK, by="a1")
    staff.identify("k1", b"wang", by="a1")
    with pytest.raises(PersonKnown):
        staff.identify("k2", b"wang", by="a1")


@pytest.mark.parametrize(
    ("usernames", "refusal"), [(("qian", "qian"), UsernameTaken), (("qian", "q"), PersonKnown)]
)
def test_of_two_accounts_made_at_once_the_second_finds_the_first(
    engine_world, monkeypatch, usernames, refusal
):
    monkeypatch.setattr(service, "PasswordHasher", CHEAP)
    world, both, accounts_of = engine_world, Barrier(2), store.accounts_of
    staff = Staff(world.database, world.ledger, Throttle(), world.clock)

    def asked_together(session, identity):
        found = accounts_of(session, identity)
        with suppress(BrokenBarrierError):
            both.wait(0.3)
        return found

    monkeypatch.setattr(store, "accounts_of", asked_together)
    made = together(
        lambda name: staff.create(name, "钱", Role.CLERK, by="a1", identity=b"qian"), usernames
    )
    assert sorted(type(each).__name__ for each in made) == [refusal.__name__, "tuple"]


def test_a_session_that_is_being_opened_ends_with_the_change_of_password(engine_world, monkeypatch):
    """Whichever of the two is first, no session of the old password is left."""
    monkeypatch.setattr(service, "PasswordHasher", CHEAP)
    world, forget = engine_world, store.forget_expired
    staff = Staff(world.database, world.ledger, Throttle(), world.clock)
    account, password = staff.create("wang", "王小明", Role.CONVENER, by="a1")
    change = Thread(target=staff.change_password, args=(account, password, NEW))

    def changed_meanwhile(session, *, at):
        change.start()
        change.join(0.3)
        forget(session, at=at)

    monkeypatch.setattr(store, "forget_expired", changed_meanwhile)
    _, token = staff.sign_in("wang", password, address="203.0.113.7")
    change.join()
    with pytest.raises(NotSignedIn):
        staff.authenticate(token)
