"""Refusals around staff accounts."""

from voting.kernel.refusal import Refusal


class SignInFailed(Refusal):
    """Unknown name or wrong password; which of the two is not said."""

    code = "sign-in-failed"


class NotSignedIn(Refusal):
    """No session, or one that has ended."""

    code = "not-signed-in"


class PasswordChangeRequired(Refusal):
    """The one-time password opens nothing but the change of itself."""

    code = "password-change-required"


class RoleNotAllowed(Refusal):
    """The account's role may not do this."""

    code = "role-not-allowed"


class WeakPassword(Refusal):
    """Too short, or the old one again."""

    code = "weak-password"


class UnknownAccount(Refusal):
    """No account has this name."""

    code = "unknown-account"


class PersonKnown(Refusal):
    """The same identity number stands behind another name, or behind an account of this role."""

    code = "person-known"


class UsernameTaken(Refusal):
    """Another account has this name."""

    code = "username-taken"
