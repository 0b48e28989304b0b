"""Character encodings: told apart by the bytes, by a label, or by the merchant; ids name the kind."""

# ruff: noqa: RUF001 - many languages have letters that look like Latin ones
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.feeds.readers.encoding import (
    Encoding,
    UnknownEncoding,
    as_text,
    detect_encoding,
    labelled,
)
from feedscript.feeds.readers.staged import FaultTally
from tests.feeds_scanning import cells, fault_codes, stage_bytes
from tests.feeds_writing import write_delimited, write_rss

PRODUCTS = [
    {"id": "1", "title": 'A "quoted" cup, blue', "price": "9.90 EUR"},
    {"id": "2", "title": "Two\nlines; and | more ~ of\tthem", "price": "10.00 EUR"},
    {"id": "3", "title": "Café € crème", "price": "0.50 EUR"},
]
#: A few products' names in languages that have encodings of their own.
TEXTS = {
    "ru": [
        "Настольная лампа из дуба",
        "Кружка эмалированная синяя",
        "Шерстяное одеяло для двоих",
        "Сумка через плечо",
    ],
    "uk": [
        "Настільна лампа з дуба",
        "Кухоль емальований синій",
        "Ковдра вовняна для двох",
        "Сумка через плече",
    ],
    "cs": [
        "Stolní lampa z dubového dřeva",
        "Smaltovaný hrnek, světle modrý",
        "Vlněná přikrývka pro dva",
        "Kožená taška přes rameno",
    ],
    "pl": [
        "Lampa stołowa z dębu",
        "Kubek emaliowany w kolorze błękitnym",
        "Wełniany koc dla dwóch osób",
        "Torba na ramię ze skóry",
    ],
    "hu": [
        "Tölgyfa asztali lámpa",
        "Zománcozott bögre, kék színű",
        "Gyapjú takaró két főre",
        "Bőr válltáska",
    ],
    "el": [
        "Επιτραπέζιο φωτιστικό από δρυ",
        "Εμαγιέ κούπα σε μπλε χρώμα",
        "Μάλλινη κουβέρτα για δύο",
        "Δερμάτινη τσάντα ώμου",
    ],
    "tr": [
        "Meşe masa lambası, ışığı yumuşak",
        "Emaye kupa, açık mavi renkli",
        "İki kişilik yün battaniye",
        "Deri omuz çantası",
    ],
    "he": ["מנורת שולחן מעץ אלון", "ספל אמייל בצבע כחול", "שמיכת צמר לזוג", "תיק כתף מעור"],
    "ar": [
        "مصباح طاولة من خشب البلوط",
        "كوب مطلي بالمينا الزرقاء",
        "بطانية صوفية لشخصين",
        "حقيبة كتف من الجلد",
    ],
    "zh": ["橡木台灯，柔和的光线", "蓝色搪瓷杯，容量大", "双人羊毛毯，冬天用", "真皮单肩包，多个口袋"],
    "zh-tw": ["橡木檯燈，柔和的光線", "藍色琺瑯杯，容量大", "雙人羊毛毯，冬天用", "真皮單肩包，多個口袋"],
    "ja": [
        "オーク材のテーブルランプ",
        "青いほうろうのマグカップ",
        "二人用のウールの毛布",
        "革のショルダーバッグ",
    ],
    "ko": ["참나무 탁상 램프", "파란색 법랑 머그컵", "두 사람을 위한 양모 담요", "가죽 숄더백"],
    "th": ["โคมไฟตั้งโต๊ะไม้โอ๊ค", "แก้วเคลือบสีฟ้า", "ผ้าห่มขนสัตว์สำหรับสองคน", "กระเป๋าสะพายหนัง"],
    "lv": [
        "Ozolkoka galda lampa, silta gaisma",
        "Emaljēta krūze zilā krāsā",
        "Vilnas sega diviem cilvēkiem",
        "Ādas plecu soma ar kabatām",
    ],
    "de": [
        "Tischleuchte aus Eiche, schön und größer",
        "Emailletasse in hellblau für draußen",
        "Wolldecke für zwei",
        "Umhängetasche aus Leder",
    ],
}
LEGACY = [
    ("ru", "windows-1251", "3.1"), ("ru", "koi8-r", "3.1"), ("cs", "windows-1250", "3.1"), ("pl", "iso-8859-2", "3.1"),
    ("el", "iso-8859-7", "3.1"), ("tr", "windows-1254", "3.1"), ("he", "windows-1255", "3.1"),
    ("ar", "windows-1256", "3.1"), ("zh", "gb18030", "3.1"), ("ko", "euc-kr", "3.1"), ("zh-tw", "big5", "3.1"),
    ("hu", "windows-1250", "3.1"), ("uk", "windows-1251", "3.1"), ("ja", "shift_jis", "3.1"), ("ja", "euc-jp", "3.1"),
    ("th", "windows-874", "3.1"), ("lv", "windows-1257", "3.1"), ("de", "windows-1252", "3.1"),
]  # fmt: skip


