"""What `Places` must do."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from feedscript.ports import Owner, Places
from feedscript.testing.contracts.contract import Contract, needs
from feedscript.testing.contracts.faults import Fault, as_its_port_says, each_fault
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.promises import promise

PLACE, OTHER = "s3://bucket/feed.csv", "s3://bucket/other.csv"
FIRST, SECOND = Owner("m1", "feed"), Owner("m2", "feed")
ODD_MERCHANTS = ("", "a:b", "a/b", "..", "%3A", "ä" * 50, " ")
RACERS, TURNS = 4, 15


class PlacesContract(Contract):
    """Give `open_places`, which is called several times over the same ground, as several processes would."""

    outlives_its_process = True
    """Whether what was claimed is found by whoever opens the same folder later."""

    faults: tuple[str, ...] = ()
    """What `open_failing` can have go wrong, by name."""
    can_lose_power = False
    """Whether `lose_power` tells what a machine that goes down keeps."""

    def open_places(self, folder: Path) -> Places:
        """The hook."""
        raise NotImplementedError

    def open_failing(self, folder: Path, fault: Fault) -> Places:
        """The hook of `faults`: as `open_places`, over a disk or database whose every call asks `fault.meets()`."""
        raise NotImplementedError

    def lose_power(self, folder: Path) -> Path:
        """The hook of `can_lose_power`: the folder as the machine comes up with it after it went down just now."""
        raise NotImplementedError

    @pytest.fixture
    def places(self, tmp_path: Path) -> Places:
        return self.open_places(tmp_path)

    @pytest.fixture
    def others(self, tmp_path: Path, places: Places) -> Callable[[], Places]:
        """Opens the same places as another process does."""
        del places
        return partial(self.open_places, tmp_path)

    @promise(Places.claim, "Take the place, if nobody has; answers whose it is")
    def test_the_first_to_ask_has_the_place(self, places: Places, others: Callable[[], Places]) -> None:
        assert places.owner(PLACE) is None
        assert places.claim(PLACE, FIRST) == FIRST
        assert others().claim(PLACE, SECOND) == FIRST
        assert (others().owner(PLACE), places.owner(OTHER)) == (FIRST, None)

    @promise(Places.claim, "atomic however many race")
    def test_of_those_that_race_one_has_the_place(self, others: Callable[[], Places]) -> None:
        asked = [Owner(f"m{n}", "feed") for n in range(RACERS)]
        found = {*returned(at_once(*[partial(others().claim, PLACE, owner) for owner in asked]))}
        assert len(found) == 1
        assert found <= {*asked}

    @promise(Places.release, "Let the place go")
    def test_a_place_that_was_let_go_is_anybodys(self, places: Places) -> None:
        places.claim(PLACE, FIRST)
        places.release(PLACE)
        assert places.claim(PLACE, SECOND) == SECOND

    @promise(Places.owner, "Whose the place is")
    @pytest.mark.parametrize("merchant", ODD_MERCHANTS)
    def test_any_merchant_comes_back_as_it_was(self, places: Places, merchant: str) -> None:
        owner = Owner(merchant, "report")
        places.claim(PLACE, owner)
        places.hand_over(PLACE, "job 1")
        assert (places.owner(PLACE), places.writer(PLACE)) == (owner, "job 1")

    @promise(Places.writer, "The job that the place was handed to last; None where it never was")
    def test_who_writes_is_kept_beside_whose_it_is(
        self, places: Places, others: Callable[[], Places]
    ) -> None:
        assert places.writer(PLACE) is None
        places.claim(PLACE, FIRST)
        assert places.writer(PLACE) is None
        for job_id in ("job 1", "job 2", "job 2"):
            with places.alone([PLACE]):
                places.hand_over(PLACE, job_id)
            assert (others().writer(PLACE), others().owner(PLACE)) == (job_id, FIRST)
        assert others().claim(PLACE, SECOND) == FIRST

    @promise(Places.claim, "Where it is taken, and only then, it is handed over to the job `writer`")
    def test_a_place_is_taken_for_a_job_at_once(self, places: Places, others: Callable[[], Places]) -> None:
        assert places.claim(PLACE, FIRST, writer="job 1") == FIRST
        assert (others().owner(PLACE), others().writer(PLACE)) == (FIRST, "job 1")
        for owner in (FIRST, SECOND):
            assert others().claim(PLACE, owner, writer="job 2") == FIRST
            assert places.writer(PLACE) == "job 1"

    @promise(
        Places.alone, "Keep everybody else, in whatever process, from being alone with any of the places"
    )
    def test_one_at_a_time_is_alone_with_a_place(self, others: Callable[[], Places]) -> None:
        def take_turns(number: int) -> None:
            places = others()
            wanted = [PLACE, OTHER][:: 1 if number % 2 else -1]
            for _ in range(TURNS):
                with places.alone(wanted):
                    # Two that are at it together count the same turn.
                    places.hand_over(PLACE, str(int(places.writer(PLACE) or 0) + 1))

        others().claim(PLACE, FIRST)
        returned(at_once(*[partial(take_turns, n) for n in range(RACERS)]))
        assert others().writer(PLACE) == str(RACERS * TURNS)

    @promise(Places.alone, "Keep everybody else, in whatever process")
    def test_what_fails_leaves_nobody_alone(self, places: Places, others: Callable[[], Places]) -> None:
        with pytest.raises(KeyError), places.alone([PLACE]):
            raise KeyError
        with others().alone([PLACE, PLACE]):
            pass

    @promise(Places.claim, "Durable")
    @needs("outlives_its_process")
    def test_what_was_claimed_is_found_later(self, tmp_path: Path, places: Places) -> None:
        places.claim(PLACE, FIRST)
        places.hand_over(PLACE, "job 1")
        again = self.open_places(tmp_path)
        assert (again.owner(PLACE), again.writer(PLACE)) == (FIRST, "job 1")

    @promise(Places.claim, "Durable")
    @needs("can_lose_power")
    def test_what_was_claimed_outlives_a_power_cut(self, tmp_path: Path, places: Places) -> None:
        places.claim(PLACE, FIRST)
        assert self.open_places(self.lose_power(tmp_path)).claim(PLACE, SECOND) == FIRST

    @promise(Places.claim, "Take the place, if nobody has; answers whose it is. Durable")
    @needs("faults")
    def test_no_fault_takes_back_what_was_acknowledged(self, tmp_path: Path) -> None:
        def run(fault: Fault) -> None:
            places.append(place := f"s3://bucket/{len(places)}")
            owner = writer = None
            with as_its_port_says(fault):
                failing = self.open_failing(tmp_path, fault)
                owner = failing.claim(place, FIRST)
                with failing.alone([place]):
                    failing.hand_over(place, "job 1")
                writer = "job 1"
            after = self.open_places(tmp_path)
            assert after.owner(place) in ((FIRST,) if owner else (FIRST, None)), "claimed"
            assert after.writer(place) in ((writer,) if writer else ("job 1", None)), "handed over"
            owner = after.claim(place, SECOND)
            with after.alone([place]):
                after.hand_over(place, "job 2")
            assert (after.owner(place), after.writer(place)) == (owner, "job 2")

        places: list[str] = []
        each_fault(self.faults, run)
