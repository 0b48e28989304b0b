"""Where runs lie, and their logs; folders that are done with are used again."""

import os
import shutil
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from pathlib import Path

from feedscript.adapters.subprocess.attempt_folder import AttemptFolder, Stage
from feedscript.adapters.subprocess.script_user import ScriptUser

SPARES = 32


class RunFolders:
    """Where runs and their logs lie: `RUNS_DIR/<job>.<attempt>/` and `LOGS_DIR/<job>/<attempt>.log`.

    A folder that was emptied is kept for the next run: to make one and to remove it is most of what a small run costs
    a file system. Only what ran as the service's own user is kept; what was another's is never handed on.
    """

    def __init__(self, runs: Path, logs: Path) -> None:
        self.runs = runs.absolute()
        self.logs = logs.absolute()
        # Its names are put together once for all who ask while it runs.
        self._of = lru_cache(2 * SPARES)(lambda *key: AttemptFolder(self.runs / "{}.{}".format(*key)))
        self._spare = self.runs / ".spare"
        self._spares: deque[Path] = deque()
        self._numbers = count()

    def of(self, job_id: str, attempt: int) -> AttemptFolder:
        """The attempt's folder, whether or not there is one."""
        return self._of(job_id, attempt)

    def log(self, job_id: str, attempt: int) -> Path:
        """The attempt's log, whether or not there is one; it stays when the folder goes."""
        return self.logs / job_id / f"{attempt}.log"

    def present(self) -> Iterator[tuple[str, int, AttemptFolder]]:
        """Every folder there is, with its job and attempt; they may go while they are looked for."""
        for path in sorted(self.runs.iterdir()):
            job_id, _, number = path.name.rpartition(".")
            if job_id and number.isdigit() and path.is_dir():
                yield job_id, int(number), AttemptFolder(path)

    def lead(self) -> None:
        """Begin without spare folders: nobody knows what has become of those of another process."""
        self._spares.clear()
        shutil.rmtree(self._spare, ignore_errors=True)
        self._spare.mkdir(mode=0o700, exist_ok=True)

    def make(self, folder: AttemptFolder, user: ScriptUser | None) -> None:
        """Have the folder there, whether or not it was, for a script that runs as `user`."""
        if user is None and not folder.path.exists():
            try:
                self._spares.pop().rename(folder.path)
            except (IndexError, OSError):
                pass  # none is left, or somebody has removed it
            else:
                return
        folder.make(user)

    def give_up(self, folder: AttemptFolder, stage: Stage, user: ScriptUser | None) -> None:
        """Do without the folder of a run whose story is told: `stage` is how that ended."""
        reusable = stage is Stage.ENDED and user is None and len(self._spares) < SPARES
        if not (reusable and folder.clear() and self._keep(folder)):
            folder.remove()

    def _keep(self, folder: AttemptFolder) -> bool:
        spare = self._spare / str(next(self._numbers))
        try:
            os.rename(folder.path, spare)  # noqa: PTH104 - no path is made for the answer
        except OSError:
            return False
        self._spares.append(spare)
        return True