def encoded(text: str, label: str) -> bytes:
    """The text's bytes in an encoding of the WHATWG standard."""
    return text.encode(Encoding(label, "said").codec if label != "big5" else "big5")


def products_in(language: str) -> list[dict[str, str]]:
    return [{"id": str(number), "title": title} for number, title in enumerate(TEXTS[language] * 3)]


@pytest.mark.parametrize(("language", "label"), [pytest.param(a, b, id=f"{k}-{b}-{a}") for a, b, k in LEGACY])
def test_a_legacy_encoding_is_told_by_its_letters(language: str, label: str, tmp_path) -> None:
    staged = stage_bytes(encoded(write_delimited(products_in(language)), label), tmp_path)
    assert cells(staged) == products_in(language)
    assert fault_codes(staged) == {"guessed_encoding": 1}
    assert staged.source.encoding_certainty == "likely"


@pytest.mark.parametrize(("language", "label"), [pytest.param(a, b, id=f"{k}-{b}-{a}") for a, b, k in LEGACY])
def test_what_the_merchant_says_is_no_guess(language: str, label: str, tmp_path) -> None:
    content = encoded(write_delimited(products_in(language)), label)
    staged = stage_bytes(content, tmp_path, encoding=label)
    assert (cells(staged), fault_codes(staged)) == (products_in(language), {})
    assert (staged.source.encoding, staged.source.encoding_certainty) == (label, "said")


def test_case_3_1_json_too(tmp_path) -> None:
    text = "".join(f'{{"id": "{number}", "title": "{title}"}}\n' for number, title in enumerate(TEXTS["ru"]))
    staged = stage_bytes(text.encode("cp1251"), tmp_path)
    assert [item["title"] for item in cells(staged)] == TEXTS["ru"]
    assert fault_codes(staged) == {"guessed_encoding": 1}


def test_a_byte_order_mark_is_stronger_than_what_is_said(tmp_path) -> None:
    staged = stage_bytes(codecs.BOM_UTF8 + write_delimited(PRODUCTS).encode(), tmp_path, encoding="koi8-r")
    assert cells(staged) == PRODUCTS


LABELS = [
    ("x-cp1251", "cp1251", "ru", "6.14"), ("windows-874", "cp874", "th", "6.14"), ("x-euc-jp", "euc_jp", "ja", "6.14"),
    ("iso-8859-8-i", "iso8859_8", "he", "6.14"), ("cp1250", "cp1250", "cs", "6.14"), ("dos-874", "cp874", "th", "6.14"),
    ("csisolatin2", "iso8859_2", "pl", "6.14"),
    ("gb2312", "gb18030", "zh-tw", "6.15"), ("euc-kr", "cp949", "ko", "6.15"),
    ("shift_jis", "cp932", "ja", "6.15"), ("ks_c_5601-1987", "cp949", "ko", "6.15"), ("latin1", "cp1252", "de", "6.15"),
]  # fmt: skip
#: What only the wider code page of a label has.
WIDER = {"cp949": "똠방각하 펲시", "cp932": "①㈱Ⅳ髙", "gb18030": "镕朱鎔㐂€", "cp1252": "„€“"}


