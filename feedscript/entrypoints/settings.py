"""Settings from the environment and `.env`; `.env.example` explains each."""

import os
import re
import secrets
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from dotenv import load_dotenv
from environs import Env, EnvValidationError, ValidationError, validate

from feedscript.adapters.egress import BadExemption, EgressRules, Exempt
from feedscript.adapters.egress.rules import USUAL_PORTS
from feedscript.adapters.files import Disk
from feedscript.adapters.subprocess.script_user import ScriptUser, may_change_users
from feedscript.adapters.webhooks import BadSecret, Signing
from feedscript.domain import AllowedBuckets, FeedscriptError, Phase, QueueLimits, Reason, RetryPolicy
from feedscript.entrypoints.secrecy import SECRET_SETTINGS, without_secrets
from feedscript.ports.errors import StorageBroken

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV")
FEED_LIMITS = (
    "max_feed_bytes",
    "max_feed_ratio",
    "max_feed_items",
    "max_feed_columns",
    "max_field_bytes",
    "max_xml_depth",
    "max_feed_seconds",
    "feed_memory_bytes",
)
FOLDERS = ("jobs_dir", "activities_dir", "runs_dir", "logs_dir", "object_store_root")
OWN_FOLDERS = ("jobs_dir", "activities_dir", "runs_dir", "logs_dir", "config_dir")
SHORTEST_SECRET = 32
CALLBACK_PATH = "/api/callback/feed"
BUCKET = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")


