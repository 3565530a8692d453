"""``python -m api.cli`` is ``yezhu``."""

from api.cli import main

main()
