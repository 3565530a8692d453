"""The domain of owners' assembly voting and its storage, one folder per noun."""
