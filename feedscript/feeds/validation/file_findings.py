"""What is told of a file as a whole: its faults, its header's, and what its generation lost."""

from collections.abc import Iterator

from feedscript.feeds.profiles import Profile
from feedscript.feeds.profiles.header import Header
from feedscript.feeds.readers.staged import Fault, Staged
from feedscript.feeds.rules.places import Place
from feedscript.feeds.rules.rule import Rule, file_rule
from feedscript.feeds.scanning import Sample
from feedscript.feeds.validation.origin import Origin

#: A rule, how often it was found, and the first findings.
Found = tuple[Rule, int, list[Sample]]


def fault_findings(profile: Profile, staged: Staged) -> Iterator[Found]:
    """The faults that the reader met."""
    for code, total in staged.faults.totals.items():
        # Which columns may stand twice, only the profile knows.
        if code != "duplicate_column":
            yield file_rule(profile, code), total, [_sample_of(each) for each in staged.faults.samples[code]]


def _sample_of(fault: Fault) -> Sample:
    """A fault as a finding: what stands there, if anything, with the message as a note of it."""
    if fault.value is None:
        return Sample(fault.item, fault.line, None, fault.message)
    return Sample(fault.item, fault.line, None, fault.value, Place(0, 0, fault.message))


def header_findings(profile: Profile, header: Header, line: int | None) -> Iterator[Found]:
    """Columns that are no attributes, that stand twice, or of which none is known.

    `line` is the header's in a file of text, where some partners want names letter for letter.
    """
    inexact = header.inexact if profile.exact_names and line is not None else []
    for code, columns in (
        ("unknown_column", header.unknown),
        ("duplicate_column", header.duplicates),
        ("inexact_column", inexact),
    ):
        yield file_rule(profile, code), len(columns), [Sample(None, line, None, column) for column in columns]
    if not header.columns:
        yield file_rule(profile, "no_known_column"), 1, [Sample(None, line, None, None)]


def origin_findings(profile: Profile, origin: Origin) -> Iterator[Found]:
    """What the generation of the feed lost."""
    samples = [Sample(None, line, None, cause) for line, cause in origin.first]
    yield file_rule(profile, "lost_in_generation"), origin.lost_total, samples
