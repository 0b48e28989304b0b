"""What many items of a feed have, and what is asked of it once, when the scan is planned."""

from dataclasses import dataclass

from feedscript.feeds.rules.derivation import holds_name


@dataclass(frozen=True)
class Usual:
    """The texts that many items have for an attribute, and the origins (RFC 6454) of many links, with a slash."""

    texts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    def without_names(self) -> "Usual":
        """Only what holds nothing that would be taken for the name of an expression."""
        return Usual(
            tuple(text for text in self.texts if not holds_name(text)),
            tuple(origin for origin in self.origins if not holds_name(origin)),
        )
