"""Values that Google's specification allows and refuses. Ids name the kind: part.number."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedscript.feeds import load_profile, validate
from feedscript.feeds.profiles.vocabulary import CURRENCIES
from feedscript.feeds.rules.currencies import currency_facts
from feedscript.feeds.rules.currencies_schema import read_currency_facts
from feedscript.feeds.validation.report import Issue
from tests.unit.feeds.products import product, write_csv
from tests.unit.feeds.rules.test_catalogue import AS_OF

GOOGLE = load_profile("google")


def issues(folder: Path, country: str = "US", as_of: datetime = AS_OF, **changes: str) -> dict[str, Issue]:
    """What a product with these values is found to have, by rule without the profile's name."""
    feed = write_csv(folder / "feed.csv", [product(1, **changes)])
    found = validate(feed, country=country, as_of=as_of).issues
    return {issue.rule.id.removeprefix("google."): issue for issue in found}


def passes(folder: Path, country: str = "US", **changes: str) -> None:
    assert issues(folder, country, **changes) == {}


@pytest.mark.parametrize(
    ("country", "price"),
    [
        pytest.param("JP", "1100 JPY", id="4.1-yen"),
        pytest.param("HU", "1490 HUF", id="4.1-forint"),
        pytest.param("KR", "3000 KRW", id="4.1-won"),
        pytest.param("VN", "500000 VND", id="4.1-dong"),
        pytest.param("DE", "1600.00 EUR", id="4.1-euro-within-the-margin"),
        pytest.param("US", "1000.00 USD", id="4.1-dollars-at-the-limit"),
        pytest.param("AR", "900000.00 ARS", id="4.1-no-rate"),
    ],
)
def test_shipping_may_cost_a_thousand_dollars(tmp_path: Path, country: str, price: str) -> None:
    passes(tmp_path, country, price=f"9999999 {price[-3:]}", shipping=f"{country}::Post:{price}")


@pytest.mark.parametrize(
    ("country", "shipping", "said"),
    [
        pytest.param("US", "US::Post:1000.01 USD", "price 1000.01 USD is above 1000 USD", id="4.1-dollars"),
        pytest.param(
            "JP", "JP::Post:900000 JPY", "price 900000 JPY is above what 1000 USD are, by far", id="4.1-yen"
        ),
        pytest.param(
            "HU", "HU:::1 HUF,HU:::990000.5 HUF", "price 990000.5 HUF is above", id="4.1-the-second-of-two"
        ),
        pytest.param("US", "US::Post:-1 USD", "price -1 USD is below 0", id="4.1-below-zero"),
        pytest.param("US", "US::Post:5 USD:-2", "min_handling_time -2 is below 0", id="4.1-another-part"),
    ],
)
def test_the_part_that_is_out_of_range_is_named(
    tmp_path: Path, country: str, shipping: str, said: str
) -> None:
    found = issues(tmp_path, country, price=f"9999999 {_code(shipping)}", shipping=shipping)
    message = found["shipping.out_of_range"].rule.message
    assert said in message
    assert "max_transit_time" not in message


def test_case_4_1_the_part_is_named_in_the_order_of_the_header(tmp_path: Path) -> None:
    feed = write_csv(tmp_path / "feed.csv", [{**product(1), "shipping(price:country)": "2000 USD:US"}])
    [issue] = validate(feed, as_of=AS_OF).issues
    assert issue.rule.message == "shipping: price 2000 USD is above 1000 USD."


def test_case_4_1_limits_are_wide_and_the_rates_are_dated() -> None:
    rates = currency_facts().rates
    assert rates.as_of >= "2025"
    limits = rates.limits(1000, "USD")
    assert limits["USD"] == 1000
    assert all(most >= 1.99 * 1000 * rates.per_base[code] for code, most in limits.items() if code != "USD")
    assert set(limits) <= {code for codes in CURRENCIES.values() for code in codes}


@pytest.mark.parametrize(
    ("country", "price", "said"),
    [
        pytest.param(
            "US", "79.90 EUR", "price is in EUR, and listings in US are in USD.", id="4.14-eur-in-the-us"
        ),
        pytest.param(
            "US", "7990 HUF", "price is in HUF, and listings in US are in USD.", id="4.14-huf-in-the-us"
        ),
        pytest.param("CH", "79.90 EUR", "listings in CH are in CHF.", id="4.14-eur-in-switzerland"),
        pytest.param("JP", "79.90 USD", "listings in JP are in JPY.", id="4.14-usd-in-japan"),
        pytest.param("BG", "79.90 RON", "listings in BG are in EUR.", id="4.14-in-bulgaria"),
    ],
)
def test_a_foreign_currency_is_a_warning(tmp_path: Path, country: str, price: str, said: str) -> None:
    [issue] = issues(tmp_path, country, price=price).values()
    assert (issue.rule.id, issue.severity) == ("google.price.foreign_currency", "warning")
    assert said in issue.rule.message


