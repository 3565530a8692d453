"""The ``yezhu`` command. Each subcommand loads only the parts it needs."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.consent import require_consent
from api.cli.interrupted import Commands
from api.cli.parties import parties
from voting.kernel.refusal import Refusal

app = typer.Typer(
    name="yezhu",
    cls=Commands,
    help="业主大会表决：导入清册、收签名表决票、精确计票、出具与核验结果凭证。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
staff_app = typer.Typer(help="工作人员账号。", no_args_is_help=True)
schema_app = typer.Typer(help="文件格式的 JSON Schema。", no_args_is_help=True)
app.add_typer(staff_app, name="admin")
app.add_typer(schema_app, name="schema")
roster_app = typer.Typer(help="业主清册。", no_args_is_help=True)
app.add_typer(roster_app, name="roster")
keys_app = typer.Typer(help="身份信息的加密密钥。", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
app.add_typer(parties)

_BAD_INPUT = 2

_Data = Annotated[Path, typer.Option(envvar="YEZHU_DATA", help="数据与密钥目录")]
_HERE = Path("yezhu-data")


class SameOwnerRule(StrEnum):
    """Rules of who is one head, named here so that a command's help loads no other part."""

    IDENTITY_SET = "identity_set"
    ANY_COMMON_OWNER = "any_common_owner"
    NAMED_VOTER = "named_voter"
    EACH_TITLE = "each_title"
    HOUSEHOLD = "household"


class CountedOwner(StrEnum):
    """Of these, the rules that a count knows."""

    IDENTITY_SET = "identity_set"
    ANY_COMMON_OWNER = "any_common_owner"
    EACH_TITLE = "each_title"
    HOUSEHOLD = "household"


class PetitionAim(StrEnum):
    """What owners may ask for together."""

    FIRST_ASSEMBLY = "first_assembly"
    INTERIM_MEETING = "interim_meeting"


def main() -> None:
    """Run the command; a refusal is printed and ends with exit code 2, not with a traceback."""
    try:
        app()
    except Refusal as refusal:
        typer.echo(f"未执行（{refusal.code}）：{refusal.detail}", err=True)
        raise SystemExit(_BAD_INPUT) from refusal


@app.command()
def init(
    name: Annotated[
        str,
        typer.Option(help="本部署的域名，写进每个日志的名称，以后不能更改，如 vote.example.org"),
    ],
    data: _Data = _HERE,
) -> None:
    """新建一个部署：生成密钥，建立数据库。"""
    from api.deployment import Deployment
    from api.setup import build_schema, start_register

    deployment = Deployment.create(data, name)
    build_schema(data)
    vkey = start_register(data)
    typer.echo(f"已初始化 {data}（{deployment.name}）。请立即备份 {data / 'secrets'}，并离线保管。")
    typer.echo(f"登记簿公钥（请另行公布，并交给见证人与核验的人）：{vkey}")


@app.command()
def migrate(
    data: _Data = _HERE,
) -> None:
    """把数据库升级到本版本的结构。"""
    from api.setup import build_schema

    build_schema(data)
    typer.echo("数据库结构已是最新。")


@app.command()
def serve(
    data: Annotated[Path | None, typer.Option(help="数据与密钥目录（YEZHU_DATA）")] = None,
    host: Annotated[str | None, typer.Option(help="监听地址（YEZHU_HOST）")] = None,
    port: Annotated[int | None, typer.Option(help="监听端口（YEZHU_PORT）")] = None,
    workers: Annotated[int | None, typer.Option(help="进程数（YEZHU_WORKERS）")] = None,
) -> None:
    """启动服务。其余设置见环境变量 YEZHU_*。"""
    from api.asgi import run

    run(data=data, host=host, port=port, workers=workers)


@staff_app.command("create")
def create_administrator(
    username: Annotated[str, typer.Argument(help="登录名")],
    name: Annotated[str, typer.Option(help="姓名或岗位")] = "管理员",
    data: _Data = _HERE,
) -> None:
    """建立一个管理员账号，并打印一次性密码。"""
    from api.setup import create_administrator as create

    password = create(data, username, name)
    typer.echo(f"管理员 {username} 的一次性密码（只显示这一次，首次登录须修改）：")
    typer.echo(password)


@keys_app.command("rotate")
def rotate_keys(
    data: _Data = _HERE,
) -> None:
    """换用新的身份加密密钥，把全部身份信息重新加密。请先停止服务；中断后再运行一次即可。"""
    from api.setup import rotate_identity_key

    sealed, version = rotate_identity_key(data)
    typer.echo(f"已用第 {version} 版密钥重新加密 {sealed} 条身份信息。请备份新密钥，再启动服务。")
    typer.echo("更早的密钥文件只有读取旧备份时才用得到，可移到离线处保管。")


