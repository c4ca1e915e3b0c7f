"""The embedded servers against everything that a crash leaves behind."""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import redis

from foundation import TEST_POSTGRES
from loanbroker_api.embedded import DataDirInUseError, EmbeddedServers, bootstrap_roles, places
from loanbroker_api.embedded.places import port_is_free
from loanbroker_api.embedded.postgres import SOCKET_PATH_LIMIT
from loanbroker_api.embedded.supervise import wait_until


@pytest.fixture
def data_dir(open_folder: Path, request: pytest.FixtureRequest) -> Path:
    return open_folder / hashlib.sha256(request.node.name.encode()).hexdigest()[:8]


@pytest.fixture(scope="module")
def module_servers(open_folder: Path) -> Iterator[EmbeddedServers]:
    """Servers that these tests may kill."""
    with EmbeddedServers(open_folder / "killed", postgres_settings=TEST_POSTGRES) as started:
        yield started


async def _run(dsn: str, *statements: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


async def test_killed_servers_come_back_with_what_was_committed(module_servers: EmbeddedServers):
    await _run(module_servers.admin_dsn, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)", "SELECT 1")
    before = module_servers.postgres_pid, module_servers.valkey_pid, module_servers.admin_dsn, module_servers.redis_url
    module_servers.kill_postgres()
    module_servers.kill_valkey()
    after = module_servers.postgres_pid, module_servers.valkey_pid, module_servers.admin_dsn, module_servers.redis_url
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert before[2:] == after[2:]
    assert await _run(module_servers.admin_dsn, "SELECT n FROM kept") == 7


def test_valkey_keeps_its_data_unless_wiped(module_servers: EmbeddedServers):
    with contextlib.closing(redis.Redis.from_url(module_servers.redis_url)) as client:
        client.set("k", "v")
    module_servers.restart_valkey()
    with contextlib.closing(redis.Redis.from_url(module_servers.redis_url)) as client:
        assert client.get("k") == b"v"
    module_servers.kill_valkey(wipe=True)
    with contextlib.closing(redis.Redis.from_url(module_servers.redis_url)) as client:
        assert client.get("k") is None


def test_valkey_asks_for_its_password(module_servers: EmbeddedServers):
    bare = "redis://" + module_servers.redis_url.split("@", 1)[1]
    with contextlib.closing(redis.Redis.from_url(bare)) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


async def test_over_tcp_the_superuser_has_no_way_in(module_servers: EmbeddedServers):
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(module_servers.tcp_dsn("postgres", "postgres", "postgres"))


async def test_data_and_ports_are_kept_and_secrets_are_private(data_dir: Path):
    with EmbeddedServers(data_dir, postgres_settings=TEST_POSTGRES) as first:
        await _run(first.admin_dsn, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)", "SELECT 1")
        addresses = first.admin_dsn, first.redis_url
        with pytest.raises(DataDirInUseError, match=str(os.getpid())):
            EmbeddedServers(data_dir).start()
    with EmbeddedServers(data_dir, postgres_settings=TEST_POSTGRES) as second:
        assert (second.admin_dsn, second.redis_url) == addresses
        assert await _run(second.admin_dsn, "SELECT n FROM kept") == 7
        assert (data_dir / "postgres").stat().st_mode & 0o777 == 0o700
        assert (data_dir / "valkey").stat().st_mode & 0o777 == 0o700
        assert (data_dir / "secrets" / "valkey.password").stat().st_mode & 0o777 == 0o600
        for log in (data_dir / "logs").iterdir():
            assert log.stat().st_mode & 0o777 == 0o600


async def test_two_data_folders_run_side_by_side_and_a_taken_port_is_chosen_again(data_dir: Path, servers: EmbeddedServers):
    data_dir.mkdir(mode=0o711)
    taken = int(servers.admin_dsn.rsplit("=", 1)[1])
    (data_dir / "servers.json").write_text(f'{{"postgres_port": {taken}}}')
    with EmbeddedServers(data_dir, postgres_settings=TEST_POSTGRES) as other:
        assert other.admin_dsn != servers.admin_dsn
        assert other.redis_url != servers.redis_url
        assert await _run(other.admin_dsn, "SELECT 1") == await _run(servers.admin_dsn, "SELECT 1")


async def test_a_stale_pid_file_that_names_someone_else_is_no_obstacle(data_dir: Path):
    with EmbeddedServers(data_dir, postgres_settings=TEST_POSTGRES):
        text = (data_dir / "postgres" / "postmaster.pid").read_text()
    stale = data_dir / "postgres" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n" + text.split("\n", 1)[1])
    stale.chmod(0o644)
    with EmbeddedServers(data_dir, postgres_settings=TEST_POSTGRES) as again:
        assert await _run(again.admin_dsn, "SELECT 1") == 1


async def test_a_start_that_was_killed_during_initdb_begins_again(data_dir: Path):
    (data_dir / "postgres" / "base").mkdir(parents=True)
    data_dir.chmod(0o711)
    (data_dir / "postgres.unfinished").touch()
    with EmbeddedServers(data_dir, postgres_settings=TEST_POSTGRES) as started:
        assert await _run(started.admin_dsn, "SELECT 1") == 1


SUPERVISOR = textwrap.dedent(
    """
    import sys, threading
    from pathlib import Path
    from loanbroker_api.embedded import EmbeddedServers
    servers = EmbeddedServers(Path(sys.argv[1]), postgres_settings={"fsync": "off"})
    servers.start()
    print(servers.postgres_pid, servers.valkey_pid, flush=True)
    threading.Event().wait()
    """
)


@pytest.mark.parametrize("frozen", [False, True], ids=["ending", "frozen"])
async def test_the_next_start_recovers_from_a_killed_supervisor(data_dir: Path, frozen: bool):
    """`frozen`: the old server is stopped (SIGSTOP), so that it is certainly still there when the next start looks."""
    with subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(data_dir)], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        postgres, valkey = (int(word) for word in supervisor.stdout.readline().split())
        if frozen:
            os.kill(postgres, signal.SIGSTOP)
        supervisor.kill()
    if frozen:
        os.kill(postgres, signal.SIGCONT)
    with EmbeddedServers(data_dir, postgres_settings=TEST_POSTGRES) as again:
        assert await _run(again.admin_dsn, "SELECT 1") == 1
        assert again.postgres_pid != postgres
    assert wait_until(lambda: not _alive(postgres) and not _alive(valkey), 10)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


