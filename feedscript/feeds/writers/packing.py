"""What becomes of a file of text after the engine has written it: another encoding, a zip."""

import codecs
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from pathlib import Path, PurePath
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from feedscript.feeds.writers.file_form import FileForm
from feedscript.feeds.writers.replaced import MARKUP

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CHUNK = 1 << 20
_ASCII = 128
_IN_ENGINE = {None: "none", "gz": "gzip", "zst": "zstd"}
#: The first moment that a zip can tell.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class Packing:
    """Brings a plain UTF-8 file into a form's encoding and compression, unless the engine can write it so itself.

    `name` is what the file is to be called, and without its ending what a zip calls what it holds.
    """

    def __init__(self, form: FileForm, path: Path, name: str) -> None:
        self._form = form
        self._path = path
        self._name = name
        self._encoded = form.file.encoding != "utf-8"
        self.unencodable = 0

    @property
    def _by_engine(self) -> bool:
        return not self._encoded and self._form.compression in _IN_ENGINE

    @property
    def engine_compression(self) -> str:
        """What the engine is to compress with."""
        return _IN_ENGINE[self._form.compression] if self._by_engine else "none"

    @contextmanager
    def unpacked(self) -> Iterator[Path]:
        """Where the engine is to write; what it wrote is packed at the end."""
        if self._by_engine:
            yield self._path
            return
        plain = self._path.with_name(f".{self._path.name}.plain")
        try:
            yield plain
            with plain.open("rb") as source, self._opened(plain.stat().st_size) as target:
                if self._encoded:
                    self._encode(source, target)
                else:
                    shutil.copyfileobj(source, target, _CHUNK)
        finally:
            plain.unlink(missing_ok=True)

    @contextmanager
    def _opened(self, size: int) -> Iterator[IO[bytes]]:
        """The file to write, compressed without a time or a name of ours."""
        with self._path.open("wb") as file:
            match self._form.compression:
                case "gz":
                    with GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                        yield cast("IO[bytes]", packed)
                case "zip":
                    member = ZipInfo(PurePath(self._name).stem, _NO_TIME)
                    member.compress_type = ZIP_DEFLATED
                    member.external_attr = 0o644 << 16
                    member.file_size = size
                    with (
                        ZipFile(file, "w") as archive,
                        archive.open(member, "w", force_zip64=size >= 1 << 31) as packed,
                    ):
                        yield packed
                case "zst":
                    with zstd.ZstdFile(file, "wb") as packed:
                        yield cast("IO[bytes]", packed)
                case _:
                    yield file

    def _encode(self, source: IO[bytes], target: IO[bytes]) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")()
        encoder = codecs.getincrementalencoder(self._form.file.encoding)()
        while chunk := source.read(_CHUNK):
            target.write(encoder.encode(self._encodable(decoder.decode(chunk))))
        target.write(encoder.encode(decoder.decode(b"", final=True), final=True))

    def _encodable(self, text: str) -> str:
        """The text with something else for characters that the encoding has not, which are counted."""
        lacking = [each for each in set(text) if ord(each) >= _ASCII and not self._has(each)]
        if not lacking:
            return text
        self.unencodable += sum(map(text.count, lacking))
        markup = self._form.file.format in MARKUP
        return text.translate({ord(each): f"&#{ord(each)};" if markup else "?" for each in lacking})

    def _has(self, character: str) -> bool:
        try:
            character.encode(self._form.file.encoding)
        except UnicodeEncodeError:
            return False
        return True