@app.command("erase-identities")
def erase_identities(
    *,
    years: Annotated[int, typer.Option(min=1, help="保存年限，自表决结束起算")] = 5,
    keep: Annotated[
        list[str] | None, typer.Option(help="另须保留的清册编号，如诉讼未结；可写多次")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
    data: _Data = _HERE,
) -> None:
    """删除保存期满的个人信息与表决票内容；摘要、总数、凭证与日志不变。请先停止服务；不可恢复。"""
    from api.setup import erase_identities as erase
    from voting.kernel.clock import system_clock, years_before

    before = years_before(system_clock(), years)
    if not yes:
        require_consent(f"将删除表决结束已满 {years} 年的个人信息与表决票，确定吗？")
    typer.echo(f"已删除 {erase(data, before, keep or ())} 版清册的个人信息与相应的表决票内容。")


@app.command()
def recount(
    roster: Annotated[Path, typer.Option(help="业主清册：xlsx、xls 或 CSV")],
    ballots: Annotated[Path, typer.Option(help="表决票表：xlsx、xls 或 CSV")],
    agenda: Annotated[Path, typer.Option(help="议程文件：JSON")],
    out: Annotated[Path, typer.Option(help="结果写到这里")] = Path("result.json"),
    exclude: Annotated[
        Path | None,
        typer.Option(help="剔除清单：每行一个表决票表的行号，# 之后为说明，如法院判决剔除的票"),
    ] = None,
    delivered: Annotated[
        Path | None,
        typer.Option(
            help="送达名单：每行一个已送达表决票的房屋编号，规则约定送达未表决的计入多数时用"
        ),
    ] = None,
    objected: Annotated[
        Path | None,
        typer.Option(help="异议名单：每行一个房屋编号，其共有人在截止前对已投的票提出过异议"),
    ] = None,
) -> None:
    """不用服务器和数据库，由三个文件重新计票。输入有问题则逐条列出，退出码 2。"""
    from api.cli.offline import recount_files

    raise SystemExit(recount_files(roster, ballots, agenda, out, exclude, delivered, objected))


@app.command()
def petition(
    roster: Annotated[Path, typer.Option(help="业主清册：xlsx、xls 或 CSV")],
    signers: Annotated[Path, typer.Option(help="联名名单：每行一个房屋编号，# 之后为说明")],
    *,
    aim: Annotated[PetitionAim, typer.Option(help="申请首次会议，或提议临时会议")],
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="提交之日，默认今天（北京时间）"),
    ] = None,
    same_owner: Annotated[CountedOwner, typer.Option(help="怎样算同一业主")] = (
        CountedOwner.IDENTITY_SET
    ),
    out: Annotated[Path | None, typer.Option(help="核对结果写到这个 JSON 文件")] = None,
) -> None:
    """核对联名的业主是否够数：申请首次业主大会会议，或提议召开临时会议。不够则退出码 1。"""
    from api.cli.petition import check_signers
    from tally.model import SameOwner
    from tally.petition import Aim
    from voting.kernel.clock import BEIJING

    day = on.date() if on else datetime.now(BEIJING).date()
    rule = SameOwner(same_owner.value)
    raise SystemExit(check_signers(roster, signers, Aim(aim.value), day, rule, out))


@app.command("tally-city")
def tally_city(
    data: Annotated[
        Path,
        typer.Argument(
            help="数据目录：每个小区一个子目录，内有 roster、ballots（xlsx、xls、csv）、agenda.json"
        ),
    ],
    out: Annotated[Path, typer.Option(help="结果目录，在数据目录之外")],
    scheduler: Annotated[
        str | None, typer.Option(help="已有的 Dask 集群，如 tcp://主机:8786")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="本机的进程数，默认每核一个")] = None,
    part_size: Annotated[int, typer.Option(min=1, max=1000, help="每次交给一个进程的小区数")] = 200,
) -> None:
    """把全市各小区的表决一次算完，中断后可接着算。有小区未能计票则列出，退出码 3。

    不写 --scheduler 就在本机启动进程。用已有的集群时，每个工作进程都须装有同一版本的 yezhu，
    并且能以同一路径读到数据目录；读不到就停下来说明。
    """
    from api.cli.city import tally_city as tally

    raise SystemExit(tally(data, out, scheduler, workers, part_size))


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="审计包（zip）")],
    log_key: Annotated[
        str | None, typer.Option(help="另行取得的日志公钥（vkey），与审计包所写的比对")
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(help="见证人的公钥（vkey），向见证人本人取得；可写多次")
    ] = None,
    quorum: Annotated[
        int, typer.Option(min=0, help="写了见证人时，至少须有几个的签名覆盖截止检查点")
    ] = 1,
    authority: Annotated[
        list[Path] | None, typer.Option(help="时间戳机构的根证书（PEM），另行取得；可写多次")
    ] = None,
) -> None:
    """离线核验审计包：逐项检查，列出全部不符之处；有不符则退出码 1。"""
    from api.cli.offline import verify_file

    raise SystemExit(verify_file(bundle, log_key, witness or (), quorum, authority or ()))


