"""Logs are JSON lines without values, in every process and from every module."""

import subprocess
import sys

import orjson
import pytest

PROGRAM = """
from loanbroker_api.core import http, logging, outbox, wakes
{configure}
import logging as standard
from sqlalchemy.exc import DBAPIError

def deep(phone):
    raise DBAPIError("INSERT 13800138000", {{"p": phone}}, ValueError(phone))

try:
    deep("13800138000")
except DBAPIError as error:
    for module in (http, outbox, wakes):
        module.log.error("failed", exc_info=error, phone="13800138000", name="张三丰", kind="x")
    http.log.exception("failed", body="13800138000")
    standard.getLogger("library").warning("refused %s", "13800138000", exc_info=True)
"""


@pytest.mark.parametrize("configure", ["logging.configure('INFO')", ""], ids=["configured", "before it is configured"])
def test_no_module_logs_a_value(configure: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(configure=configure)], capture_output=True, check=True)
    assert b"13800138000" not in done.stderr + done.stdout
    assert "张三丰".encode() not in done.stderr + done.stdout
    lines = [orjson.loads(line) for line in done.stderr.splitlines()]
    ours = [line for line in lines if line["event"] == "failed"]
    assert [line["area"] for line in ours] == ["http", "outbox", "wakes", "http"]
    for line in ours:
        assert line["error"] == "DBAPIError"
        assert line["at"]
    (theirs,) = [line for line in lines if line["event"] == "library"]
    assert (theirs["logger"], theirs["error"]) == ("library", "DBAPIError")
    assert (ours[0]["kind"], ours[0]["phone"], ours[0]["name"]) == ("x", "•••", "•••")


def test_the_level_is_obeyed() -> None:
    program = "from loanbroker_api.core import logging\nlog = logging.get_logger('x')\nlogging.configure('ERROR')\nlog.info('quiet')\nlog.error('loud')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert [orjson.loads(line)["event"] for line in done.stderr.splitlines()] == ["loud"]
