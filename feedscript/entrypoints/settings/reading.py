"""Settings from `.env` and the environment; `.env.example` explains each."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from dotenv import load_dotenv
from environs import Env, EnvValidationError, validate

from feedscript.domain import Reason
from feedscript.entrypoints.secrecy import SECRET_SETTINGS
from feedscript.entrypoints.settings import values
from feedscript.entrypoints.settings.folders import complaints_about_folders
from feedscript.entrypoints.settings.settings import BadSettings, Settings
from feedscript.entrypoints.settings.sharing import database_complaint, hosts_complaint

LONGEST = 10.0**9
LARGEST = 2**62
LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_DEFAULT = Settings()
_POSITIVE = validate.Range(min=1, max=LARGEST)
_NOT_NEGATIVE = validate.Range(min=0, max=LARGEST)
_SECONDS = validate.Range(min=0, max=LONGEST)


def settings_or_exit() -> Settings:
    """The settings, or one clear line and exit status 2; the folders must be such that they can be used."""
    try:
        return _with_usable_folders(read_settings())
    except BadSettings as error:
        end_with(error)


def end_with(error: BadSettings) -> NoReturn:
    """One clear line and exit status 2."""
    print(f"feedscript: bad settings: {error}", file=sys.stderr)  # noqa: T201 - the program's last word
    sys.exit(2)


def read_settings() -> Settings:
    """Read `.env` and the environment; raises `BadSettings` naming every value that cannot be used."""
    # Into the environment itself: scripts and the cloud's credentials are to find it there too.
    load_dotenv(Path(".env").absolute())
    env = Env(eager=False)
    read = {name: value for part in _PARTS for name, value in part(env).items()}
    try:
        env.seal()
    except EnvValidationError as error:
        raise BadSettings(*_complaints(error)) from error
    settings = Settings(**read)
    if settings.storage == "postgresql" and (complaint := database_complaint(settings)):
        raise BadSettings(complaint)
    if settings.executor == "procrastinate" and (complaint := hosts_complaint(settings)):
        raise BadSettings(complaint)
    return settings


def _with_usable_folders(settings: Settings) -> Settings:
    if complaints := complaints_about_folders(settings):
        raise BadSettings(*complaints)
    return settings


def _of_the_server(env: Env) -> dict[str, Any]:
    """Where it listens, who may call, and how much."""
    return {
        "host": env.str("HOST", _DEFAULT.host, validate=values.not_blank),
        "port": env.int("PORT", _DEFAULT.port, validate=validate.Range(min=1, max=values.LAST_PORT)),
        "workers": env.int("WORKERS", _DEFAULT.workers, validate=_POSITIVE),
        "threads": env.int("THREADS", _DEFAULT.threads, validate=_POSITIVE),
        "callback_url": env.str("CALLBACK_URL", "", validate=values.http_url_or_empty),
        "public_url": env.str("PUBLIC_URL", "", validate=values.http_url_or_empty),
        "api_keys": _api_keys(env),
        "allow_anonymous": env.bool("ALLOW_ANONYMOUS", False),
        "console": env.bool("CONSOLE", _DEFAULT.console),
        "rate_per_key": env.int("RATE_PER_KEY", _DEFAULT.rate_per_key, validate=_POSITIVE),
        "rate_per_address": env.int("RATE_PER_ADDRESS", _DEFAULT.rate_per_address, validate=_POSITIVE),
        "max_queued": env.int("MAX_QUEUED", _DEFAULT.max_queued, validate=_POSITIVE),
        "max_queued_per_merchant": env.int(
            "MAX_QUEUED_PER_MERCHANT", _DEFAULT.max_queued_per_merchant, validate=_POSITIVE
        ),
        "adapters": env.str("ADAPTERS", ""),
        "audit_keys": tuple(env.list("AUDIT_KEYS", [], validate=values.no_blanks) or ()),
        "max_body_bytes": env.int("MAX_BODY_BYTES", _DEFAULT.max_body_bytes, validate=_POSITIVE),
        "lenient_bodies": env.bool("LENIENT_BODIES", False),
        "log_level": env.str("LOG_LEVEL", _DEFAULT.log_level, validate=validate.OneOf(LOG_LEVELS)),
        "log_format": env.str("LOG_FORMAT", _DEFAULT.log_format, validate=validate.OneOf(LOG_FORMATS)),
        "access_log": env.bool("ACCESS_LOG", False),
    }


def _of_the_storage(env: Env) -> dict[str, Any]:
    """Where jobs, trail and objects lie."""
    return {
        "storage": env.str("STORAGE", _DEFAULT.storage, validate=validate.OneOf(["files", "postgresql"])),
        "database_url": env.str("DATABASE_URL", ""),
        "executor": env.str(
            "EXECUTOR", _DEFAULT.executor, validate=validate.OneOf(["subprocess", "procrastinate"])
        ),
        "host_lease": env.float("HOST_LEASE", _DEFAULT.host_lease, validate=validate.Range(min=2, max=3600)),
        "service_secret": env.str("SERVICE_SECRET", "", validate=values.long_or_empty),
        "jobs_dir": env.path("JOBS_DIR", _DEFAULT.jobs_dir, validate=values.named),
        "activities_dir": env.path("ACTIVITIES_DIR", _DEFAULT.activities_dir, validate=values.named),
        "runs_dir": env.path("RUNS_DIR", _DEFAULT.runs_dir, validate=values.named),
        "logs_dir": env.path("LOGS_DIR", _DEFAULT.logs_dir, validate=values.named),
        "config_dir": env.path("CONFIG_DIR", _DEFAULT.config_dir, validate=values.named),
        "min_free_bytes": env.int("MIN_FREE_BYTES", _DEFAULT.min_free_bytes, validate=_NOT_NEGATIVE),
        "object_store": env.str(
            "OBJECT_STORE", _DEFAULT.object_store, validate=validate.OneOf(["local", "s3"])
        ),
        "object_store_root": env.path("OBJECT_STORE_ROOT", _DEFAULT.object_store_root, validate=values.named),
        "s3_endpoint": env.str("S3_ENDPOINT", "", validate=values.http_url_or_empty),
        "s3_region": env.str("S3_REGION", ""),
    }


def _of_scripts(env: Env) -> dict[str, Any]:
    """What runs, as whom, how long, and what it may take."""
    return {
        "max_concurrent_scripts": env.int(
            "MAX_CONCURRENT_SCRIPTS", _DEFAULT.max_concurrent_scripts, validate=_POSITIVE
        ),
        "script_timeout": env.float("SCRIPT_TIMEOUT", _DEFAULT.script_timeout, validate=_SECONDS),
        "stall_timeout": env.float("STALL_TIMEOUT", _DEFAULT.stall_timeout, validate=_SECONDS),
        "stuck_after": env.float("STUCK_AFTER", _DEFAULT.stuck_after, validate=_SECONDS),
        "script_kill_grace": env.float("SCRIPT_KILL_GRACE", _DEFAULT.script_kill_grace, validate=_SECONDS),
        "script_log_bytes": env.int("SCRIPT_LOG_BYTES", _DEFAULT.script_log_bytes, validate=_NOT_NEGATIVE),
        "script_memory_bytes": env.int(
            "SCRIPT_MEMORY_BYTES", _DEFAULT.script_memory_bytes, validate=_NOT_NEGATIVE
        ),
        "script_cpu_seconds": env.int("SCRIPT_CPU_SECONDS", 0, validate=_NOT_NEGATIVE),
        "script_open_files": env.int("SCRIPT_OPEN_FILES", _DEFAULT.script_open_files, validate=_NOT_NEGATIVE),
        "script_file_bytes": env.int("SCRIPT_FILE_BYTES", _DEFAULT.script_file_bytes, validate=_NOT_NEGATIVE),
        "script_environment": tuple(env.list("SCRIPT_ENVIRONMENT", []) or ()),
        "script_user": env.str("SCRIPT_USER", "", validate=values.user_or_empty),
        "generate_command": _command(env, "GENERATE_COMMAND"),
        "validate_command": _command(env, "VALIDATE_COMMAND"),
        "allowed_buckets": tuple(env.list("ALLOWED_BUCKETS", [], validate=values.buckets) or ()),
        "umask": int(env.str("UMASK", f"{_DEFAULT.umask:03o}", validate=values.octal) or "0", 8),
    }


def _of_callbacks(env: Env) -> dict[str, Any]:
    """Who is told, and what of it is signed."""
    return {
        "callback_grace": env.float("CALLBACK_GRACE", _DEFAULT.callback_grace, validate=_SECONDS),
        "webhook_secrets": tuple(env.list("WEBHOOK_SECRETS", [], validate=values.secrets) or ()),
        "callback_allow": tuple(env.list("CALLBACK_ALLOW", [], validate=values.exemptions) or ()),
        "callback_ports": frozenset(
            env.list("CALLBACK_PORTS", sorted(_DEFAULT.callback_ports), subcast=int, validate=values.ports)
            or ()
        ),
        "drain_grace": env.float("DRAIN_GRACE", _DEFAULT.drain_grace, validate=_SECONDS),
    }


def _of_feeds(env: Env) -> dict[str, Any]:
    """What a feed may take."""
    return {
        "max_feed_bytes": env.int("MAX_FEED_BYTES", _DEFAULT.max_feed_bytes, validate=_POSITIVE),
        "max_feed_ratio": env.float("MAX_FEED_RATIO", _DEFAULT.max_feed_ratio, validate=_POSITIVE),
        "max_feed_items": env.int("MAX_FEED_ITEMS", _DEFAULT.max_feed_items, validate=_POSITIVE),
        "max_feed_columns": env.int("MAX_FEED_COLUMNS", _DEFAULT.max_feed_columns, validate=_POSITIVE),
        "max_field_bytes": env.int("MAX_FIELD_BYTES", _DEFAULT.max_field_bytes, validate=_POSITIVE),
        "max_xml_depth": env.int("MAX_XML_DEPTH", _DEFAULT.max_xml_depth, validate=_POSITIVE),
        "max_feed_seconds": env.float("MAX_FEED_SECONDS", _DEFAULT.max_feed_seconds, validate=_SECONDS),
        "feed_memory_bytes": env.int("FEED_MEMORY_BYTES", _DEFAULT.feed_memory_bytes, validate=_POSITIVE),
    }


def _of_retries(env: Env) -> dict[str, Any]:
    """What is tried again."""
    return {
        "max_retries": env.int("MAX_RETRIES", _DEFAULT.max_retries, validate=_NOT_NEGATIVE),
        "max_manual_retries": env.int(
            "MAX_MANUAL_RETRIES", _DEFAULT.max_manual_retries, validate=_NOT_NEGATIVE
        ),
        "retry_base": env.float("RETRY_BASE", _DEFAULT.retry_base, validate=_SECONDS),
        "retry_cap": env.float("RETRY_CAP", _DEFAULT.retry_cap, validate=_SECONDS),
        "automatic_retries": frozenset(
            Reason(name)
            for name in env.list(
                "AUTOMATIC_RETRIES",
                sorted(_DEFAULT.automatic_retries),
                validate=validate.ContainsOnly(list(Reason)),
            )
            or ()
        ),
    }


_PARTS = (_of_the_server, _of_the_storage, _of_scripts, _of_callbacks, _of_feeds, _of_retries)


def _api_keys(env: Env) -> dict[str, str]:
    pairs: list[str] | None = env.list("API_KEYS", [], validate=values.name_and_key)
    return dict(pair.split("=", 1) for pair in pairs or ())


def _command(env: Env, name: str) -> tuple[str, ...]:
    program, *arguments = shlex.split(env.str(name, "", validate=values.shell_words) or "") or [""]
    if not program:
        return ()
    # A script starts in a folder of its own, so a path must not depend on where it is looked at from.
    return (str(Path(program).absolute()) if "/" in program else program, *arguments)


def _complaints(error: EnvValidationError) -> list[str]:
    messages_by_name = error.error_messages if isinstance(error.error_messages, Mapping) else {}
    shown = {name: repr(os.environ.get(name, "")) for name in messages_by_name} | dict.fromkeys(
        SECRET_SETTINGS, "(hidden)"
    )
    return [
        f"{name}={shown[name]}: {' '.join(map(str, messages))}" for name, messages in messages_by_name.items()
    ]
