"""The only place that wires: which adapter stands behind which port."""

import pkgutil
import random
import socket
from collections.abc import Callable
from typing import Any

from dependency_injector import containers, providers

from feedscript.adapters.files import Disk, FileActivityLog, FileJobRepository, FileKeys, FilePlaces, Reserve
from feedscript.adapters.objects import FolderObjectStore, S3ObjectStore
from feedscript.adapters.observing import ChangeLog, Metrics, Observers, recorded
from feedscript.adapters.shared_counts import SharedCounts
from feedscript.adapters.subprocess import ScriptSettings, SubprocessExecutor
from feedscript.adapters.system import HmacAttemptTokens, SystemClock, Uuid7IdFactory
from feedscript.adapters.webhooks import FolderLetterBox, OutboxDeadLetters, WebhookNotifier
from feedscript.domain import Phase
from feedscript.entrypoints.adapters import own_adapters
from feedscript.entrypoints.partners import ConfiguredPartners
from feedscript.entrypoints.settings import BadSettings, Settings, end_with
from feedscript.service import JobService

POSTGRESQL = "feedscript.adapters.postgresql"


def when_made(name: str) -> Callable[..., Any]:
    """A class of an extra, `package:class`, which is imported when one is made."""

    def make(*args: Any, **kwargs: Any) -> Any:
        return pkgutil.resolve_name(name)(*args, **kwargs)

    return make


