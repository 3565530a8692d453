"""Commands of those who stand outside: courts, and whoever has a bundle stamped with the time."""

from pathlib import Path
from typing import Annotated

import typer

parties = typer.Typer()


@parties.command("court-key")
def court_key(
    file: Annotated[Path, typer.Argument(help="密钥写到这里，只有本用户可读；不要交给任何人")],
) -> None:
    """由法院或鉴定人运行：生成密钥，打印公钥；监督单位据此导出只有它能读出人员的审计包。"""
    from api.cli.court import make_key

    raise SystemExit(make_key(file))


@parties.command("court-open")
def court_open(
    bundle: Annotated[Path, typer.Argument(help="法院级审计包（zip）")],
    key: Annotated[Path, typer.Option(help="yezhu court-key 生成的密钥文件")],
    out: Annotated[Path, typer.Option(help="人员名单写到这里，只有本用户可读")],
) -> None:
    """先核验法院级审计包，再读出各业主编号是谁。"""
    from api.cli.court import open_people

    raise SystemExit(open_people(bundle, key, out))


@parties.command("timestamp-request")
def timestamp_request(
    bundle: Annotated[Path, typer.Argument(help="审计包（zip）")],
    out: Annotated[Path, typer.Option(help="时间戳请求写到这里（.tsq），发给时间戳机构")],
) -> None:
    """为审计包里的截止检查点写一份时间戳请求（RFC 3161）。"""
    from api.cli.timestamps import write_request

    raise SystemExit(write_request(bundle, out))


@parties.command("timestamp-attach")
def timestamp_attach(
    bundle: Annotated[Path, typer.Argument(help="审计包（zip）")],
    response: Annotated[Path, typer.Argument(help="时间戳机构的答复（.tsr）")],
    out: Annotated[Path, typer.Option(help="附上时间戳的审计包写到这里")],
) -> None:
    """把时间戳机构的答复附在审计包里；其余内容不变。"""
    from api.cli.timestamps import attach_response

    raise SystemExit(attach_response(bundle, response, out))
