"""What is right of ten items of each feed in `samples/exports` that comes in as a source, worked out by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Item = dict[str, str]


@dataclass(frozen=True)
class Expected:
    """The file, what has to be said of it, the preset that reads it, its items by id, rows left out by reason."""

    file: str
    preset: str
    items: Mapping[str, Item]
    source: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict)


_CDN, _SHOP = "https://cdn.example.com", "https://shop.example.com"
_NUMBERS = (
    "pictures",
    "availability",
    "price",
    "sale_price",
    "gtin",
    "item_group_id",
    "size",
    "shipping_weight",
    "mpn",
)
# fmt: off
#: What all of these feeds say of an item; pictures are parted by blanks, the first is image_link.
_FACTS = {
    "SM-001": ("stone-mug-1 stone-mug-2 stone-mug-3", "in_stock",
               "18.00", "14.50", "9520000000011", "stone-mug", "", "420 g", ""),
    "SM-002": ("stone-mug-2 stone-mug-1 stone-mug-3", "out_of_stock",
               "18.00", "14.50", "9520000000028", "stone-mug", "", "420 g", ""),
    "LA-004": ("linen-apron-1 linen-apron-2", "in_stock", "39.00", "", "9520000000042", "", "", "260 g", ""),
    "OB-006": ("oak-board-1 oak-board-2", "out_of_stock", "49.00", "", "9520000000066", "oak-board", "M", "1250 g", ""),
    "TT-010": ("tea-towel-2", "in_stock", "12.90", "", "9520000000103", "tea-towel", "50 x 70", "110 g", ""),
    "BH-013": ("brass-hook-1", "in_stock", "8.00", "", "9520000000134", "", "", "90 g", ""),
    "CP-015": ("cafe-press-1 cafe-press-2", "in_stock", "39.90", "34.90", "9520000000158", "", "", "780 g", ""),
    "CB-017": ("clay-bowl-1", "in_stock", "17.25", "", "", "", "", "510 g", "FH-CB17"),
    "CH-019": ("candle-holder-1", "out_of_stock", "11.00", "", "9520000000196", "", "", "150 g", ""),
    "WS-021": ("wool-socks-1", "in_stock", "16.00", "", "9520000000219", "wool-socks", "36-38", "80 g", ""),
}
_LINKS = {
    "SM-001": "stone-mug?v=SM-001", "SM-002": "stone-mug?v=SM-002", "LA-004": "linen-apron",
    "OB-006": "oak-board?v=OB-006", "TT-010": "tea-towel?v=TT-010", "BH-013": "brass-hook",
    "CP-015": "cafe-press", "CB-017": "clay-bowl", "CH-019": "candle-holder", "WS-021": "wool-socks?v=WS-021",
}
_WORDS = ("title", "description", "product_type", "color", "material", "gender")
_ENGLISH = {
    "SM-001": ("Stone mug Slate", "Stone mug. Made by hand.", "Kitchen > Mugs", "Slate", "", ""),
    "SM-002": ("Stone mug Sand", "Stone mug. Made by hand.", "Kitchen > Mugs", "Sand", "", ""),
    "LA-004": ("Linen apron", "Linen apron & 100% Linen. Made by hand.", "Kitchen > Textiles", "", "Linen", ""),
    "OB-006": ("Oak board M", "Oak board. Made by hand.", "Kitchen > Boards", "", "Oak", ""),
    "TT-010": ("Tea towel Rust, 50 x 70", "Tea towel. Made by hand.", "Kitchen > Textiles", "Rust", "", ""),
    "BH-013": ("Brass hook", "Brass hook. Made by hand.", "Home > Decoration", "", "", ""),
    "CP-015": ("Café press", "Café press. Made by hand.", "Kitchen > Coffee", "", "", ""),
    "CB-017": ("Clay bowl", "Clay bowl. Made by hand.", "Kitchen", "", "", ""),
    "CH-019": ("Candle holder", "Candle holder. Made by hand.", "Home > Decoration", "", "", ""),
    "WS-021": ("Wool socks Grey, 36-38", "Wool socks. Made by hand.", "Home > Socks", "Grey", "Wool", "female"),
}
_RUSSIAN = {
    "SM-001": ("Каменная кружка Сланец", "Каменная кружка. Сделано вручную.", "Кухня > Кружки", "Сланец", "", ""),
    "SM-002": ("Каменная кружка Песок", "Каменная кружка. Сделано вручную.", "Кухня > Кружки", "Песок", "", ""),
    "LA-004": ("Льняной фартук", "Льняной фартук & 100% Лён. Сделано вручную.", "Кухня > Текстиль", "", "Лён", ""),
    "OB-006": ("Дубовая доска M", "Дубовая доска. Сделано вручную.", "Кухня > Доски", "", "Дуб", ""),
    "TT-010": ("Кухонное полотенце Ржавчина, 50 x 70", "Кухонное полотенце. Сделано вручную.", "Кухня > Текстиль",
               "Ржавчина", "", ""),
    "BH-013": ("Латунный крючок", "Латунный крючок. Сделано вручную.", "Дом > Декор", "", "", ""),
    "CP-015": ("Френч-пресс Fernhollow Модель 9", "Френч-пресс. Сделано вручную.", "Кухня > Кофе", "", "", ""),
    "CB-017": ("Глиняная миска", "Глиняная миска. Сделано вручную.", "Кухня", "", "", ""),
    "CH-019": ("Подсвечник", "Подсвечник. Сделано вручную.", "Дом > Декор", "", "", ""),
    "WS-021": ("Шерстяные носки Серый, 36-38", "Шерстяные носки. Сделано вручную.", "Дом > Носки", "Серый", "Шерсть",
               "female"),
}
_CZECH = {
    "SM-001": ("Kameninový hrnek Břidlice", "Kameninový hrnek. Ručně vyrobeno.", "Kuchyně > Hrnky", "Břidlice", "", ""),
    "SM-002": ("Kameninový hrnek Písek", "Kameninový hrnek. Ručně vyrobeno.", "Kuchyně > Hrnky", "Písek", "", ""),
    "LA-004": ("Lněná zástěra", "Lněná zástěra & 100% Len. Ručně vyrobeno.", "Kuchyně > Textil", "", "Len", ""),
    "OB-006": ("Dubové prkénko M", "Dubové prkénko. Ručně vyrobeno.", "Kuchyně > Prkénka", "", "Dub", ""),
    "TT-010": ("Utěrka Rez, 50 x 70", "Utěrka. Ručně vyrobeno.", "Kuchyně > Textil", "Rez", "", ""),
    "BH-013": ("Mosazný háček", "Mosazný háček. Ručně vyrobeno.", "Domov > Dekorace", "", "", ""),
    "CP-015": ("Kávovar French press", "Kávovar French press. Ručně vyrobeno.", "Kuchyně > Káva", "", "", ""),
    "CB-017": ("Hliněná miska", "Hliněná miska. Ručně vyrobeno.", "Kuchyně", "", "", ""),
    "CH-019": ("Svícen", "Svícen. Ručně vyrobeno.", "Domov > Dekorace", "", "", ""),
    "WS-021": ("Vlněné ponožky Šedá, 36-38", "Vlněné ponožky. Ručně vyrobeno.", "Domov > Ponožky", "Šedá", "Vlna",
               "female"),
}
_POLISH = {
    "SM-001": ("Kubek kamionkowy Łupek", "Kubek kamionkowy. Wykonane ręcznie.", "Kuchnia > Kubki", "Łupek", "", ""),
    "SM-002": ("Kubek kamionkowy Piasek", "Kubek kamionkowy. Wykonane ręcznie.", "Kuchnia > Kubki", "Piasek", "", ""),
    "LA-004": ("Lniany fartuch", "Lniany fartuch & 100% Len. Wykonane ręcznie.", "Kuchnia > Tekstylia", "", "Len", ""),
    "OB-006": ("Deska dębowa M", "Deska dębowa. Wykonane ręcznie.", "Kuchnia > Deski", "", "Dąb", ""),
    "TT-010": ("Ściereczka Rdza, 50 x 70", "Ściereczka. Wykonane ręcznie.", "Kuchnia > Tekstylia", "Rdza", "", ""),
    "BH-013": ("Mosiężny haczyk", "Mosiężny haczyk. Wykonane ręcznie.", "Dom > Dekoracje", "", "", ""),
    "CP-015": ("Zaparzacz do kawy", "Zaparzacz do kawy. Wykonane ręcznie.", "Kuchnia > Kawa", "", "", ""),
    "CB-017": ("Miska gliniana", "Miska gliniana. Wykonane ręcznie.", "Kuchnia", "", "", ""),
    "CH-019": ("Świecznik", "Świecznik. Wykonane ręcznie.", "Dom > Dekoracje", "", "", ""),
    "WS-021": ("Skarpety wełniane Szary, 36-38", "Skarpety wełniane. Wykonane ręcznie.", "Dom > Skarpety", "Szary",
               "Wełna", "female"),
}
_GREEK = {
    "SM-001": ("Πέτρινη κούπα Σχιστόλιθος", "Πέτρινη κούπα. Φτιαγμένο στο χέρι.", "Κουζίνα > Κούπες",
               "Σχιστόλιθος", "", ""),
    "SM-002": ("Πέτρινη κούπα Άμμος", "Πέτρινη κούπα. Φτιαγμένο στο χέρι.", "Κουζίνα > Κούπες", "Άμμος", "", ""),
    "LA-004": ("Λινή ποδιά", "Λινή ποδιά & 100% Λινό. Φτιαγμένο στο χέρι.", "Κουζίνα > Υφάσματα", "", "", ""),
    "OB-006": ("Δρύινη σανίδα", "Δρύινη σανίδα. Φτιαγμένο στο χέρι.", "Κουζίνα > Σανίδες", "", "", ""),
    "TT-010": ("Πετσέτα κουζίνας Σκουριά", "Πετσέτα κουζίνας. Φτιαγμένο στο χέρι.", "Κουζίνα > Υφάσματα", "Σκουριά",
               "", ""),
    "BH-013": ("Ορειχάλκινος γάντζος", "Ορειχάλκινος γάντζος. Φτιαγμένο στο χέρι.", "Σπίτι > Διακόσμηση", "", "", ""),
    "CP-015": ("Καφετιέρα πίεσης", "Καφετιέρα πίεσης. Φτιαγμένο στο χέρι.", "Κουζίνα > Καφές", "", "", ""),
    "CB-017": ("Πήλινο μπολ", "Πήλινο μπολ. Φτιαγμένο στο χέρι.", "Κουζίνα", "", "", ""),
    "CH-019": ("Κηροπήγιο", "Κηροπήγιο. Φτιαγμένο στο χέρι.", "Σπίτι > Διακόσμηση", "", "", ""),
    "WS-021": ("Μάλλινες κάλτσες", "Μάλλινες κάλτσες. Φτιαγμένο στο χέρι.", "Σπίτι > Κάλτσες", "Γκρι", "", ""),
}
_GERMAN = {
    "SM-001": ("Steinbecher Schiefer", "Steinbecher. Von Hand gemacht.", "Küche > Becher", "Schiefer", "", ""),
    "SM-002": ("Steinbecher Sand", "Steinbecher. Von Hand gemacht.", "Küche > Becher", "Sand", "", ""),
    "LA-004": ("Leinenschürze", "Leinenschürze & 100% Leinen. Von Hand gemacht.", "Küche > Textilien", "",
               "Leinen", ""),
    "OB-006": ("Eichenbrett M", "Eichenbrett. Von Hand gemacht.", "Küche > Bretter", "", "Eiche", ""),
    "TT-010": ("Geschirrtuch Rost, 50 x 70", "Geschirrtuch. Von Hand gemacht.", "Küche > Textilien", "Rost", "", ""),
    "BH-013": ("Messinghaken", "Messinghaken. Von Hand gemacht.", "Wohnen > Deko", "", "", ""),
    "CP-015": ("Kaffeepresse", "Kaffeepresse. Von Hand gemacht.", "Küche > Kaffee", "", "", ""),
    "CB-017": ("Tonschale", "Tonschale. Von Hand gemacht.", "Küche", "", "", ""),
    "CH-019": ("Kerzenhalter", "Kerzenhalter. Von Hand gemacht.", "Wohnen > Deko", "", "", ""),
    "WS-021": ("Wollsocken Grau, 36-38", "Wollsocken. Von Hand gemacht.", "Wohnen > Socken", "Grau", "Wolle", "female"),
}
# fmt: on
_KILOGRAMS = {
    name: {"shipping_weight": weight}
    for name, weight in {
        "SM-001": "0.42 kg",
        "SM-002": "0.42 kg",
        "LA-004": "0.26 kg",
        "OB-006": "1.25 kg",
        "TT-010": "0.11 kg",
        "BH-013": "0.09 kg",
        "CP-015": "0.78 kg",
        "CB-017": "0.51 kg",
        "CH-019": "0.15 kg",
        "WS-021": "0.08 kg",
    }.items()
}


def _items(
    words: Mapping[str, tuple[str, ...]],
    currency: str,
    *,
    without: tuple[str, ...] = (),
    changes: Mapping[str, Item] | None = None,
) -> dict[str, Item]:
    """The ten items; `without` are attributes that the form of feed has no place for."""
    items = {}
    for name, facts in _FACTS.items():
        item = dict(zip(_WORDS, words[name], strict=True)) | dict(zip(_NUMBERS, facts, strict=True))
        first, *others = (f"{_CDN}/{each}.jpg" for each in item.pop("pictures").split())
        item |= {"link": f"{_SHOP}/{_LINKS[name]}", "image_link": first}
        item |= {"additional_image_link": ",".join(others), "brand": "Fernhollow", "condition": "new"}
        if "sale_price" in without and item["sale_price"]:
            # The feed knows one price, which is the lower one.
            item["price"] = item["sale_price"]
        item |= {price: f"{item[price]} {currency}" for price in ("price", "sale_price") if item[price]}
        items[name] = {each: item[each] for each in item if each not in without} | (changes or {}).get(
            name, {}
        )
    return items


EXPECTED = {
    "awin": Expected(
        "awin-publisher.csv",
        "awin_publisher",
        _items(
            _ENGLISH, "EUR", changes={"LA-004": {"material": "Linen"}, "SM-001": {"custom_label_0": "autumn"}}
        ),
        excluded={"not for sale": 1},
    ),
    "cj": Expected(
        "cj-publisher.csv",
        "cj_publisher",
        _items(_ENGLISH, "EUR"),
    ),
    "content_api": Expected("content-api.json", "content_api", _items(_ENGLISH, "EUR")),
    "merchant_api": Expected("merchant-api.jsonl", "merchant_api", _items(_ENGLISH, "EUR")),
    "schema_org": Expected(
        "schema-org.json",
        "schema_org",
        # An offer has one price, which is the one that is asked; weights come in either unit.
        _items(
            _ENGLISH,
            "EUR",
            without=("sale_price",),
            changes={name: _KILOGRAMS[name] for name in ("SM-001", "BH-013", "CB-017", "WS-021")},
        ),
    ),
    "yml": Expected(
        "yml.xml",
        "yml",
        _items(_RUSSIAN, "RUB", changes=_KILOGRAMS),
        excluded={"disabled": 1},
    ),
    "heureka": Expected(
        "heureka.xml",
        "heureka",
        _items(_CZECH, "CZK", without=("sale_price", "shipping_weight")),
        source="source: {currency: CZK}\n",
    ),
    "ceneo": Expected(
        "ceneo.xml",
        "ceneo",
        _items(_POLISH, "PLN", without=("sale_price", "item_group_id"), changes=_KILOGRAMS),
    ),
    "idealo": Expected(
        "idealo.csv",
        "idealo",
        _items(_GERMAN, "EUR", without=("item_group_id", "shipping_weight")),
        source="source: {currency: EUR}\n",
    ),
    "skroutz": Expected(
        "skroutz.xml",
        "skroutz",
        _items(
            _GREEK,
            "EUR",
            without=("sale_price", "material", "gender"),
            # Each colour is a product of its own there, and weights are those of products.
            changes={
                "SM-001": {"item_group_id": ""},
                "SM-002": {"item_group_id": ""},
                "TT-010": {"item_group_id": ""},
                "OB-006": {"shipping_weight": "800 g"},
            },
        ),
    ),
}
