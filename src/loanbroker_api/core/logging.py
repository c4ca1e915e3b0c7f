"""Structured logs: JSON lines with the request id and without personal data."""

import logging
import sys
from typing import Any

import orjson
import structlog
from structlog.types import EventDict, WrappedLogger

SECRET_KEYS = frozenset({"password", "secret", "token", "authorization", "cookie", "phone", "name", "id_number", "body", "note", "value"})


def _drop_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for key in SECRET_KEYS.intersection(event):
        event[key] = "•••"
    return event


def _render(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return orjson.dumps(event, default=str).decode()


def _exception_type(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Exceptions by type and place only: driver and validation messages carry the refused value."""
    info = event.pop("exc_info", None)
    if info:
        error = info if isinstance(info, BaseException) else sys.exc_info()[1]
        if error is not None:
            event["error"] = type(error).__name__
            event["at"] = _places(error)
    return event


def _places(error: BaseException) -> list[str]:
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        file = "/".join(trace.tb_frame.f_code.co_filename.split("/")[-2:])
        places.append(f"{file}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-8:]


class _LibraryFormatter(logging.Formatter):
    """A library's line by its logger, and an exception by type and place: its message and traceback may carry values."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"level": record.levelname.lower(), "logger": record.name, "event": "library"}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"], line["at"] = type(error).__name__, _places(error)
        return orjson.dumps(line).decode()


def configure(level: str = "INFO") -> None:
    """Once a process, before its first line."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception_type,
            _drop_secrets,
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LibraryFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for client in ("httpx", "httpcore"):
        # They log whole addresses, and an address may hold a secret (WeChat's code2Session): not even where a level is turned down.
        logging.getLogger(client).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A module's logger. It is bound at its first use, so that one made at import follows `configure` as well."""
    return structlog.get_logger(area=name)


configure()  # structlog's own default prints exceptions with their values; nothing may ever log by it