@pytest.mark.parametrize(
    ("label", "codec", "language"), [pytest.param(a, b, c, id=f"{k}-{a}") for a, b, c, k in LABELS]
)
def test_a_label_in_xml_means_what_it_means_on_the_web(
    label: str, codec: str, language: str, tmp_path
) -> None:
    products = [{"id": str(number), "title": title} for number, title in enumerate(TEXTS[language])]
    products.append({"id": "wider", "title": WIDER.get(codec, "plain")})
    text = write_rss(products)
    declared = f'<?xml version="1.0" encoding="{label}"?>' + text[text.index("<rss") :]
    staged = stage_bytes(declared.encode(codec), tmp_path)
    assert (cells(staged), fault_codes(staged)) == (products, {})


@pytest.mark.parametrize(
    "label", [pytest.param(name, id=f"6.14-{name}") for name in ("win-1251", "ansi", "cp-1251", "utf8mb4")]
)
def test_a_label_that_nobody_knows_is_told_and_the_bytes_decide(label: str, tmp_path) -> None:
    products = [{"id": str(number), "title": title} for number, title in enumerate(TEXTS["ru"])]
    text = write_rss(products)
    declared = f'<?xml version="1.0" encoding="{label}"?>' + text[text.index("<rss") :]
    staged = stage_bytes(declared.encode("cp1251"), tmp_path)
    assert cells(staged) == products
    (fault,) = staged.faults.samples["unknown_encoding"]
    assert (fault.value, fault.line) == (label, 1)
    assert "read as windows-1251" in fault.message


def test_a_misspelt_label_names_those_spelt_alike() -> None:
    with pytest.raises(UnknownEncoding, match=r"did you mean .*windows-1251"):
        labelled("windows1251", "said")


@given(
    st.text(),
    st.sampled_from(["utf-8", "windows-1251", "gbk", "shift_jis", "big5", "iso-8859-8-i", "utf-16-le"]),
)
def test_any_encoding_reads_back_what_it_can_write(text: str, name: str) -> None:
    encoding = Encoding(name, "said")
    content = ("." + text).encode(encoding.codec, "ignore")
    tally = FaultTally()
    assert "".join(as_text([content], encoding, tally, lambda: [content])) == content.decode(encoding.codec)
    assert not tally.totals


@given(
    st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\xff", b"\xc3\xa9", b"\xc3"]), max_size=30),
    st.integers(1, 7),
)
def test_a_bad_byte_is_told_with_its_line(parts: list[bytes], size: int) -> None:
    content = b"".join(parts)
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    tally = FaultTally()
    text = "".join(as_text(chunks, Encoding("utf-8", "said"), tally, lambda: chunks))
    read = content.decode("utf-8", "surrogateescape")
    lines = [read.count("\n", 0, at) + 1 for at, sign in enumerate(read) if "\udc80" <= sign <= "\udcff"]
    assert text.count("\ufffd") == len(lines)
    assert [fault.line for fault in tally.samples.get("bad_encoding", ())] == lines


@given(st.binary(max_size=300))
def test_any_bytes_are_of_some_encoding(content: bytes) -> None:
    encoding = detect_encoding([content])
    "".join(as_text([content], encoding, FaultTally(), lambda: [content]))


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
def test_encodings_are_detected(tmp_path, encoding, mark):
    staged = stage_bytes(mark + write_delimited(PRODUCTS).encode(encoding), tmp_path)
    assert staged.source.encoding == encoding
    assert cells(staged) == PRODUCTS


def test_an_encoding_that_shows_late_is_still_found(tmp_path):
    products = [{"id": str(number), "title": "plain title " * 4} for number in range(20_000)]
    products += [{"id": f"late-{number}", "title": "crème " * 10} for number in range(5_000)]
    staged = stage_bytes(write_delimited(products).encode("latin-1"), tmp_path)
    assert staged.source.encoding == "windows-1252"
    assert cells(staged)[-1]["title"].startswith("crème")


def test_a_byte_without_meaning_is_a_fault_with_its_line(tmp_path):
    content = "id,title\n1,caf\xe9 \x93x\x94\n2,\x81\n".encode("latin-1")
    staged = stage_bytes(content, tmp_path)
    assert staged.source.encoding == "windows-1252"
    (fault,) = staged.faults.samples["bad_encoding"]
    assert (fault.line, fault.value) == (3, "0x81")
    assert cells(staged) == [{"id": "1", "title": "café “x”"}, {"id": "2", "title": "\ufffd"}]
