"""Agenda, notice, life cycle, and the clocks the law sets."""
