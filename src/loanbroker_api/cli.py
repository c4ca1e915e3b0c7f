"""The command line. Each command imports what it needs when it runs, so that --help is instant."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from loanbroker_api.settings import Settings, get_settings

if TYPE_CHECKING:
    from loanbroker_api.core.audit import KnownHead

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="助贷业务系统 / Loan-broker system")


def _private_files() -> None:
    """What a running product writes (documents, exports, logs) is for its own user alone unless a mode is set on purpose."""
    os.umask(0o077)


def _settings() -> Settings:
    """The settings, or an explanation without the refused values and exit status 2."""
    try:
        return get_settings()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_context=False, include_url=False):
            name = "LOANBROKER_" + str(problem["loc"][0]).upper() + ": " if problem["loc"] else ""
            typer.echo(f"{name}{problem['msg'].removeprefix('Value error, ')}", err=True)
        raise typer.Exit(2) from None


@app.command()
def up(
    *,
    reload: Annotated[bool, typer.Option(help="restart on changes, SPA by Vite's development server")] = False,
    with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Everything on this machine: servers, migrations, demo data, API, worker and SPA."""
    from loanbroker_api.up import run

    _private_files()
    raise typer.Exit(run(_settings(), reload=reload, with_parent=with_parent))


@app.command()
def serve(*, reload: Annotated[bool, typer.Option(help="restart on changes")] = False) -> None:
    """The API and the built SPA on LOANBROKER_HOST:LOANBROKER_PORT."""
    import uvicorn

    _private_files()
    settings = _settings()
    uvicorn.run(
        "loanbroker_api.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=1024 * 1024,
        access_log=False,
        log_config=None,
        # X-Forwarded-For is judged by our own middleware, against LOANBROKER_TRUSTED_PROXIES.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        reload=reload,
        reload_dirs=[str(Path(__file__).parent)] if reload else None,
    )


@app.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="where to: a revision, head")] = "head",
    *,
    down: Annotated[bool, typer.Option(help="downgrade to the revision (base: everything)")] = False,
    check: Annotated[bool, typer.Option(help="fail where models and migrations differ")] = False,
    new: Annotated[str | None, typer.Option(help="write a new migration with this message")] = None,
) -> None:
    """Bring the database to a revision, as the owner of the tables (LOANBROKER_OWNER_DATABASE_URL)."""
    from alembic.util import CommandError

    from loanbroker_api import migrate as migrations

    settings = _settings()
    address = settings.owner_database_url or settings.database_url
    if address is None:
        typer.echo("LOANBROKER_OWNER_DATABASE_URL is missing", err=True)
        raise typer.Exit(2)
    url = address.get_secret_value()
    if new is not None:
        work = migrations.new_revision(url, new)
    elif check:
        work = migrations.check(url)
    elif down:
        work = migrations.downgrade(url, revision)
    else:
        work = migrations.upgrade(url, revision)
    try:
        asyncio.run(work)
    except CommandError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@app.command()
