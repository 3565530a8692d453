"""Routers and their schemas, one module per noun."""
