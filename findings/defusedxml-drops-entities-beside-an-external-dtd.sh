#!/usr/bin/env bash
# A YML feed usually begins with <!DOCTYPE yml_catalog SYSTEM "shops.dtd">. With that line, defusedxml (over expat) no
# longer refuses a reference to an undefined entity: "&nbsp;" is left out of attribute values and of texts alike, and
# no error is raised. Without the line the same document is refused as not well-formed. So a value can come out
# shorter in silence, in a reader that is chosen for being strict.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check defusedxml==0.7.1
"$folder/venv/bin/python" - <<'PYTHON'
import defusedxml
from defusedxml.ElementTree import ParseError, fromstring

body = '<yml_catalog><offer id="10&nbsp;kg"/></yml_catalog>'
doctype = '<!DOCTYPE yml_catalog SYSTEM "shops.dtd">'
print("defusedxml", defusedxml.__version__)
try:
    fromstring(body)
except ParseError as error:
    print("without the DOCTYPE:", error)
else:
    raise SystemExit("an undefined entity is taken without a DOCTYPE now")
read = fromstring(doctype + body).find("offer").get("id")
print("with it, id is read as", repr(read))
assert read == "10kg", "the reference is no longer dropped"
PYTHON
