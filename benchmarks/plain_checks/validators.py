"""Validators as those of GTFS feeds are written: an entity, a class for each kind of rule, a notice of each finding."""

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.plain_checks import values
from benchmarks.plain_checks.values import BETWEEN


@dataclass(slots=True)
class Item:
    """One product: what the feed says of each attribute, and where; empty where it says nothing."""

    line: int
    id: str = ""
    title: str = ""
    description: str = ""
    link: str = ""
    image_link: str = ""
    availability: str = ""
    price: str = ""
    sale_price: str = ""
    brand: str = ""
    gtin: str = ""
    mpn: str = ""
    condition: str = ""
    google_product_category: str = ""
    product_type: str = ""
    color: str = ""
    gender: str = ""
    age_group: str = ""


@dataclass(slots=True)
class Notice:
    """One finding: the rule, and the item and value that fail it."""

    rule: str
    line: int
    item_id: str
    value: str


@dataclass
class Notices:
    """What was found: each rule's number, and its first notices."""

    totals: Counter[str] = field(default_factory=Counter)
    kept: defaultdict[str, list[Notice]] = field(default_factory=lambda: defaultdict(list))

    def add(self, notice: Notice) -> None:
        """Count a notice, and keep it if it is among the first twenty of its rule."""
        self.totals[notice.rule] += 1
        if len(self.kept[notice.rule]) < 20:
            self.kept[notice.rule].append(notice)


class Validator(ABC):
    """A rule that looks at items."""

    def __init__(self, name: str, code: str) -> None:
        self.name = name
        self.rule = f"{name}.{code}"

    @abstractmethod
    def fails(self, item: Item) -> bool:
        """Whether the item breaks the rule."""

    def validate(self, item: Item, notices: Notices) -> bool:
        """Whether the item breaks the rule, with a notice of it."""
        if not self.fails(item):
            return False
        notices.add(Notice(self.rule, item.line, item.id, getattr(item, self.name, "")))
        return True


class Required(Validator):
    """An attribute that every item has to have."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "missing_required")

    def fails(self, item: Item) -> bool:
        """Whether the attribute is empty."""
        return not getattr(item, self.name)


class RequiredIf(Validator):
    """An attribute, or one that no item of this feed has, that some items have to have."""

    def __init__(self, name: str, needed: Callable[[Item], bool]) -> None:
        super().__init__(name, "missing_required")
        self._needed = needed

    def fails(self, item: Item) -> bool:
        """Whether the attribute is empty, and needed."""
        return not getattr(item, self.name, "") and self._needed(item)


class Single(Validator):
    """An attribute that has one value."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "too_many_values")

    def fails(self, item: Item) -> bool:
        """Whether the attribute has several values."""
        return BETWEEN in getattr(item, self.name)


class AtMostValues(Validator):
    """An attribute that has a number of values at most."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(name, "too_many_values")
        self._most = most

    def fails(self, item: Item) -> bool:
        """Whether the attribute has more values."""
        text: str = getattr(item, self.name)
        return text.count(BETWEEN) >= self._most


class MaxLength(Validator):
    """An attribute that has a number of characters at most, in one value or `whole`."""

    def __init__(self, name: str, most: int, *, whole: bool = False) -> None:
        super().__init__(name, "too_long")
        self._most, self._whole = most, whole

    def fails(self, item: Item) -> bool:
        """Whether the attribute is longer."""
        text = getattr(item, self.name)
        if len(text) <= self._most:
            return False
        return self._whole or any(len(part) > self._most for part in text.split(BETWEEN))


class Refused(Validator):
    """A test that none of an attribute's values may pass."""

    def __init__(self, name: str, code: str, test: Callable[[str], bool]) -> None:
        super().__init__(name, code)
        self._test = test

    def fails(self, item: Item) -> bool:
        """Whether a value passes the test."""
        text = getattr(item, self.name)
        if BETWEEN in text and self.name in {"gtin", "product_type"}:
            return any(map(self._test, text.split(BETWEEN)))
        return bool(text) and self._test(text)


class Demanded(Refused):
    """A test that all of an attribute's values have to pass."""

    def __init__(self, name: str, code: str, test: Callable[[str], bool]) -> None:
        super().__init__(name, code, lambda text: not test(text))


class OneOf(Demanded):
    """An attribute with a list of values."""

    def __init__(self, name: str, *words: str) -> None:
        known = frozenset(words)
        super().__init__(name, "invalid_enum", lambda text: values.word(text) in known)


class Consistent(Validator):
    """A test of two attributes together."""

    def __init__(self, name: str, code: str, fails: Callable[[Item], bool]) -> None:
        super().__init__(name, code)
        self._fails = fails

    def fails(self, item: Item) -> bool:
        """Whether the attributes contradict each other."""
        return self._fails(item)


class Unique(Validator):
    """An attribute that no two items share."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "duplicate_id")
        self._seen: set[str] = set()

    def fails(self, item: Item) -> bool:
        """Whether an earlier item had the same."""
        text = values.identity(getattr(item, self.name))
        if not text or text not in self._seen:
            self._seen.add(text)
            return False
        return True
