"""How much is tried by patterns and learned for them, and how much is left to the careful reader where that fails."""

#: Characters looked at in one go: at most what stays near the processor, and less where runs were short.
_LONGEST_REACH = 512 * 1024
_SHORTEST_REACH = 4 * 1024
_WIDER = 4
#: Layouts that are known at one time: one after the other is tried.
MOST_LAYOUTS = 8
#: Times that one is made or widened, and names in one: to make a pattern of many names takes a hundredth of a second.
MOST_LESSONS = 64
MOST_NAMES = 250
#: A run of fewer items costs more than the careful reader takes for them.
_LEAST_ITEMS = 8
#: Items that the careful reader is given in one go, at most, where they are not plain.
_MOST_CAREFUL = 512


class Pace:
    """Goes wider where patterns fit, and tries them ever more seldom where they do not.

    So a document of which nothing fits costs next to nothing more than without them.
    """

    def __init__(self) -> None:
        #: Characters to look at.
        self.reach = _SHORTEST_REACH
        self._careful_items = 1

    def ran(self, items: int, *, whole: bool) -> None:
        """Note a run of items, and whether it took all that was looked at."""
        if whole:
            self.reach = min(self.reach * _WIDER, _LONGEST_REACH)
        if items >= _LEAST_ITEMS:
            self._careful_items = 1

    def careful_items(self) -> int:
        """How many items are the careful reader's, as the next is not plain."""
        items = self._careful_items
        self._careful_items = min(items * 2, _MOST_CAREFUL)
        self.reach = _SHORTEST_REACH
        return items
