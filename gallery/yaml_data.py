"""Data that people write by hand: YAML that knows its lines, checked with a JSON Schema."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

# The one in C is many times faster, where PyYAML was built with it.
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[str | int, ...]  # the keys and indices that lead to a value


class DataError(Exception):
    """A file that cannot be read as data: says the file, the line and the way out."""


@dataclass(frozen=True)
class Data:
    """What a file holds, and on which line each value stands."""

    path: Path
    value: Any
    lines: dict[Place, int]

    def at(self, *place: str | int) -> str:
        """Return ``file:line`` of a value, or of the nearest that holds it."""
        while place and place not in self.lines:
            place = place[:-1]
        return f"{self.path}:{self.lines.get(place, 1)}"


def read(path: Path) -> Data:
    """Read a YAML file.

    Raises
    ------
    DataError
        It cannot be read, is not UTF-8, not YAML, or has the same key twice. Aliases are
        refused, too: every value stands where it is read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return _read(path, text, FAST)
    except (yaml.YAMLError, ValueError):
        pass  # the other loader's errors name the better line
    try:
        return _read(path, text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DataError(f"{path}{line}: not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError) as error:  # a control character
        raise DataError(f"{path}: not YAML: {error}".replace("\n", " ")) from None


def _read(path: Path, text: str, kind: type[yaml.SafeLoader]) -> Data:
    loader = kind(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise DataError(f"{path}: the file is empty")
        lines = dict(_lines(path, root, (), set()))
        return Data(path, loader.construct_document(root), lines)
    finally:
        loader.dispose()


def _lines(
    path: Path, node: yaml.Node, place: Place, seen: set[int]
) -> Iterator[tuple[Place, int]]:
    """Yield each place with its line, from 1."""
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise DataError(f"{path}:{line}: an alias (*name); write the value once more instead")
    seen.add(id(node))
    yield place, line
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _lines(path, item, (*place, number), seen)
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in keys:
                raise DataError(f"{path}:{line}: {key.value!r} stands there twice; leave one")
            if not isinstance(key, yaml.ScalarNode):
                raise DataError(f"{path}:{line}: a key must be a word")
            keys.add(key.value)
            for inner, at in _lines(path, value, (*place, key.value), seen):
                yield inner, line if inner == (*place, key.value) else at


def complaints(data: Data, schema: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    """Say in words what a schema has against the data, each with its place."""
    errors = jsonschema.Draft202012Validator(schema).iter_errors(data.value)
    for error in sorted(errors, key=lambda e: [str(p) for p in e.absolute_path]):
        place = tuple(error.absolute_path)
        for words in _in_words(error):
            yield place, words


TYPES = {
    "string": "text; put it in quotes",
    "boolean": "true or false",
    "array": "a list",
    "object": "keys with values",
    "number": "a number",
    "integer": "a whole number",
}


def _in_words(error: jsonschema.ValidationError) -> Iterator[str]:
    name = next((p for p in reversed(error.absolute_path) if isinstance(p, str)), "")
    says = f"{name}: " if name else ""
    what = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
    value: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "required":
            for key in value:
                if key not in instance:
                    hint = known.get(key, {}).get("description", "")
                    yield f"{says}{key!r} is missing" + (f": {hint}" if hint else "")
        case "additionalProperties":
            for key in instance:
                if key not in known:
                    near = difflib.get_close_matches(str(key), known, 1)
                    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
                    yield f"{says}no key is called {key!r}; {hint}"
        case "type":
            wanted = TYPES.get(str(value), str(value))
            yield f"{says}{instance!r} will not do: give {wanted}"
        case "enum":
            choices = ", ".join(map(str, value))
            yield f"{says}{instance!r} will not do: give one of {choices}"
        case "pattern":
            yield f"{says}{instance!r} will not do: {what or error.message}"
        case "minItems" | "maxItems" | "minLength" | "uniqueItems" | "minimum" | "maximum":
            yield f"{says}{what or error.message}"
        case _:
            yield f"{says}{error.message}"
