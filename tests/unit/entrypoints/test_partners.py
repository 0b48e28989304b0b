"""A partner of a profile of one's own, as requests find it: the profile's file may change at any time."""

import subprocess
import sys
from pathlib import Path

import pytest

from feedscript.domain import FeedRequest, Phase, WrongDestination
from feedscript.entrypoints.partners import ConfiguredPartners
from tests.integration.live_server import ROOT
from tests.unit.feeds.test_config import write

OWN = (ROOT / "examples/own_partner.yaml").read_text()
TSV = FeedRequest(
    affiliate_merchant_id="m1", source="s3://b/a", destination="s3://b/feed.tsv", partner_id="shop"
)


@pytest.fixture
def partners(tmp_path: Path) -> ConfiguredPartners:
    write(tmp_path, "profiles", "shop", OWN)
    write(tmp_path, "partners", "shop", "profile: ../profiles/shop.yaml@2026-11\n")
    return ConfiguredPartners(tmp_path)


def test_a_destination_ends_as_a_file_of_the_profile_does(
    partners: ConfiguredPartners, tmp_path: Path
) -> None:
    with pytest.raises(WrongDestination) as raised:
        partners.warnings(Phase.GENERATION, TSV)
    assert ".csv" in raised.value.endings
    # The file that names it stays as it is.
    write(tmp_path, "profiles", "shop", OWN.replace("endings: [.csv]", "endings: [.csv, .tsv]"))
    assert partners.warnings(Phase.GENERATION, TSV) == ()


@pytest.mark.parametrize(
    "text", [OWN.replace("unique:", "uniqe:"), OWN.replace("2026-11", "2026-12"), "[", None]
)
def test_a_profile_that_is_wrong_or_gone_is_the_scripts_to_tell(
    partners: ConfiguredPartners, tmp_path: Path, text: str | None
) -> None:
    with pytest.raises(WrongDestination):
        partners.warnings(Phase.GENERATION, TSV)
    path = tmp_path / "profiles/shop.yaml"
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    assert partners.warnings(Phase.GENERATION, TSV) == ()
    path.write_text(OWN)
    with pytest.raises(WrongDestination):
        partners.warnings(Phase.GENERATION, TSV)


#: What is imported has been by then; what is to be opened finds no number free.
OUT_OF_FILES = """
import resource, sys
import subprocess
import sys
from pathlib import Path
from feedscript.domain import FeedRequest, Phase
from feedscript.entrypoints.partners import ConfiguredPartners
from feedscript.ports.errors import StorageBroken

partners = ConfiguredPartners(Path(sys.argv[1]))
wanted = FeedRequest(affiliate_merchant_id="m1", source="s3://b/a", destination="s3://b/feed.csv", partner_id="google")
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 64))
try:
    partners.warnings(Phase.GENERATION, wanted)
except StorageBroken as error:
    print(error.cause)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
print(partners.warnings(Phase.GENERATION, wanted))
"""


def test_what_cannot_be_read_just_now_is_no_defect_and_is_read_the_next_time(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OUT_OF_FILES, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout == "cannot be read: Too many open files\n()\n", ended.stderr
