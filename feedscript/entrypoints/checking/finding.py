"""What a check has found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: an error keeps jobs from ending well, a warning may not be what was meant."""

    ERROR = "error"
    WARNING = "warning"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a part of the deployment; the message says what is wrong, where, and what to do."""

    level: Level
    part: str
    message: str

    def __str__(self) -> str:
        return f"{self.part}: {self.message}"