class BadSettings(FeedscriptError):
    """Settings have values that cannot be used.

    Attributes: `complaints`, one for each.
    """

    def __init__(self, *complaints: str) -> None:
        self.complaints = complaints
        super().__init__("; ".join(complaints))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that can be set; the defaults run on an empty environment. Times in seconds, sizes in bytes."""

    host: str = "127.0.0.1"
    port: int = 3000
    workers: int = 2
    threads: int = 8
    callback_url: str = ""
    public_url: str = ""
    api_keys: Mapping[str, str] | None = None
    allow_anonymous: bool = False
    console: bool = True
    rate_per_key: int = 30_000
    rate_per_address: int = 120
    max_queued: int = 100_000
    max_queued_per_merchant: int = 20_000
    adapters: str = ""
    audit_keys: tuple[str, ...] = ()
    max_body_bytes: int = 1024 * 1024
    lenient_bodies: bool = False
    log_level: str = "INFO"
    log_format: str = "text"
    access_log: bool = False
    storage: str = "files"
    executor: str = "subprocess"
    host_lease: float = 30.0
    service_secret: str = ""
    database_url: str = ""
    jobs_dir: Path = Path("jobs")
    activities_dir: Path = Path("activities")
    runs_dir: Path = Path("runs")
    logs_dir: Path = Path("logs")
    config_dir: Path = Path("config")
    min_free_bytes: int = 64 * 1024 * 1024
    object_store: str = "local"
    object_store_root: Path = Path("objects")
    s3_endpoint: str = ""
    s3_region: str = ""
    max_concurrent_scripts: int = os.cpu_count() or 1
    script_timeout: float = 3600.0
    stall_timeout: float = 0.0
    stuck_after: float = 900.0
    script_kill_grace: float = 10.0
    script_log_bytes: int = 10 * 1024 * 1024
    script_memory_bytes: int = 32 * 1024**3
    script_cpu_seconds: int = 0
    script_open_files: int = 4096
    script_file_bytes: int = 64 * 1024**3
    script_environment: tuple[str, ...] = ()
    script_user: str = ""
    generate_command: tuple[str, ...] = ()
    validate_command: tuple[str, ...] = ()
    allowed_buckets: tuple[str, ...] = ()
    umask: int = 0o027
    callback_grace: float = 60.0
    webhook_secrets: tuple[str, ...] = ()
    callback_allow: tuple[str, ...] = ()
    callback_ports: frozenset[int] = USUAL_PORTS
    drain_grace: float = 10.0
    max_feed_bytes: int = 16 * 1024**3
    max_feed_ratio: float = 200.0
    max_feed_items: int = 50_000_000
    max_feed_columns: int = 1000
    max_field_bytes: int = 2 * 1024**2
    max_xml_depth: int = 64
    max_feed_seconds: float = 3600.0
    feed_memory_bytes: int = 512 * 1024**2
    max_retries: int = 10
    max_manual_retries: int | None = None
    retry_base: float = 30.0
    retry_cap: float = 3600.0
    automatic_retries: frozenset[Reason] = frozenset({Reason.LOST, Reason.TRANSIENT})

    @property
    def own_callback_url(self) -> str:
        """Where scripts report: `CALLBACK_URL`, else this service on its own port."""
        host = self.host if self.host not in ("", "0.0.0.0", "::") else "127.0.0.1"  # noqa: S104 - not bound to here
        host = f"[{host}]" if ":" in host else host
        return self.callback_url or f"http://{host}:{self.port}{CALLBACK_PATH}"

    @property
    def own_hosts(self) -> frozenset[str]:
        """The names that this service is called by, beside this machine's own."""
        hosts = (self.host, *(_place(url)[1] for url in (self.public_url, self.callback_url)))
        return frozenset(filter(None, hosts))

    @property
    def for_this_machine(self) -> bool:
        """Whether this machine alone calls: it listens to nothing else, and `PUBLIC_URL` names no proxy before it."""
        _, public, _, _ = _place(self.public_url)
        return is_loopback(self.host) and (public in ("", "loopback") or is_loopback(public))

    def is_own_callback(self, url: str) -> bool:
        """Whether the address is this service's own callback endpoint, under whatever name of this machine."""
        return _place(url) in (_place(self.own_callback_url), ("http", "loopback", self.port, CALLBACK_PATH))

    def report_address(self, job_id: str) -> str:
        """Where whoever is told of an outcome reads the job's report: below `PUBLIC_URL`, else below `CALLBACK_URL`."""
        base = self.public_url or self.own_callback_url.rstrip("/").removesuffix(CALLBACK_PATH)
        return f"{base.rstrip('/')}/api/feed/jobs/{job_id}/report"

    @property
    def signing(self) -> Signing:
        """What signs the outcomes that callers are told."""
        return Signing.parse(self.webhook_secrets)

    @property
    def egress(self) -> EgressRules:
        """Which callback addresses are called; this machine's own where nobody but this machine can ask for it."""
        return EgressRules(
            ports=self.callback_ports,
            exempt=tuple(map(Exempt.parse, self.callback_allow)),
            loopback=self.for_this_machine,
        )

    @property
    def buckets(self) -> AllowedBuckets:
        """The buckets that requests may name, for all merchants and for each."""
        if not self.allowed_buckets:
            return AllowedBuckets()
        own: dict[str, set[str]] = {}
        for entry in self.allowed_buckets:
            merchant, _, bucket = entry.rpartition("=")
            own.setdefault(merchant, set()).add(bucket)
        everybody = frozenset(own.pop("", ()))
        return AllowedBuckets(everybody, {name: frozenset(names) for name, names in own.items()})

    @property
    def named_buckets(self) -> tuple[str, ...]:
        """The buckets that requests may name, each once; none where all are allowed."""
        return tuple(dict.fromkeys(entry.rpartition("=")[2] for entry in self.allowed_buckets))

    @property
    def queue_limits(self) -> QueueLimits:
        """How much may wait."""
        return QueueLimits(self.max_queued_per_merchant, self.max_queued)

    @property
    def commands(self) -> Mapping[Phase, tuple[str, ...]]:
        """The user's own scripts, by phase."""
        own = {Phase.GENERATION: self.generate_command, Phase.VALIDATION: self.validate_command}
        return {phase: command for phase, command in own.items() if command}

    @property
    def script_account(self) -> ScriptUser | None:
        """As whom scripts run; None where they run as the service's own user."""
        return ScriptUser.named(self.script_user) if self.script_user else None

    def passed_environment(self) -> dict[str, str]:
        """What a script inherits of the service's environment: an allow-list, and what `SCRIPT_ENVIRONMENT` adds."""
        names = (*PASSED_ON, *self.script_environment)
        return {name: os.environ[name] for name in names if name in os.environ}

    def runner_environment(self) -> dict[str, str]:
        """What the process that looks after scripts inherits: all but secrets, as its scripts can read it."""
        return without_secrets(dict(os.environ))

    def builtin_environment(self) -> dict[str, str]:
        """What the built-in scripts need besides: where objects and configuration lie."""
        cloud = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        return cloud | {
            **self._own_modules(),
            "OBJECT_STORE": self.object_store,
            "OBJECT_STORE_ROOT": str(self.object_store_root.absolute()),
            "S3_ENDPOINT": self.s3_endpoint,
            "S3_REGION": self.s3_region,
            "CONFIG_DIR": str(self.config_dir.absolute()),
            **{name.upper(): str(getattr(self, name)) for name in FEED_LIMITS},
        }

    def _own_modules(self) -> dict[str, str]:
        """Where adapters of the operator's own are found: a feed may lie in an object store that is one."""
        if not self.adapters:
            return {}
        places = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
        return places | {"ADAPTERS": self.adapters}

    def limits(self) -> dict[str, int]:
        """Resource limits of a script, by their names in `resource`."""
        asked = {
            "RLIMIT_AS": self.script_memory_bytes,
            "RLIMIT_CPU": self.script_cpu_seconds,
            "RLIMIT_NOFILE": self.script_open_files,
            "RLIMIT_FSIZE": self.script_file_bytes,
        }
        return {name: limit for name, limit in asked.items() if limit}

    def secret(self) -> bytes:
        """The key of the attempts' tokens: `SERVICE_SECRET`, else `JOBS_DIR/.secret`, made at the first start."""
        if self.service_secret:
            return self.service_secret.encode()
        path = self.jobs_dir / ".secret"
        secret = _made_once(path)
        if len(secret.strip()) < SHORTEST_SECRET:
            raise StorageBroken(
                str(path),
                f"the secret of the scripts' tokens has fewer than {SHORTEST_SECRET} characters, so anybody could make "
                "one; remove the file, and the service makes another (what runs now cannot report then)",
            )
        return secret

    def host_id(self) -> str:
        """What tells this machine's folders from another's that share its database: `JOBS_DIR/.host`, made once."""
        return _made_once(self.jobs_dir / ".host").decode().strip()

    @property
    def audit_key(self) -> bytes | None:
        """What signs the audit trail's daily digests: the first of `AUDIT_KEYS`; the others only verify."""
        return self.audit_keys[0].encode() if self.audit_keys else None

    @property
    def hosts(self) -> str:
        """How many hosts may run scripts: `any` with folders of its own each, `one` of a database, `several`."""
        if self.executor == "procrastinate":
            return "several"
        return "one" if self.storage == "postgresql" else "any"

    @property
    def database_connections(self) -> int:
        """The most connections that a server process makes: two for each thread, and some for what runs beside.

        One of a thread's holds the locks of the places that it is about to hand over, while the other asks.
        """
        return 2 * self.threads + 4

    @property
    def stall(self) -> float | None:
        """How long a script may be silent; None where that does not matter."""
        return self.stall_timeout or None

    @property
    def reserve_bytes(self) -> int:
        """What is set aside so that running jobs can end on a full disk: half of `MIN_FREE_BYTES`."""
        return self.min_free_bytes // 2

    @property
    def rates_file(self) -> Path:
        """Where calls are counted, for all server processes."""
        return self.runs_dir / ".rates"

    @property
    def outbox_dir(self) -> Path:
        """Where outcomes wait that are still to be told."""
        return self.jobs_dir / "outbox"

    @property
    def retry_policy(self) -> RetryPolicy:
        """The retry rules that the settings give."""
        return RetryPolicy(
            max_retries=self.max_retries,
            max_manual_retries=self.max_manual_retries,
            base=timedelta(seconds=self.retry_base),
            cap=timedelta(seconds=self.retry_cap),
            automatic=self.automatic_retries,
        )

    @property
    def grace(self) -> timedelta:
        """`CALLBACK_GRACE` as a duration."""
        return timedelta(seconds=self.callback_grace)


