"""Asking before what cannot be undone."""

import typer


def require_consent(question: str) -> None:
    """Go on after a yes only; whatever else is answered ends the command, which says so.

    Raises
    ------
    typer.Exit
        With code 1.
    """
    try:
        agreed = typer.confirm(question)
    except typer.Abort:
        # Interrupted, or nobody there to answer: the cursor still stands behind the question.
        typer.echo(err=True)
        agreed = False
    if not agreed:
        typer.echo("未执行：没有更改任何内容。确定要执行的，请再运行一次并回答 y。", err=True)
        raise typer.Exit(1)
