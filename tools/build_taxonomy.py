"""Packs a product taxonomy, as its publisher's text files tell it, into the archive that the package carries.

    python tools/build_taxonomy.py FOLDER feedscript/feeds/profiles/taxonomies/google.zip

FOLDER holds a file `google.<language>.txt` for each language, of lines "id - path", from
https://www.google.com/basepages/producttype/taxonomy-with-ids.<language>.txt.
"""

import json
import re
import sys
import unicodedata
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

SOURCE = "https://support.google.com/merchants/answer/6324436"
_VERSION = re.compile(r"^# Google_Product_Taxonomy_Version: (\S+)")
#: The language whose order and names come first; of ids that it lacks, another tells the place.
_FIRST = "en-US"


def read(path: Path) -> tuple[str, dict[int, tuple[str, ...]]]:
    """The version that a published file names, and each category's path by its id."""
    text = unicodedata.normalize("NFC", path.read_text("utf-8"))
    version = _VERSION.match(text)
    if version is None:
        raise SystemExit(f"{path} does not begin with its version")
    pairs = (line.split(" - ", 1) for line in text.splitlines()[1:] if line.strip())
    return version[1], {int(id_): tuple(each.strip() for each in way.split(">")) for id_, way in pairs}


def parents(paths: dict[int, tuple[str, ...]]) -> dict[int, int | None]:
    """Each category's parent in one language."""
    ids = {path: id_ for id_, path in paths.items()}
    return {id_: ids[path[:-1]] if path[1:] else None for id_, path in paths.items()}


def main(folder: Path, archive: Path) -> None:
    """Write the archive: what it is, the tree, and the names in each language, line by line as in the tree."""
    files = {path.name.split(".")[1]: read(path) for path in sorted(folder.glob("google.*.txt"))}
    languages = [_FIRST, *(each for each in files if each != _FIRST)]
    parent: dict[int, int | None] = {}
    for language in languages:
        for id_, above in parents(files[language][1]).items():
            if parent.setdefault(id_, above) != above:
                raise SystemExit(f"{id_} has another parent in {language}")
    below: dict[int | None, list[int]] = {}
    for id_, above in parent.items():
        below.setdefault(above, []).append(id_)
    tree: list[tuple[int, int]] = []
    left = [(id_, 0) for id_ in reversed(below[None])]
    while left:
        id_, depth = left.pop()
        tree.append((id_, depth))
        left += [(each, depth + 1) for each in reversed(below.get(id_, []))]
    about = {"name": "google", "source": SOURCE, "versions": {each: files[each][0] for each in languages}}
    with ZipFile(archive, "w") as packed:
        # A fixed time, so that the same taxonomy makes the same archive.
        def add(name: str, text: str) -> None:
            packed.writestr(ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text, ZIP_DEFLATED, 9)

        add("about.json", json.dumps(about, indent=1))
        add("tree.txt", "\n".join(f"{id_} {depth}" for id_, depth in tree))
        for language in languages:
            names = (files[language][1].get(id_, ("",))[-1] for id_, _ in tree)
            add(f"{language}.txt", "\n".join(names))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