@pytest.mark.parametrize(
    ("country", "price"),
    [
        pytest.param("DE", "79.90 EUR", id="4.14-germany"),
        pytest.param("UK", "79.90 GBP", id="4.14-uk-is-gb"),
        pytest.param("PA", "79.90 USD", id="4.14-a-second-currency"),
        pytest.param("KW", "9.900 KWD", id="4.14-three-decimals"),
    ],
)
def test_the_countrys_currency_passes(tmp_path: Path, country: str, price: str) -> None:
    passes(tmp_path, country, price=price)


@pytest.mark.parametrize(
    ("code", "now"),
    [
        pytest.param("BGN", "EUR", id="4.16-lev"),
        pytest.param("ANG", "XCG", id="4.16-guilder"),
        pytest.param("HRK", "EUR", id="4.16-kuna"),
        pytest.param("DEM", "EUR", id="4.16-mark"),
        pytest.param("VEF", "VES", id="4.16-bolivar"),
    ],
)
def test_a_withdrawn_currency_is_an_error(tmp_path: Path, code: str, now: str) -> None:
    [issue] = issues(tmp_path, "DE", price=f"79.90 {code}").values()
    assert (issue.rule.id, issue.severity) == ("google.price.withdrawn_currency", "error")
    assert f"price is in {code}, which was withdrawn on " in issue.rule.message
    assert f"in {now}," in issue.rule.remedy


def test_case_4_16_a_currency_is_good_until_its_last_day(tmp_path: Path) -> None:
    def found(day: int) -> set[str]:
        return set(issues(tmp_path, "BG", datetime(2026, 1, day, tzinfo=UTC), price="79.90 BGN"))

    assert found(31) == {"price.foreign_currency"}
    later = issues(tmp_path, "BG", datetime(2026, 2, 1, tzinfo=UTC), price="79.90 BGN")
    assert set(later) == {"price.withdrawn_currency"}


def test_case_4_14_a_currency_without_minor_units_may_have_zeros_there(tmp_path: Path) -> None:
    passes(tmp_path, "JP", price="1500 JPY", sale_price="1000.00 JPY")


def test_what_is_legal_tender_is_a_currency_and_not_withdrawn() -> None:
    current = {code for codes in CURRENCIES.values() for code in codes}
    assert current & set(currency_facts().withdrawn) == {"ANG", "BGN"}
    legal = {code for codes in currency_facts().countries.values() for code in codes}
    assert legal <= current - set(currency_facts().withdrawn)


def test_the_facts_that_are_shipped_are_what_the_document_says() -> None:
    path = Path(__file__).parents[4] / "feedscript/feeds/rules/currency_facts.yaml"
    assert repr(currency_facts()) == repr(read_currency_facts(path))


DIMENSIONS = {"product_length": "10 cm", "product_width": "10 cm", "product_height": "10 cm"}
SHIPPED = {"shipping_length": "10 cm", "shipping_width": "10 cm", "shipping_height": "10 cm"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"product_weight": "0 g"}, id="4.16-no-weight"),
        pytest.param({"product_weight": "0.0 kg"}, id="4.16-no-weight-with-decimals"),
        pytest.param({"product_weight": "2000.1 g"}, id="4.16-weight-above"),
        pytest.param(SHIPPED | {"shipping_length": "0.5 cm"}, id="4.16-shipping-length"),
        pytest.param(SHIPPED | {"shipping_width": "0 cm"}, id="4.16-shipping-width"),
        pytest.param(SHIPPED | {"shipping_height": "400.1 cm"}, id="4.16-shipping-height-above"),
        pytest.param(DIMENSIONS | {"product_width": "0 cm"}, id="4.16-product-width"),
    ],
)
def test_what_is_out_of_range_is_told(tmp_path: Path, changes: dict[str, str]) -> None:
    [rule] = issues(tmp_path, **changes)
    assert rule.endswith(".out_of_range")


