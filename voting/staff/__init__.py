"""Staff accounts, roles, sessions, and the trail of every administrative act."""