@app.command("witness-key")
def witness_key(
    file: Annotated[Path, typer.Argument(help="密钥写到这里，只有本用户可读")],
    name: Annotated[
        str, typer.Option(help="见证人的名称，不再更改，如 witness.example.org/街道办")
    ],
) -> None:
    """为见证人生成密钥，并打印公钥（vkey），交给日志的运营方与核验的人。"""
    from api.cli.witness_commands import make_key

    raise SystemExit(make_key(file, name))


@app.command()
def witness(
    *,
    key: Annotated[Path, typer.Option(help="yezhu witness-key 生成的密钥文件")],
    state: Annotated[Path, typer.Option(help="状态目录：见证到哪里；须与密钥一同备份")],
    log: Annotated[
        list[str], typer.Option(help="所见证的日志：公钥=文件网址（网址可省）；可写多次")
    ],
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="监听端口")] = 8788,
) -> None:
    """运行一个见证人：只在日志确实只增不改时签名（C2SP tlog-witness）。"""
    from api.cli.witness_commands import serve as serve_witness

    raise SystemExit(serve_witness(key, state, log, host, port))


@app.command()
def audit(
    data: _Data = _HERE,
    receipt: Annotated[
        list[Path] | None, typer.Option(help="另与业主手里的回执比对；可写多次")
    ] = None,
) -> None:
    """由日志重建各表并逐条比对，列出全部不符之处；有不符则退出码 1。服务运行时也可用。"""
    from api.cli.audit import audit_tables

    raise SystemExit(audit_tables(data, receipt or ()))


@app.command()
def receipt(
    file: Annotated[Path, typer.Argument(help="回执文件：投票后保存的 JSON")],
    log_key: Annotated[
        str | None, typer.Option(help="另行取得的日志公钥（vkey），代替回执文件里写的")
    ] = None,
) -> None:
    """离线核验投票回执，打印记了哪些房屋、面积与人数；不符则退出码 1，不是回执则 2。"""
    from api.cli.receipt import check_receipt

    raise SystemExit(check_receipt(file, log_key))


@roster_app.command("check")
def check_roster(
    file: Annotated[Path, typer.Argument(help="业主清册：xlsx、xls 或 CSV")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 打印")] = False,
    out: Annotated[
        Path | None, typer.Option(help="带批注的清册与全部结果写到这个 xlsx 文件")
    ] = None,
    registered_total: Annotated[
        str | None, typer.Option(help="登记总面积（平方米），与清册合计比对，如 115344.34")
    ] = None,
    statistics: Annotated[
        Path | None, typer.Option(help="楼盘表：每栋一行，列为 楼栋、套数、面积")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="按这一天计算业主年龄，默认今天（北京时间）"),
    ] = None,
    same_owner: Annotated[
        SameOwnerRule, typer.Option(help="怎样算同一业主")
    ] = SameOwnerRule.IDENTITY_SET,
    stated: Annotated[
        list[str] | None,
        typer.Option(help="表中没有的列，每一行都相同的，统一写明，如 用途=住宅；可写多次"),
    ] = None,
) -> None:
    """核对一份业主清册：怎样读的、错误警告提示、怎样归并人数、各种口径的总数。有错误则退出码 2。"""
    from api.cli.roster_check import check_file

    raise SystemExit(
        check_file(
            file,
            as_json=as_json,
            out=out,
            registered_total=registered_total,
            statistics=statistics,
            on=on,
            same_owner=same_owner.value,
            stated=stated or (),
        )
    )


@schema_app.command("agenda")
def agenda_schema() -> None:
    """打印议程文件的 JSON Schema。"""
    import json

    from voting.assembly.agenda_schema import agenda_schema as schema

    typer.echo(json.dumps(schema(), ensure_ascii=False, indent=2))


@app.command()
def demo(
    output: Annotated[Path, typer.Option(help="产物目录")] = Path("demo-output"),
    seed: Annotated[int, typer.Option(help="随机种子")] = 20260301,
) -> None:
    """在一份仿真清册上把全过程走一遍：导入、通知、投票、计票、凭证、核验。"""
    from api.cli.demo import run

    raise SystemExit(run(output, seed))
