"""The pages about the configuration, where a partner's file names a profile of one's own."""

from pathlib import Path

from tests.integration.http.conftest import make_api
from tests.integration.live_merchant import configure
from tests.integration.live_server import ROOT

OWN = (ROOT / "examples/own_partner.yaml").read_text()


def test_mistakes_of_a_profile_of_ones_own_are_shown_as_they_come_and_go(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "acme", "profile: ../profiles/shop.yaml\n")
    configure(tmp_path, "profiles", "shop", OWN)
    client = make_api(tmp_path, config_dir=tmp_path / "config").client

    def shown() -> tuple[str, str]:
        listed = client.get("/console/configuration")
        file = client.get("/console/configuration/file?kind=partners&name=acme")
        assert (listed.status_code, file.status_code) == (200, 200)
        return listed.text, file.text

    assert all("uniqe" not in page for page in shown())
    configure(tmp_path, "profiles", "shop", OWN.replace("unique:", "uniqe:"))
    listed, file = shown()
    assert "shop.yaml, line 11: <code>attributes.0.uniqe</code>" in listed
    assert '<p class="notice error">profiles/shop.yaml:11: attributes.0.uniqe' in file
    (tmp_path / "config/profiles/shop.yaml").unlink()
    assert all("there is no profile" in page for page in shown())
    configure(tmp_path, "profiles", "shop", OWN)
    assert all("there is no profile" not in page for page in shown())
