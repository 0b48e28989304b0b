"""The log of all processes of a server, in one form: a line for people, or an object of JSON."""

import logging
import logging.config
from typing import Any

from flask import g, has_request_context

from feedscript.entrypoints.settings import Settings

TEXT = "{asctime} {levelname} {name}: {message}{request}"
#: As the fields of JSON are called, in their order; the facts of a record follow.
JSON = "{asctime}{levelname}{name}{message}{process}"
NAMES = {"asctime": "time", "levelname": "level", "name": "logger"}


class CallNamer(logging.Filter):
    """Gives what is logged while a call is answered the call's id: `request_id`, and `request` for a line of text."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add both; no record is left out."""
        if has_request_context() and not hasattr(record, "request_id"):
            record.request_id = g.get("request_id")
        request_id = getattr(record, "request_id", None)
        record.request = f" [{request_id}]" if request_id else ""
        return True


def set_up_log(settings: Settings) -> None:
    """Log to standard error from `LOG_LEVEL` on, as `LOG_FORMAT` has it."""
    formatters: dict[str, dict[str, Any]] = {
        "text": {"format": TEXT, "style": "{"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": JSON,
            "style": "{",
            "rename_fields": NAMES,
            "json_ensure_ascii": False,
            "reserved_attrs": [*_RESERVED, "request"],
        },
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {settings.log_format: formatters[settings.log_format]},
            "filters": {"call": {"()": CallNamer}},
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": settings.log_format,
                    "filters": ["call"],
                }
            },
            # Whoever asks it for a connection tells why there was none, and does so less often.
            "loggers": {"psycopg.pool": {"level": "ERROR"}},
            "root": {"level": settings.log_level, "handlers": ["stderr"]},
        }
    )


#: What the standard library puts on every record.
_RESERVED = (*vars(logging.makeLogRecord({})), "message", "asctime")
