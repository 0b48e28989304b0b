"""A merchant of a server that tests share: its jobs, objects and files meet those of no other test."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.integration.live_server import LiveServer, poll, request_body, script

_NUMBERS = itertools.count(1)
#: What `GENERATE_COMMAND` is where each merchant has a script of its own, or none that does anything.
_OF_THE_MERCHANT = 'own="$HOME/$FEEDSCRIPT_AFFILIATE_MERCHANT_ID.sh"; [ ! -e "$own" ] || exec "$own" "$@"'


def configure(folder: Path, kind: str, name: str, text: str) -> None:
    """Write the file of a partner or merchant, for the service over `folder`."""
    place = folder / "config" / kind / f"{name}.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def dispatching(folder: Path) -> str:
    """A command that runs the script of the merchant whose job it is, with HOME as the folder (`Merchant.script`)."""
    return script(folder, _OF_THE_MERCHANT)


@dataclass(frozen=True)
class Merchant:
    """A merchant with a name and a bucket of that name which nobody else on the server has."""

    server: LiveServer
    name: str = field(default_factory=lambda: f"merchant-{next(_NUMBERS)}")

    @property
    def folder(self) -> Path:
        """Of its objects."""
        return self.server.folder / "objects" / self.name

    def at(self, name: str) -> str:
        """The address of an object."""
        return f"s3://{self.name}/{name}"

    def put(self, name: str, content: bytes) -> None:
        self.server.put_object(f"{self.name}/{name}", content)

    def body(self, **changes: Any) -> dict[str, Any]:
        """A body for `generate` and `validate`: from `export.csv` to `feed.csv`."""
        own = {"source_s3_path": self.at("export.csv"), "destination_s3_path": self.at("feed.csv")}
        return request_body(**{"affiliate_merchant_id": self.name, **own, **changes})

    def generate(self, **changes: Any) -> requests.Response:
        return self.server.post("/api/feed/generate", self.body(**changes))

    def validate(self, **changes: Any) -> requests.Response:
        return self.server.post("/api/feed/validate", self.body(**changes))

    def generated(self, **changes: Any) -> dict[str, Any]:
        """The job of a generation, once that has ended."""
        return self._ended(self.generate(**changes), "generated", "generation_failed")

    def validated(self, **changes: Any) -> dict[str, Any]:
        """The job of a validation, once that has ended."""
        return self._ended(self.validate(**changes), "validated", "validation_failed")

    def _ended(self, accepted: requests.Response, *states: str) -> dict[str, Any]:
        """The job once it is in one of the states, and its script has let go of the places that it writes to."""
        assert accepted.status_code == 202, accepted.text
        job_id = accepted.json()["job_id"]
        return poll(
            lambda: (
                job
                if (job := self.server.job(job_id))["status"] in states and job["stage"] != "running"
                else None
            )
        )

    def report(self, job_id: str) -> dict[str, Any]:
        document: dict[str, Any] = self.server.get(f"/api/feed/jobs/{job_id}/report").json()
        return document

    def configure(self, text: str, kind: str = "merchants", name: str | None = None) -> None:
        """Write its own file, or that of a partner."""
        configure(self.server.folder, kind, name or self.name, text)

    def script(self, text: str) -> None:
        """What generation runs, where the server's command is `dispatching`."""
        path = self.server.folder / f"{self.name}.sh"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