async def test_a_deep_folder_puts_the_socket_elsewhere(open_folder: Path):
    deep = open_folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    for folder in (deep, deep.parent):
        folder.chmod(0o711)
    with EmbeddedServers(deep, postgres_settings=TEST_POSTGRES) as started:
        assert len(str(deep / "postgres" / ".s.PGSQL.20000")) > SOCKET_PATH_LIMIT
        assert await _run(started.admin_dsn, "SELECT 1") == 1


def test_ports_in_use_are_seen(servers: EmbeddedServers):
    assert not port_is_free(int(servers.admin_dsn.rsplit("=", 1)[1]))


async def test_roles_are_what_they_must_be_and_made_twice_without_harm(servers: EmbeddedServers, roles: dict[str, str]):
    await bootstrap_roles(servers.admin_dsn, "loanbroker", roles)
    app, migrator = (servers.dsn(role, roles[role], "loanbroker") for role in ("lb_app", "lb_migrator"))
    assert await _run(app, "SELECT current_user || current_setting('plan_cache_mode')") == "lb_appforce_custom_plan"
    assert await _run(app, "SET ROLE lb_sweeper", "SELECT current_user::text") == "lb_sweeper"
    assert await _run(app, "SELECT pg_has_role('lb_app', 'lb_sweeper', 'USAGE')") is False
    assert await _run(migrator, "SET ROLE lb_owner", "CREATE SCHEMA tried", "DROP SCHEMA tried", "SELECT current_user::text") == "lb_owner"
    assert await _run(servers.admin_dsn, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'lb\\_%' AND (rolsuper OR rolbypassrls)") == 0
    for forbidden in ("CREATE SCHEMA mine", "SET ROLE lb_owner", "CREATE TEMP TABLE t (n int)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _run(app, forbidden, "SELECT 1")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(servers.tcp_dsn("lb_app", "wrong", "loanbroker"))
    assert await _run(servers.tcp_dsn("lb_app", roles["lb_app"], "loanbroker"), "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs its servers as another user")
async def test_a_closed_checkout_keeps_programs_and_data_where_the_servers_user_reaches_them(
    data_dir: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    home = open_folder / "var"
    monkeypatch.setattr(places, "OPEN_HOME", home)
    monkeypatch.setattr(places, "open_to_all", lambda path: path.is_relative_to(home))
    before = os.umask(0o077)
    try:
        with EmbeddedServers(data_dir, postgres_settings=TEST_POSTGRES) as first:
            await _run(first.admin_dsn, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)", "SELECT 1")
            program = Path(f"/proc/{first.postgres_pid}/exe").readlink()
        assert program.is_relative_to(home)
        assert not (data_dir / "postgres").exists()
        with EmbeddedServers(data_dir, postgres_settings=TEST_POSTGRES) as second:
            assert await _run(second.admin_dsn, "SELECT n FROM kept") == 7
    finally:
        os.umask(before)
