"""What a person reads who stops a command by Ctrl+C."""

from typing import Any

import typer
from typer.core import TyperGroup

INTERRUPTED = 130
"""Exit code of whoever was interrupted, as shells have it: 128 and the signal's number."""


class Commands(TyperGroup):
    """The command's subcommands; one that is stopped says so, where the library says nothing."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - the library does not name the type
        """Run the subcommand."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stopped:
            # The cursor stands behind a ^C, or behind what the command was writing.
            typer.echo("\n已中断，没有做完。要做完的，请再运行一次。", err=True)
            raise typer.Exit(INTERRUPTED) from stopped
