"""What a script is told: its arguments, its environment, its bounds (docs/scripts.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from feedscript.adapters.subprocess.attempt_folder import AttemptFolder
from feedscript.adapters.subprocess.leftovers import COOKIE
from feedscript.adapters.subprocess.script_user import ScriptUser
from feedscript.adapters.subprocess.supervision import Assignment
from feedscript.domain import Phase
from feedscript.ports import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSettings:
    """How scripts are run.

    `commands` holds the user's own command by phase, `builtins` the built-in function ("module:name") for a phase
    without one, and `preloaded` what a runner imports beside the modules of those. `environment` is all that a script
    inherits, besides what the contract gives it; a built-in one gets `builtin_environment` as well.
    `runner_environment` is that of the runners, by default this process's own. Scripts run as `user`, by default as the
    service's own, and only while the `lease` holds, if that is given (a file). Times are seconds.
    """

    builtins: Mapping[Phase, str]
    preloaded: Sequence[str] = ()
    commands: Mapping[Phase, Sequence[str]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    builtin_environment: Mapping[str, str] = field(default_factory=dict)
    runner_environment: Mapping[str, str] | None = None
    callback_url: str
    timeout: float = 3600.0
    stall: float | None = None
    kill_grace: float = 10.0
    log_bytes: int = 10 * 1024 * 1024
    limits: Mapping[str, int] = field(default_factory=dict)
    user: ScriptUser | None = None
    lease: Path | None = None

    @property
    def modules(self) -> list[str]:
        """What a runner preloads: the modules of the built-in functions that are in use, and what goes with them."""
        used = sorted(
            {name.partition(":")[0] for phase, name in self.builtins.items() if phase not in self.commands}
        )
        return [*used, *self.preloaded] if used else []


def assignment_for(
    run: Run, scripts: ScriptSettings, folder: AttemptFolder, log: Path, *, epoch: int = 0
) -> Assignment:
    """Put an attempt into the words of the script contract; `epoch` is that of the lease in which it was wanted."""
    request = run.request
    command = scripts.commands.get(run.phase)
    contract = {
        COOKIE: folder.cookie,
        "FEEDSCRIPT_JOB_ID": run.job_id,
        "FEEDSCRIPT_ATTEMPT": str(run.attempt),
        "FEEDSCRIPT_TYPE": run.phase.value,
        "FEEDSCRIPT_AFFILIATE_MERCHANT_ID": request.affiliate_merchant_id,
        "FEEDSCRIPT_PARTNER_ID": request.partner_id or "",
        "FEEDSCRIPT_COUNTRY": request.country or "",
        "FEEDSCRIPT_SOURCE": request.source,
        "FEEDSCRIPT_DESTINATION": request.destination,
        "FEEDSCRIPT_CALLBACK_URL": scripts.callback_url,
        "FEEDSCRIPT_TOKEN": run.token,
        "FEEDSCRIPT_RESULT_FILE": str(folder.result),
        "FEEDSCRIPT_PROGRESS_FILE": str(folder.progress),
    }
    return Assignment(
        folder=str(folder.path),
        log=str(log),
        environment={
            **scripts.environment,
            **(scripts.user.environment if scripts.user else {}),
            **({} if command else scripts.builtin_environment),
            **contract,
        },
        timeout=scripts.timeout,
        stall=scripts.stall,
        kill_grace=scripts.kill_grace,
        log_bytes=scripts.log_bytes,
        limits=scripts.limits,
        command=[*command, request.source, request.destination] if command else None,
        builtin=None if command else scripts.builtins[run.phase],
        uid=scripts.user.uid if scripts.user else None,
        gids=scripts.user.gids if scripts.user else (),
        lease=str(scripts.lease) if scripts.lease else None,
        epoch=epoch,
    )