def is_loopback(host: str) -> bool:
    """Whether the address or name is one that only this machine reaches.

    >>> is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("shop.localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback if mapped is None else bool(mapped.is_loopback)


def read_settings() -> Settings:
    """Read `.env` and the environment; raises `BadSettings` naming every value that cannot be used."""
    # Into the environment itself: scripts and the cloud's credentials are to find it there too.
    load_dotenv(Path(".env").absolute())
    env = Env(eager=False)
    default = Settings()
    positive, some = validate.Range(min=1, max=LARGEST), validate.Range(min=0, max=LARGEST)
    seconds = validate.Range(min=0, max=LONGEST)
    values: dict[str, Any] = {
        "host": env.str("HOST", default.host, validate=_not_blank),
        "port": env.int("PORT", default.port, validate=validate.Range(min=1, max=LAST_PORT)),
        "workers": env.int("WORKERS", default.workers, validate=positive),
        "threads": env.int("THREADS", default.threads, validate=positive),
        "callback_url": env.str("CALLBACK_URL", "", validate=_http_url_or_empty),
        "public_url": env.str("PUBLIC_URL", "", validate=_http_url_or_empty),
        "api_keys": _api_keys(env),
        "allow_anonymous": env.bool("ALLOW_ANONYMOUS", False),
        "console": env.bool("CONSOLE", default.console),
        "rate_per_key": env.int("RATE_PER_KEY", default.rate_per_key, validate=positive),
        "rate_per_address": env.int("RATE_PER_ADDRESS", default.rate_per_address, validate=positive),
        "max_queued": env.int("MAX_QUEUED", default.max_queued, validate=positive),
        "max_queued_per_merchant": env.int(
            "MAX_QUEUED_PER_MERCHANT", default.max_queued_per_merchant, validate=positive
        ),
        "adapters": env.str("ADAPTERS", ""),
        "audit_keys": tuple(env.list("AUDIT_KEYS", [], validate=_no_blanks) or ()),
        "max_body_bytes": env.int("MAX_BODY_BYTES", default.max_body_bytes, validate=positive),
        "lenient_bodies": env.bool("LENIENT_BODIES", False),
        "log_level": env.str("LOG_LEVEL", default.log_level, validate=validate.OneOf(LOG_LEVELS)),
        "log_format": env.str("LOG_FORMAT", default.log_format, validate=validate.OneOf(LOG_FORMATS)),
        "access_log": env.bool("ACCESS_LOG", False),
        "storage": env.str("STORAGE", default.storage, validate=validate.OneOf(["files", "postgresql"])),
        "database_url": env.str("DATABASE_URL", ""),
        "executor": env.str(
            "EXECUTOR", default.executor, validate=validate.OneOf(["subprocess", "procrastinate"])
        ),
        "host_lease": env.float("HOST_LEASE", default.host_lease, validate=validate.Range(min=2, max=3600)),
        "service_secret": env.str("SERVICE_SECRET", "", validate=_long_or_empty),
        "jobs_dir": env.path("JOBS_DIR", default.jobs_dir, validate=_named),
        "activities_dir": env.path("ACTIVITIES_DIR", default.activities_dir, validate=_named),
        "runs_dir": env.path("RUNS_DIR", default.runs_dir, validate=_named),
        "logs_dir": env.path("LOGS_DIR", default.logs_dir, validate=_named),
        "config_dir": env.path("CONFIG_DIR", default.config_dir, validate=_named),
        "min_free_bytes": env.int("MIN_FREE_BYTES", default.min_free_bytes, validate=some),
        "object_store": env.str(
            "OBJECT_STORE", default.object_store, validate=validate.OneOf(["local", "s3"])
        ),
        "object_store_root": env.path("OBJECT_STORE_ROOT", default.object_store_root, validate=_named),
        "s3_endpoint": env.str("S3_ENDPOINT", "", validate=_http_url_or_empty),
        "s3_region": env.str("S3_REGION", ""),
        "max_concurrent_scripts": env.int(
            "MAX_CONCURRENT_SCRIPTS", default.max_concurrent_scripts, validate=positive
        ),
        "script_timeout": env.float("SCRIPT_TIMEOUT", default.script_timeout, validate=seconds),
        "stall_timeout": env.float("STALL_TIMEOUT", default.stall_timeout, validate=seconds),
        "stuck_after": env.float("STUCK_AFTER", default.stuck_after, validate=seconds),
        "script_kill_grace": env.float("SCRIPT_KILL_GRACE", default.script_kill_grace, validate=seconds),
        "script_log_bytes": env.int("SCRIPT_LOG_BYTES", default.script_log_bytes, validate=some),
        "script_memory_bytes": env.int("SCRIPT_MEMORY_BYTES", default.script_memory_bytes, validate=some),
        "script_cpu_seconds": env.int("SCRIPT_CPU_SECONDS", 0, validate=some),
        "script_open_files": env.int("SCRIPT_OPEN_FILES", default.script_open_files, validate=some),
        "script_file_bytes": env.int("SCRIPT_FILE_BYTES", default.script_file_bytes, validate=some),
        "script_environment": tuple(env.list("SCRIPT_ENVIRONMENT", []) or ()),
        "script_user": env.str("SCRIPT_USER", "", validate=_user_or_empty),
        "generate_command": _command(env, "GENERATE_COMMAND"),
        "validate_command": _command(env, "VALIDATE_COMMAND"),
        "allowed_buckets": tuple(env.list("ALLOWED_BUCKETS", [], validate=_buckets) or ()),
        "umask": int(env.str("UMASK", f"{default.umask:03o}", validate=_octal) or "0", 8),
        "callback_grace": env.float("CALLBACK_GRACE", default.callback_grace, validate=seconds),
        "webhook_secrets": tuple(env.list("WEBHOOK_SECRETS", [], validate=_secrets) or ()),
        "callback_allow": tuple(env.list("CALLBACK_ALLOW", [], validate=_exemptions) or ()),
        "callback_ports": frozenset(
            env.list("CALLBACK_PORTS", sorted(default.callback_ports), subcast=int, validate=_ports) or ()
        ),
        "drain_grace": env.float("DRAIN_GRACE", default.drain_grace, validate=seconds),
        "max_feed_bytes": env.int("MAX_FEED_BYTES", default.max_feed_bytes, validate=positive),
        "max_feed_ratio": env.float("MAX_FEED_RATIO", default.max_feed_ratio, validate=positive),
        "max_feed_items": env.int("MAX_FEED_ITEMS", default.max_feed_items, validate=positive),
        "max_feed_columns": env.int("MAX_FEED_COLUMNS", default.max_feed_columns, validate=positive),
        "max_field_bytes": env.int("MAX_FIELD_BYTES", default.max_field_bytes, validate=positive),
        "max_xml_depth": env.int("MAX_XML_DEPTH", default.max_xml_depth, validate=positive),
        "max_feed_seconds": env.float("MAX_FEED_SECONDS", default.max_feed_seconds, validate=seconds),
        "feed_memory_bytes": env.int("FEED_MEMORY_BYTES", default.feed_memory_bytes, validate=positive),
        "max_retries": env.int("MAX_RETRIES", default.max_retries, validate=some),
        "max_manual_retries": env.int("MAX_MANUAL_RETRIES", default.max_manual_retries, validate=some),
        "retry_base": env.float("RETRY_BASE", default.retry_base, validate=seconds),
        "retry_cap": env.float("RETRY_CAP", default.retry_cap, validate=seconds),
        "automatic_retries": frozenset(
            Reason(name)
            for name in env.list(
                "AUTOMATIC_RETRIES",
                sorted(default.automatic_retries),
                validate=validate.ContainsOnly(list(Reason)),
            )
            or ()
        ),
    }
    try:
        env.seal()
    except EnvValidationError as error:
        raise BadSettings(*_complaints(error)) from error
    settings = Settings(**values)
    if settings.storage == "postgresql" and (complaint := database_complaint(settings)):
        raise BadSettings(complaint)
    if settings.executor == "procrastinate" and (complaint := _hosts_complaint(settings)):
        raise BadSettings(complaint)
    return settings


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


LONGEST = 10.0**9
LARGEST = 2**62
LAST_PORT = 65535
LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def _with_usable_folders(settings: Settings) -> Settings:
    if complaints := complaints_about_folders(settings):
        raise BadSettings(*complaints)
    return settings


def complaints_about_folders(settings: Settings) -> list[str]:
    """Why folders cannot be used: who may write there, and how they lie to each other."""
    complaints = [complaint for name in FOLDERS if (complaint := _unusable(settings, name))]
    complaints += [complaint for name in OWN_FOLDERS if (complaint := _reached_by_objects(settings, name))]
    return [*complaints, *_closed_to_scripts(settings)]


def _unusable(settings: Settings, name: str) -> str | None:
    """What is wrong with a folder, or with the nearest one above it that exists."""
    folder: Path = getattr(settings, name).absolute()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if nearest.is_dir() and os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
        return None
    what = "not writable" if nearest.is_dir() else "not a folder"
    return f"{name.upper()}={str(getattr(settings, name))!r}: {nearest} is {what}."


def _reached_by_objects(settings: Settings, name: str) -> str | None:
    """What is wrong with objects in, or around, a folder of the service: requests could name its files."""
    root, own = settings.object_store_root.resolve(), getattr(settings, name).resolve()
    if settings.object_store != "local" or not (root == own or root in own.parents or own in root.parents):
        return None
    return (
        f"OBJECT_STORE_ROOT={str(settings.object_store_root)!r}: objects may lie neither in nor around "
        f"{name.upper()}={str(getattr(settings, name))!r}."
    )


def _closed_to_scripts(settings: Settings) -> list[str]:
    """What scripts of another user could not work with."""
    user = settings.script_account
    if user is None:
        return []
    if not may_change_users():
        return [f"SCRIPT_USER={user.name!r}: to start scripts as another user the service must be root's."]
    needed = {
        "RUNS_DIR": settings.runs_dir.absolute().parent,
        "CONFIG_DIR": settings.config_dir.absolute(),
        "Python": Path(sys.base_prefix),
        "feedscript": Path(__file__).parent,
    }
    if settings.object_store == "local":
        needed["OBJECT_STORE_ROOT"] = settings.object_store_root.absolute()
    closed = user.out_of_reach(needed.values())
    return [
        f"SCRIPT_USER={user.name!r}: this user may not enter {folder} ({what})."
        for what, folder in needed.items()
        if folder in closed
    ]


def _made_once(path: Path) -> bytes:
    """What the file holds: a text that nobody can guess, made where there is none."""
    disk = Disk()
    try:
        if not path.exists():
            # Whole or not at all, and one of several processes wins.
            disk.make_root(path.parent)
            disk.create(path, secrets.token_hex(32).encode())
        return path.read_bytes()
    except OSError as error:
        raise disk.translated(error, path) from error


def database_complaint(settings: Settings) -> str | None:
    """Why a database cannot be what `STORAGE` names, as far as it tells without one."""
    if not all(map(find_spec, ("psycopg", "psycopg_pool"))):
        return "DATABASE_URL needs what `pip install 'feedscript[postgresql]'` installs."
    if not settings.database_url:
        return "DATABASE_URL='': it must name the database: postgresql://USER:PASSWORD@HOST/NAME."
    from psycopg import Error, conninfo  # noqa: PLC0415 - an extra, and only needed where it is asked for

    try:
        conninfo.conninfo_to_dict(settings.database_url)
    except Error:  # whose text may hold a password
        return "DATABASE_URL=(hidden): not of the form postgresql://USER:PASSWORD@HOST/NAME."
    return None


def _hosts_complaint(settings: Settings) -> str | None:
    """Why several hosts cannot share the work with these settings."""
    if settings.storage != "postgresql":
        return "EXECUTOR=procrastinate needs STORAGE=postgresql: hosts share their work through the database."
    if not find_spec("procrastinate"):
        return "EXECUTOR=procrastinate needs what `pip install 'feedscript[postgresql]'` installs."
    if not settings.service_secret:
        return (
            f"EXECUTOR=procrastinate needs a SERVICE_SECRET of at least {SHORTEST_SECRET} characters, the same on "
            "every host: callbacks are proved by it, wherever the script runs."
        )
    return None


def _complaints(error: EnvValidationError) -> list[str]:
    messages_by_name = error.error_messages if isinstance(error.error_messages, Mapping) else {}
    shown = {name: repr(os.environ.get(name, "")) for name in messages_by_name} | dict.fromkeys(
        SECRET_SETTINGS, "(hidden)"
    )
    return [
        f"{name}={shown[name]}: {' '.join(map(str, messages))}" for name, messages in messages_by_name.items()
    ]


def _api_keys(env: Env) -> dict[str, str]:
    pairs: list[str] | None = env.list("API_KEYS", [], validate=_name_and_key)
    return dict(pair.split("=", 1) for pair in pairs or ())


def _name_and_key(pairs: list[str]) -> None:
    for pair in pairs:
        name, _, key = pair.partition("=")
        if not name.strip() or not key.strip():
            raise ValidationError("not of the form NAME=KEY,NAME=KEY.")


def _no_blanks(entries: list[str]) -> None:
    if not all(entry.strip() for entry in entries):
        raise ValidationError("one of them is empty, and everybody knows that one.")


def _not_blank(text: str) -> None:
    if not text.strip():
        raise ValidationError("blank would be every address: leave it out, or say 0.0.0.0.")


def _secrets(entries: list[str]) -> None:
    try:
        Signing.parse(entries)
    except BadSecret as error:
        raise ValidationError(f"{error}.") from error


def _exemptions(entries: list[str]) -> None:
    try:
        for entry in entries:
            Exempt.parse(entry)
    except BadExemption as error:
        raise ValidationError(f"{error}.") from error


def _named(folder: Path) -> None:
    # An empty text is the current folder, which nobody has asked for.
    if folder == Path():
        raise ValidationError("not a folder of its own: name one, or leave the setting out.")


def _long_or_empty(secret: str) -> None:
    if secret and len(secret.strip()) < SHORTEST_SECRET:
        raise ValidationError(
            f"has fewer than {SHORTEST_SECRET} characters: `openssl rand -hex 32` makes a good one."
        )


def _buckets(entries: list[str]) -> None:
    if not all(BUCKET.fullmatch(entry.rpartition("=")[2]) for entry in entries):
        raise ValidationError("not of the form BUCKET,MERCHANT=BUCKET.")


def _octal(text: str) -> None:
    if not re.fullmatch("0?[0-7]{3}", text):
        raise ValidationError("not three octal digits, such as 027.")


def _user_or_empty(name: str) -> None:
    try:
        if name:
            ScriptUser.named(name)
    except KeyError as error:
        raise ValidationError("no user of this machine.") from error


def _ports(ports: list[int]) -> None:
    if not all(0 < port <= LAST_PORT for port in ports):
        raise ValidationError(f"not ports from 1 to {LAST_PORT}.")


def _command(env: Env, name: str) -> tuple[str, ...]:
    program, *arguments = shlex.split(env.str(name, "", validate=_shell_words) or "") or [""]
    if not program:
        return ()
    # A script starts in a folder of its own, so a path must not depend on where it is looked at from.
    return (str(Path(program).absolute()) if "/" in program else program, *arguments)


def _shell_words(text: str) -> None:
    try:
        shlex.split(text)
    except ValueError as error:
        raise ValidationError(f"not a command line: {error}.") from error


def _http_url_or_empty(text: str) -> None:
    scheme, host, _, _ = _place(text)
    if text and (scheme not in ("http", "https") or not host):
        raise ValidationError("not an http(s) address.")


def _place(url: str) -> tuple[str, str, int | None, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ("", "", None, "")
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return (parts.scheme, "loopback" if host in LOOPBACK else host, port or default, parts.path.rstrip("/"))
