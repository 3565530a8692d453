"""The two pages, served as static files under a strict content security policy."""
