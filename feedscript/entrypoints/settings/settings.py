"""All that can be set, with the defaults, and what the service derives of it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from feedscript.adapters.egress import EgressRules, Exempt
from feedscript.adapters.egress.rules import USUAL_PORTS
from feedscript.adapters.subprocess.script_user import ScriptUser
from feedscript.adapters.webhooks import Signing
from feedscript.domain import AllowedBuckets, FeedscriptError, Phase, QueueLimits, Reason, RetryPolicy
from feedscript.entrypoints.secrecy import without_secrets
from feedscript.entrypoints.settings.addresses import CALLBACK_PATH, is_loopback, place
from feedscript.entrypoints.settings.secret_files import made_once
from feedscript.ports.errors import StorageBroken

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
SHORTEST_SECRET = 32


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
        hosts = (self.host, *(place(url)[1] for url in (self.public_url, self.callback_url)))
        return frozenset(filter(None, hosts))

    @property
    def for_this_machine(self) -> bool:
        """Whether this machine alone calls: it listens to nothing else, and `PUBLIC_URL` names no proxy before it."""
        _, public, _, _ = place(self.public_url)
        return is_loopback(self.host) and (public in ("", "loopback") or is_loopback(public))

    def is_own_callback(self, url: str) -> bool:
        """Whether the address is this service's own callback endpoint, under whatever name of this machine."""
        return place(url) in (place(self.own_callback_url), ("http", "loopback", self.port, CALLBACK_PATH))

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
        secret = made_once(path)
        if len(secret.strip()) < SHORTEST_SECRET:
            raise StorageBroken(
                str(path),
                f"the secret of the scripts' tokens has fewer than {SHORTEST_SECRET} characters, so anybody could make "
                "one; remove the file, and the service makes another (what runs now cannot report then)",
            )
        return secret

    def host_id(self) -> str:
        """What tells this machine's folders from another's that share its database: `JOBS_DIR/.host`, made once."""
        return made_once(self.jobs_dir / ".host").decode().strip()

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
