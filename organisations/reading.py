"""Reads a YAML file into rows (see `rows`), and moves its dates."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .rows import BadFileError, Intake, Items, Problem, Row

# The C parser is twenty times faster; both are safe.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 50


def read(path: Path, *, move: timedelta = timedelta()) -> Intake:
    """The rows of a file, each date moved by whole days. Words in texts stay.

    Raises BadFileError where it is no YAML mapping, with what is wrong and on which line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFileError(path, [Problem(1, "YAML", error.strerror or str(error))]) from error
    return read_bytes(data, path, move=move)


def read_bytes(data: bytes, path: Path, *, move: timedelta = timedelta()) -> Intake:
    """The same of what a file holds; `path` is what it is called."""
    try:
        require_plain(data)
        node = yaml.compose(data, LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise BadFileError(path, [Problem(mark.line + 1 if mark else 1, "YAML", reason)]) from error
    except yaml.YAMLError as error:
        raise BadFileError(path, [Problem(1, "YAML", str(error).splitlines()[0])]) from error
    if not isinstance(node, MappingNode):
        raise BadFileError(path, [Problem(1, "YAML", _("the file must be a mapping of sections"))])
    intake = Intake(path)
    Reader(intake, move).fill(intake.root, node)
    return intake


def require_plain(data: bytes) -> None:
    """Refuses what nobody needs here and what can be made to explode: aliases, and nesting without end.

    It reads events, one by one: the parser that builds the tree would crash on them.
    """
    depth = 0
    for event in yaml.parse(data, LOADER):
        mark: Any = event.start_mark
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if isinstance(event, AliasEvent):
            raise yaml.MarkedYAMLError(problem=_("an alias (*) cannot be used here"), problem_mark=mark)
        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem=_("nested too deeply"), problem_mark=mark)


class Reader:
    """Turns YAML nodes into rows."""

    def __init__(self, intake: Intake, move: timedelta) -> None:
        self.intake, self.move = intake, move
        self.scalars = SafeConstructor()

    def fill(self, row: Row, node: MappingNode) -> None:
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                row.refuse("", _("a field's name must be a word"))
                continue
            key: str = key_node.value  # as written: 9.1 and '9.1' are the same requirement
            if key in row.lines:
                row.lines[key] = key_node.start_mark.line + 1
                row.refuse(key, _("is given twice"))
            row.lines[key] = key_node.start_mark.line + 1
            row[key] = self.value(value_node, row, key)

    def value(self, node: Node, row: Row, key: str, index: int | None = None) -> Any:
        line = node.start_mark.line + 1
        if isinstance(node, MappingNode):
            below = Row(self.intake, parent=row, key=key, line=line, index=index)
            self.fill(below, node)
            return below
        if isinstance(node, SequenceNode):
            items = Items()
            for number, item in enumerate(node.value):
                items.lines.append(item.start_mark.line + 1)
                items.append(self.value(item, row, key, number))
            return items
        return self.scalar(node, row, key)

    def scalar(self, node: Node, row: Row, key: str) -> Any:
        try:
            value = self.scalars.construct_object(node)
            return value + self.move if isinstance(value, date) else value
        except (ValueError, OverflowError, ConstructorError) as error:
            row.spoilt.add(key)
            reason = getattr(error, "problem", None) or error
            row.refuse(key, f"“{node.value}”: {reason}")
            return None
