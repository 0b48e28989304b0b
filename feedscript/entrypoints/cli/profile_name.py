"""A partner's profile as the command line names it."""

from pathlib import Path
from typing import Any

import click

from feedscript.feeds.profiles import profile_ids
from feedscript.feeds.profiles.loading import is_own


class ProfileName(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on alone
    """The id of a shipped profile, or the path of a YAML file that is one of the user's own."""

    name = "profile"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:  # noqa: ARG002 - click's
        """All there is to choose from."""
        return f"[{'|'.join(profile_ids())}|FILE.yaml]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take a path as it is; raises `click.BadParameter` for what is neither an id nor a file that is there."""
        if not is_own(str(value)):
            return str(click.Choice(profile_ids()).convert(value, param, ctx))
        if not Path(value).is_file():
            self.fail(f"there is no file {value}", param, ctx)
        return str(value)