@pytest.mark.parametrize(
    ("country", "changes"),
    [
        *(
            pytest.param("US", {"certification": value}, id=f"4.15-{value}")
            for value in (
                "EPA:ENERGY_STAR:2353",
                "EPA:ENERGY_STAR_MOST_EFFICIENT:1",
                "DESNZ:GB_ENERGY_INFO:123",
                "EC:EU_ECOLABEL:DE/020/014",
                "ADEME:VEHICLE_ENERGY_EFFICIENCY:A",
                "BMWK:VEHICLE_ENERGY_EFFICIENCY_DISCHARGED_BATTERY:B",
                "European_Commission:EPREL:123456:A",
            )
        ),
        pytest.param("US", {"pause": "all"}, id="4.15-pause"),
        pytest.param("US", {"pause": "ALL"}, id="4.15-pause-in-capitals"),
        pytest.param(
            "CH",
            {
                "price": "79.90 CHF",
                "energy_efficiency_class": "A+",
                "min_energy_efficiency_class": "A+",
                "max_energy_efficiency_class": "A+",
            },
            id="4.15-energy-class",
        ),
        pytest.param("US", DIMENSIONS | {"product_length": "0.5 cm"}, id="4.15-product-length"),
        pytest.param("US", DIMENSIONS | {"product_height": "0.01 cm"}, id="4.15-product-height"),
        *(
            pytest.param("US", {"excluded_destination": value}, id=f"4.15-{value}")
            for value in (
                "YouTube_Shopping_checkout",
                "YouTube affiliate",
                "Free_vehicle_listings",
                "Vehicle_ads",
                "CLOUD_RETAIL",
                "Local-cloud-retail",
            )
        ),
        *(
            pytest.param(
                "US",
                {"loyalty_program": f"club:gold:9.99 USD:::2026-08-01T00:00Z{sign}2026-09-01T00:00Z:label"},
                id=f"4.15-loyalty-dates-by-{name}",
            )
            for name, sign in (("space", " "), ("comma", ","), ("comma-and-space", ", "), ("slash", "/"))
        ),
        pytest.param("US", {"return": "US:30:NEW:BY_MAIL:5.00 USD:EXCHANGE"}, id="4.15-return-outcome"),
        pytest.param("US", {"installment": "6:10.00 USD:0 USD:finance:60.00 USD:4.9"}, id="4.15-installment"),
    ],
)
def test_what_google_takes_passes(tmp_path: Path, country: str, changes: dict[str, str]) -> None:
    passes(tmp_path, country, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"certification": "FDA:ENERGY_STAR:1"}, id="4.15-no-such-authority"),
        pytest.param({"certification": "EPA:BEST:1"}, id="4.15-no-such-name"),
        pytest.param({"pause": "everything"}, id="4.15-no-such-pause"),
        pytest.param({"loyalty_program": "club:gold::::soon:label"}, id="4.15-no-dates"),
        pytest.param({"return": "US:30:NEW:BY_MAIL:5.00 USD:A_HUG"}, id="4.15-no-such-outcome"),
    ],
)
def test_what_google_does_not_take_is_told(tmp_path: Path, changes: dict[str, str]) -> None:
    [rule] = issues(tmp_path, **changes)
    assert rule.endswith((".invalid_format", ".invalid_enum"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("canonical_link", "https://shop.example.com/a", id="4.17-canonical_link"),
        pytest.param("disclosure_date", "2026-09-01T10:00Z", id="4.17-disclosure_date"),
        pytest.param("pickup_method", "ship to store", id="4.17-pickup_method"),
        pytest.param("pickup_sla", "multi-week", id="4.17-pickup_sla"),
        pytest.param("transit_time_label", "fast", id="4.17-transit_time_label"),
        pytest.param("link template", "https://shop.example.com/{store_code}", id="4.17-link_template"),
        pytest.param(
            "mobile_link_template", "https://m.example.com/{store_code}", id="4.17-mobile_link_template"
        ),
        pytest.param("g:ads_labels", "a,b", id="4.17-ads_labels"),
        pytest.param("ads_grouping", "a", id="4.17-ads_grouping"),
        pytest.param("display_ads_title", "a", id="4.17-display_ads_title"),
        pytest.param("vin", "1M8GDM9AXKP042788", id="4.17-vin"),
        pytest.param("lease_term", "12", id="4.17-lease_term"),
    ],
)
def test_an_attribute_that_google_knows_is_no_unknown_column(tmp_path: Path, name: str, value: str) -> None:
    passes(tmp_path, **{name: value})


def test_case_4_17_another_column_is_told(tmp_path: Path) -> None:
    assert set(issues(tmp_path, colour_of_the_shop="red")) == {"file.unknown_column"}


def test_the_changes_of_the_profile_begin_with_its_version() -> None:
    assert GOOGLE.history[0].version == GOOGLE.version
    dates = [change.date for change in GOOGLE.history]
    assert dates == sorted(dates, reverse=True)


def _code(shipping: str) -> str:
    return next(each for each in ("USD", "JPY", "HUF") if each in shipping)
