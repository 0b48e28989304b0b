"""Every shipped profile by the shipped contract, and what is asked of them beside."""

from pathlib import Path

import pytest

from feedscript.feeds import generate, load_profile, profile_ids, validate
from feedscript.feeds.generation import Standard
from feedscript.testing.profile import ProfileContract
from feedscript.testing.profile.products import AS_OF, SHOP, canonical_rows, write_csv

PROFILES = profile_ids()


class TestShippedProfiles(ProfileContract):
    @pytest.fixture(params=PROFILES)
    def profile(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)


#: Partners of whose prices nothing is confirmed: what is below nothing is a warning there.
UNSURE = {"cj", "criteo-growth"}


@pytest.mark.parametrize("profile", PROFILES)
def test_no_price_is_below_nothing(profile: str, tmp_path: Path) -> None:
    target = load_profile(profile)
    first = next(canonical_rows(target))
    rows = [
        first | {"id": f"S-{place}", "price": price} for place, price in enumerate(("5.00 USD", "-1.00 USD"))
    ]
    feed = tmp_path / f"feed{target.files[0].endings[0]}"
    standard = Standard(max_rejected_ratio=1.0, as_of=AS_OF)
    generated = generate(
        write_csv(tmp_path / "export.csv", rows), feed, profile=profile, names=SHOP, standard=standard
    )
    assert generated.items_written == (2 if profile in UNSURE else 1)
    report = validate(feed, profile=profile, as_of=AS_OF)
    found = {issue.rule.code for issue in report.issues if issue.rule.attribute == "price"}
    assert ("out_of_range" in found) == (profile in UNSURE)