class Container(containers.DeclarativeContainer):
    """Everything that `settings` leads to; tests override single providers."""

    settings = providers.Dependency(instance_of=Settings)

    database = providers.Singleton(
        when_made(f"{POSTGRESQL}.migrations:ready_database"),
        settings.provided.database_url,
        size=settings.provided.database_connections,
    )
    clock = providers.Selector(
        settings.provided.storage,
        files=providers.Singleton(SystemClock),
        postgresql=providers.Singleton(when_made(f"{POSTGRESQL}:PostgresClock"), database),
    )
    ids = providers.Singleton(Uuid7IdFactory)
    tokens = providers.Singleton(HmacAttemptTokens, settings.provided.secret.call())

    reserve = providers.Singleton(Reserve, settings.provided.jobs_dir, settings.provided.reserve_bytes)
    disk = providers.Singleton(Disk, floor=settings.provided.min_free_bytes, reserve=reserve)
    activities = providers.Selector(
        settings.provided.storage,
        files=providers.Singleton(
            FileActivityLog, settings.provided.activities_dir, disk, key=settings.provided.audit_key
        ),
        postgresql=providers.Singleton(
            when_made(f"{POSTGRESQL}:PostgresActivityLog"),
            database,
            now=clock.provided.now,
            key=settings.provided.audit_key,
        ),
    )
    repository = providers.Selector(
        settings.provided.storage,
        files=providers.Singleton(FileJobRepository, settings.provided.jobs_dir, activities, disk),
        postgresql=providers.Singleton(
            when_made(f"{POSTGRESQL}:PostgresJobRepository"),
            database,
            activities,
            beside=providers.Selector(
                settings.provided.executor,
                subprocess=providers.Object(None),
                procrastinate=providers.Callable(
                    pkgutil.resolve_name, "feedscript.adapters.procrastinate.attempts:line_up"
                ),
            ),
        ),
    )
    metrics = providers.Singleton(Metrics)
    observer = providers.Singleton(Observers, providers.Singleton(ChangeLog), metrics)
    record = providers.Singleton(recorded, activities, observer)
    objects = providers.Selector(
        settings.provided.object_store,
        local=providers.Singleton(FolderObjectStore, settings.provided.object_store_root),
        s3=providers.Singleton(
            S3ObjectStore, region=settings.provided.s3_region, endpoint=settings.provided.s3_endpoint
        ),
    )
    partners = providers.Singleton(
        ConfiguredPartners, settings.provided.config_dir, own_scripts=settings.provided.commands
    )
    places = providers.Selector(
        settings.provided.storage,
        files=providers.Singleton(FilePlaces, settings.provided.jobs_dir, disk),
        postgresql=providers.Singleton(when_made(f"{POSTGRESQL}:PostgresPlaces"), database),
    )
    keys = providers.Selector(
        settings.provided.storage,
        files=providers.Singleton(FileKeys, settings.provided.jobs_dir, disk),
        postgresql=providers.Singleton(when_made(f"{POSTGRESQL}:PostgresKeys"), database),
    )
    counts = providers.Singleton(SharedCounts, settings.provided.rates_file)
    host_lease = providers.Selector(
        settings.provided.hosts,
        any=providers.Object(None),
        several=providers.Object(None),
        one=providers.Singleton(
            when_made(f"{POSTGRESQL}:HostLease"),
            database,
            settings.provided.host_id.call(),
            providers.Callable(socket.gethostname),
        ),
    )
    scripts = providers.Singleton(
        ScriptSettings,
        builtins=providers.Object(
            {
                Phase.GENERATION: "feedscript.entrypoints.scripts.generate:main",
                Phase.VALIDATION: "feedscript.entrypoints.scripts.validate:main",
            }
        ),
        preloaded=providers.Object(("feedscript.entrypoints.scripts.warm",)),
        commands=settings.provided.commands,
        environment=settings.provided.passed_environment.call(),
        builtin_environment=settings.provided.builtin_environment.call(),
        runner_environment=settings.provided.runner_environment.call(),
        callback_url=settings.provided.own_callback_url,
        timeout=settings.provided.script_timeout,
        stall=settings.provided.stall,
        kill_grace=settings.provided.script_kill_grace,
        log_bytes=settings.provided.script_log_bytes,
        limits=settings.provided.limits.call(),
        user=settings.provided.script_account,
    )
    # Whether this process runs scripts where processes of other hosts could: `feedscript worker` does.
    works = providers.Object(False)  # noqa: FBT003 - takes no keyword
    executor = providers.Selector(
        settings.provided.executor,
        subprocess=providers.Singleton(
            SubprocessExecutor,
            runs=settings.provided.runs_dir,
            logs=settings.provided.logs_dir,
            capacity=settings.provided.max_concurrent_scripts,
            scripts=scripts,
        ),
        procrastinate=providers.Singleton(
            when_made("feedscript.adapters.procrastinate:ProcrastinateExecutor"),
            database,
            host_id=settings.provided.host_id.call(),
            host_name=providers.Callable(socket.gethostname),
            runs=settings.provided.runs_dir,
            logs=settings.provided.logs_dir,
            capacity=settings.provided.max_concurrent_scripts,
            scripts=scripts,
            works=works,
            lasts=settings.provided.host_lease,
        ),
    )
    letter_box = providers.Selector(
        settings.provided.storage,
        files=providers.Singleton(FolderLetterBox, settings.provided.outbox_dir, disk),
        postgresql=providers.Singleton(when_made(f"{POSTGRESQL}:PostgresLetterBox"), database),
    )
    notifier = providers.Singleton(
        WebhookNotifier,
        letter_box,
        ids=ids,
        clock=clock,
        record=record,
        signing=settings.provided.signing,
        rules=settings.provided.egress,
        jitter=providers.Object(random.random),
    )
    dead_letters = providers.Singleton(
        OutboxDeadLetters,
        letter_box,
        ids=ids,
        clock=clock,
        record=record,
    )
    service = providers.Singleton(
        JobService,
        repository=repository,
        activities=activities,
        executor=executor,
        notifier=notifier,
        objects=objects,
        partners=partners,
        places=places,
        clock=clock,
        ids=ids,
        tokens=tokens,
        policy=settings.provided.retry_policy,
        callback_grace=settings.provided.grace,
        jitter=providers.Object(random.random),
        own_callbacks=settings.provided.is_own_callback,
        report_address=settings.provided.report_address,
        buckets=settings.provided.buckets,
        queue_limits=settings.provided.queue_limits,
        observer=observer,
    )


def wired(settings: Settings) -> Container:
    """What the settings lead to, with the operator's own adapters; raises `BadSettings` for wrong ones."""
    container = Container(settings=settings)
    for port, adapter in own_adapters(settings).items():
        container.providers[port].override(providers.Object(adapter))
    return container


def wired_or_exit(settings: Settings) -> Container:
    """As `wired`; wrong adapters are one clear line and exit status 2."""
    try:
        return wired(settings)
    except BadSettings as error:
        end_with(error)
