#!/usr/bin/env bash
# charset-normalizer takes a Polish product export in ISO 8859-2 for Windows-1250 and is wholly sure of it (confidence
# 1.0). The two agree on most letters, so most of the text looks right, but letters such as "ś" come out as other signs and
# no byte is refused. Firefox's detector (chardetng) tells the same bytes right. Seen while choosing a detector for
# merchants' exports that do not say what they are in.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check charset-normalizer==3.5.3 chardetng-py==0.3.5
"$folder/venv/bin/python" - <<'PYTHON'
from charset_normalizer import __version__, detect
from chardetng_py import detect as chardetng

names = ["Lampa stołowa z dębu", "Kubek emaliowany w kolorze błękitnym", "Wełniany koc dla dwóch osób",
         "Torba na ramię ze skóry", "Krzesło składane z podłokietnikami", "Doniczka z gliny, żółta, średnia",
         "Świecznik mosiężny na trzy świece", "Pościel bawełniana w kwiaty, biało-różowa"]
rows = [f'{n},"{name}","{name}. Każdy produkt wysyłamy następnego dnia, również za granicę.",https://shop.example/{n},{n}.90 PLN'
        for n, name in enumerate(names * 3)]
content = "\n".join(["id,title,description,link,price", *rows]).encode("iso8859_2")
found = detect(content)
print("charset-normalizer", __version__, "says", found["encoding"], "with confidence", found["confidence"])
wrong = {a + " as " + b for a, b in zip(content.decode("iso8859_2"), content.decode(found["encoding"])) if a != b}
print("letters read wrong:", ", ".join(sorted(wrong)))
print("chardetng 0.3.5 says", chardetng(content))
assert content.decode(chardetng(content)) == content.decode("iso8859_2")
assert content.decode(found["encoding"]) != content.decode("iso8859_2"), "it reads the export right now"
assert found["confidence"] > 0.9
PYTHON
