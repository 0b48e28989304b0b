"""The documents that come with the package, compiled as Python compiles a module: checked when new, then read back.

What a schema makes of a document is kept in `__pycache__` beside it, as the Python that makes it again. The YAML
parser and the schemas take a new process as long as it takes to check fifty thousand items.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

_HERE = Path(__file__).parent


def load_shipped(path: Path, reader: str) -> Any:
    """What the reader ("module:function" of the path) makes of the document; raises what the reader raises.

    It must be of frozen values: dataclasses, mappings, tuples, enumerations, texts and numbers. Where nothing may be
    written beside the document, or PYTHONDONTWRITEBYTECODE says so, the document is read each time.
    """
    name = f"{__name__}.{path.stem}"
    spec = spec_from_file_location(name, path, loader=_DocumentLoader(name, path, reader))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.document


class _DocumentLoader(SourceFileLoader):
    def __init__(self, name: str, path: Path, reader: str) -> None:
        super().__init__(name, str(path))
        self._reader = reader

    def source_to_code(self, data: Any, path: Any, *, _optimization: int = -1) -> CodeType:  # type: ignore[override] # noqa: ARG002
        module, _, function = self._reader.partition(":")
        read = getattr(import_module(module), function)
        modules = {"types"}
        document = _expression(read(Path(path)), modules)
        imports = "".join(f"import {each}\n" for each in sorted(modules))
        return compile(f"{imports}document = {document}\n", path, "exec", dont_inherit=True)

    def path_stats(self, path: Any) -> Mapping[str, Any]:
        """The document's size, and for its time a sum that a change of it, or of what it is read by, changes."""
        document = Path(path)
        readers = (*document.parent.rglob("*.py"), *document.parent.glob("*.yaml"), *_HERE.glob("*.py"))
        found = [each.stat() for each in (document, *readers)]
        changed = sum(int(each.st_mtime) + each.st_size for each in found)
        return {"mtime": changed, "size": document.stat().st_size}


def _expression(value: object, modules: set[str]) -> str:
    """Python that makes the value again; what it needs to import is added to `modules`."""

    def within(held: object) -> str:
        return _expression(held, modules)

    if isinstance(value, Mapping):
        return (
            f"types.MappingProxyType({{{', '.join(f'{within(k)}: {within(v)}' for k, v in value.items())}}})"
        )
    if isinstance(value, tuple):
        return f"({''.join(f'{within(each)}, ' for each in value)})"
    kind = type(value)
    named = f"{kind.__module__}.{kind.__qualname__}"
    if is_dataclass(value):
        modules.add(kind.__module__)
        held = {each: getattr(value, each.name) for each in fields(value)}
        given = [f"{each.name}={within(held[each])}" for each in held if held[each] != _default(each)]
        return f"{named}({', '.join(given)})"
    if isinstance(value, Enum):
        modules.add(kind.__module__)
        return f"{named}.{value.name}"
    return repr(value)


def _default(each: "Field[Any]") -> object:
    return each.default_factory() if each.default_factory is not MISSING else each.default
