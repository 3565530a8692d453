"""Identifiers: random, short enough to read out, never derived from a person."""

import secrets

# No I, L, O, U: read over the telephone without doubt.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 16  # 80 bits


def new_id() -> str:
    """Draw a fresh identifier such as ``7k3v0q9x2m4d8t1c``."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
