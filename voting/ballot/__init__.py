"""The signed ballot: its format and its numbered checks."""
