"""Append-only logs of bytes that anyone can check; they know nothing of the contents."""
