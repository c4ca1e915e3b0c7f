"""Fixtures that every test may ask for: the real servers, the real roles."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation import TEST_DATABASE, TEST_PASSWORDS, TEST_POSTGRES
from loanbroker_api.embedded import EmbeddedServers, bootstrap_roles


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that the servers' user can reach when the tests run as root; pytest's own tmp_path is closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="loanbroker-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(open_folder: Path) -> Iterator[EmbeddedServers]:
    """PostgreSQL and Valkey of this test process."""
    with EmbeddedServers(open_folder / "servers", postgres_settings=TEST_POSTGRES) as started:
        yield started


@pytest.fixture(scope="session")
def roles(servers: EmbeddedServers) -> dict[str, str]:
    """Passwords by role, once roles and the (empty) database `loanbroker` are there. Name it before anything that migrates."""
    asyncio.run(bootstrap_roles(servers.admin_dsn, TEST_DATABASE, TEST_PASSWORDS))
    return TEST_PASSWORDS
