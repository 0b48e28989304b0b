"""The options that say whose export is read, for whom, and how: the same for each command about generation."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from feedscript.entrypoints.cli.profile_name import ProfileName
from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.profiles.partner import config_file

if TYPE_CHECKING:
    from feedscript.feeds import FeedConfig, Policy

Command = TypeVar("Command", bound=Callable[..., Any])

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the options say; see `wishes`."""

    partner: str | None
    profile: str | None
    merchant: str | None
    mapping: Path | None
    config: Path
    encoding: str | None
    item: str | None

    @property
    def names_files(self) -> bool:
        """Whether files of a partner or a merchant are meant."""
        return any(each is not None for each in (self.partner, self.merchant, self.mapping))

    def with_mapping(self, file: Path) -> "Wishes":
        """The same, with the merchant's file at `file`."""
        return replace(self, mapping=file)

    def configured(self) -> tuple["FeedConfig", "Policy"]:
        """The configuration and policy that are meant, an option's word over a file's.

        Raises ConfigError and UnknownPartner.
        """
        if "" in (self.partner, self.merchant):
            raise click.UsageError("an id of nothing is nobody's; leave the option out")
        if self.partner and self.profile:
            raise click.UsageError("--partner and --profile both say whose feed it is; give one of them")
        if self.merchant and self.mapping:
            raise click.UsageError(
                "--merchant and --mapping both say how the export is read; give one of them"
            )
        from feedscript.feeds import load_config  # noqa: PLC0415 - brings the whole engine

        merchants = self.config / "merchants"
        if self.merchant and config_file(merchants, self.merchant) is None:
            known = sorted(path.stem for path in merchants.glob("*.yaml"))
            raise click.BadParameter(
                UnknownName(f"no file in {merchants} is of {self.merchant!r}", self.merchant, known),
                param_hint="--merchant",
            )
        config, policy = load_config(
            self.config,
            partner_id=self.partner,
            merchant_id=self.merchant,
            merchant_file=self.mapping,
            profile=self.profile,
        )
        given = {name: value for name in ("encoding", "item") if (value := getattr(self, name)) is not None}
        return replace(config, source=replace(config.source, **given)), policy


def _is_there(context: click.Context, option: click.Parameter, folder: Path) -> Path:
    """Refuse a folder that somebody has named and that is not there; the usual one need not be."""
    named = context.get_parameter_source(str(option.name)) is not ParameterSource.DEFAULT
    if named and not folder.is_dir():
        raise click.BadParameter(f"there is no folder {folder}")
    return folder


def wishes(*, merchants: bool = True) -> Callable[[Command], Command]:
    """Give a command the options, as its parameter `wanted`; those about the merchant's file where there may be one."""
    options = [
        click.option(
            "--partner", metavar="ID", help="The partner: its file in CONFIG/partners, or a profile's name."
        ),
        click.option("--profile", type=ProfileName(), help="The partner's profile; by default google."),
    ]
    if merchants:
        options += [
            click.option("--merchant", metavar="ID", help="The merchant: its file in CONFIG/merchants."),
            click.option(
                "--mapping", type=_FILE, metavar="FILE", help="The merchant's file, wherever it lies."
            ),
        ]
    options += [
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            default=Path("config"),
            show_default=True,
            envvar="CONFIG_DIR",
            callback=_is_there,
            help="The folder with partners/ and merchants/.",
        ),
        click.option(
            "--encoding",
            metavar="LABEL",
            help="The source's encoding, such as windows-1251, instead of a guess.",
        ),
        click.option(
            "--item", metavar="NAME", help="The XML element, or the JSON list, that holds the items."
        ),
    ]

    def given(command: Command) -> Command:
        @wraps(command)
        def called(*args: Any, **values: Any) -> Any:
            said = {each.name: values.pop(each.name, None) for each in fields(Wishes)}
            return command(*args, wanted=Wishes(**said), **values)

        wrapped: Any = called
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped  # type: ignore[no-any-return]  # click's decorators answer what they are given

    return given