def create_tenant(
    code: Annotated[str, typer.Option(help="what people type at login")],
    name: Annotated[str, typer.Option(help="the company's name")],
    admin_username: Annotated[str, typer.Option(help="login of the first administrator")] = "admin",
) -> None:
    """A new company with its first administrator; prints the password once."""
    from loanbroker_api.core.errors import Problem
    from loanbroker_api.provision import provision_tenant

    try:
        password = asyncio.run(provision_tenant(_settings(), code=code, name=name, admin_username=admin_username))
    except Problem as problem:
        typer.echo(f"{problem.code}: {problem.text()} / {problem.text('en')}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"机构 / company   {code}\n账号 / login     {admin_username}\n密码 / password  {password}")


@app.command()
def rotate_keys(
    *,
    at_once: Annotated[bool, typer.Option(help="a key has leaked: the old ones verify nothing any more, every client refreshes")] = False,
) -> None:
    """A new key for access tokens: it signs in ten minutes, when every process knows it; the old one ends then."""
    from loanbroker_api.access.tokens import Rotation, rotate
    from loanbroker_api.core.runtime import open_runtime

    async def work(settings: Settings) -> Rotation:
        async with open_runtime(settings) as runtime:
            return await rotate(runtime, at_once=at_once)

    rotation = asyncio.run(work(_settings()))
    typer.echo(f"新密钥 / new key     {rotation.kid}\n开始签名 / signs from {rotation.active_at.isoformat(timespec='seconds')}")
    typer.echo(f"停用 / retired       {', '.join(rotation.retired) or '–'}")


@app.command()
def verify_audit(
    tenant: Annotated[str | None, typer.Option(help="code of one company; without it all of them")] = None,
    head: Annotated[
        str | None,
        typer.Option(help="a head that was kept elsewhere, a file of audit-head (or a digest in hex): is it still in the chain?"),
    ] = None,
) -> None:
    """Recompute the audit chain from its entries; exit status 1 where it is broken, with the first entry that is not as it was sealed."""
    from loanbroker_api.audit_report import audit_report

    settings = _settings()
    code, known = (tenant, None) if head is None else _known_head(settings, head, tenant)
    states = asyncio.run(audit_report(settings, code=code, known=known))
    if code is not None and not states:
        typer.echo(f"没有机构 / no company {code}", err=True)
        raise typer.Exit(2)
    for name, state in states.items():
        verdict = f"BROKEN: {state.broken.text(english=True)} / {state.broken.text()}," if state.broken else "ok,"
        typer.echo(f"{name}: {verdict} {state.seals} seals, {state.entries} entries, {state.unsealed} unsealed, head {state.head.hex()}")
    broken = next((name for name, state in states.items() if state.broken), None)
    if broken is not None:
        typer.echo(f"审计链断裂 / broken audit chain: {broken}", err=True)
        raise typer.Exit(1)


def _known_head(settings: Settings, head: str, tenant: str | None) -> tuple[str, "KnownHead"]:
    """Whose chain and which head. Raises Exit 2 for what is no head, 1 for one that this installation did not sign."""
    from loanbroker_api.access.tokens import BadToken
    from loanbroker_api.audit_report import opened_head
    from loanbroker_api.core.audit import KnownHead

    path = Path(head)
    if path.is_file():
        try:
            opened = asyncio.run(opened_head(settings, path.read_text("utf-8")))
        except (BadToken, UnicodeDecodeError):
            typer.echo(f"{head}: 签名不是本系统的，或文件被改过 / not signed by this installation, or changed", err=True)
            raise typer.Exit(1) from None
        if tenant is not None and tenant != opened.tenant:
            typer.echo(f"{head}: 是机构 {opened.tenant} 的链尾 / the head of company {opened.tenant}", err=True)
            raise typer.Exit(2)
        typer.echo(f"{head}: signature ok, {opened.tenant} up to seal {opened.known.n} as of {opened.at.isoformat()}")
        return opened.tenant, opened.known
    try:
        digest = bytes.fromhex(head)
    except ValueError:
        digest = b""
    if len(digest) != 32 or tenant is None:
        typer.echo("--head takes a file of audit-head, or a hexadecimal digest together with --tenant", err=True)
        raise typer.Exit(2)
    return tenant, KnownHead(digest)


@app.command()
def audit_head(tenant: Annotated[str, typer.Option(help="code of the company")]) -> None:
    """The signed end of a company's audit chain, to be kept elsewhere: verify-audit --head finds with it what was cut off together with its seals."""
    from loanbroker_api.audit_report import signed_head

    head = asyncio.run(signed_head(_settings(), tenant))
    if head is None:
        typer.echo(f"没有机构 / no company {tenant}", err=True)
        raise typer.Exit(2)
    typer.echo(head.head)


@app.command()
def verify_rollups(tenant: Annotated[str | None, typer.Option(help="code of one company; without it all of them")] = None) -> None:
    """Compare the funnel's roll-ups with the facts; exit status 1 where they differ, with the first differences."""
    from loanbroker_api.analytics.rollups.command import verify_companies

    found = asyncio.run(verify_companies(_settings(), tenant))
    _known(tenant, found)
    for code, state in found.items():
        verdict = f"{state.faults} differences" if state.faults else "ok"
        typer.echo(f"{code}: {verdict}, {state.customers} customers compared, {state.waiting} with events on the way")
        for one in state.differences:
            typer.echo(f"  {one.table} {one.side}: " + ", ".join(f"{name}={value}" for name, value in one.row.items()), err=True)
    if any(state.faults for state in found.values()):
        typer.echo("汇总与明细不一致，用 loanbroker rebuild-rollups 重建 / roll-ups differ: run loanbroker rebuild-rollups", err=True)
        raise typer.Exit(1)


@app.command()
def rebuild_rollups(tenant: Annotated[str | None, typer.Option(help="code of one company; without it all of them")] = None) -> None:
    """Make the funnel's roll-ups anew from the facts."""
    from loanbroker_api.analytics.rollups.command import rebuild_companies

    found = asyncio.run(rebuild_companies(_settings(), tenant))
    _known(tenant, found)
    for code, customers in found.items():
        typer.echo(f"{code}: rebuilt, {customers} customers")


def _known(tenant: str | None, found: Mapping[str, object]) -> None:
    """Raises Exit 2 for a company that is not there."""
    if tenant is not None and not found:
        typer.echo(f"没有机构 / no company {tenant}", err=True)
        raise typer.Exit(2)


@app.command()
def worker() -> None:
    """The background process: inbox, outbox, tasks, sealing."""
    from loanbroker_api import worker as background

    _private_files()
    _settings()
    background.main()


@app.command()
def demo(
    *,
    customers: Annotated[int, typer.Option(min=1, max=1_000_000, help="customers of all tenants together")] = 3_000,
    tenants: Annotated[int, typer.Option(min=1, max=50, help="demo, demo2, …")] = 2,
    seed: Annotated[int, typer.Option(help="the same seed tells the same story")] = 1,
    once: Annotated[bool, typer.Option(help="leave tenants alone that have their data")] = False,
) -> None:
    """Demo companies with ten weeks of work; what was begun is finished, nothing is written twice."""
    import gc

    from loanbroker_api.core import logging
    from loanbroker_api.demo.company import NotADemoError
    from loanbroker_api.demo.seed import OtherDataError, seed_demo

    settings = _settings()
    if settings.production:
        typer.echo("演示数据的账号和密码是公开的，不写入生产环境 / demo data are refused in production", err=True)
        raise typer.Exit(2)
    if settings.database_url is None or settings.master_key is None:
        typer.echo("LOANBROKER_DATABASE_URL and LOANBROKER_MASTER_KEY must be set; `loanbroker up` does all of it", err=True)
        raise typer.Exit(2)
    logging.configure(settings.log_level)

    # Rows hold no cycles: looking for some among all that was imported took a fifth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)

    def say(line: str) -> None:
        print(line, flush=True)

    try:
        outcome = asyncio.run(seed_demo(settings, customers=customers, tenants=tenants, seed=seed, once=once, say=say))
    except (NotADemoError, OtherDataError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    if outcome.password is not None:
        say(f"演示账号的密码：{outcome.password}")
    if not outcome.complete:
        raise typer.Exit(1)


@app.command()
def export_api(
    *,
    folder: Annotated[Path, typer.Option(help="where openapi.json, schema.graphql and rules.schema.json go")] = Path("openapi"),
    check: Annotated[bool, typer.Option(help="write nothing, fail where they differ")] = False,
) -> None:
    """Write the API documents from the code."""
    from loanbroker_api.export import export

    changed = export(folder, check=check)
    typer.echo(f"{'differs' if check else 'written'}: {', '.join(changed) or 'none'}")
    if check and changed:
        typer.echo("run `make api` and commit what changed", err=True)
        raise typer.Exit(1)


def main() -> None:
    """Entry point of `loanbroker`."""
    app()


if __name__ == "__main__":
    sys.exit(main())
