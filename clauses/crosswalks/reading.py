"""Reads an own framework from CSV or YAML: every fault with its line, and nothing at all where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organisations.reading import read_bytes
from organisations.rows import BadFileError
from records.imports.sheets import rows_of

ENDINGS = ("csv", "yaml", "yml")
MOST_BYTES = 512 * 1024
MOST_ROWS = 1_000
COLUMNS = ("ref", "title", "parent", "assessable")
# What CSV may say, in small letters; nothing means yes.
YES, NO = frozenset({"", "true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})
LONGEST = {"ref": 40, "title": 300, "text": 5_000}
# Fields of the framework itself in YAML, and where they are kept.
DESCRIBED = {"name": "name", "publisher": "publisher", "reference": "source", "licence": "licence", "note": "note"}
# What a file with a wrong heading is told once.
HEADINGS = "ref,title,parent,assessable"


class Fault(NamedTuple):
    """What is wrong on one line."""

    line: int
    words: str


class BadFramework(ValidationError):
    """A file that cannot become a framework, with its `faults` in order."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__([_("Line %(n)s: %(words)s") % {"n": one.line, "words": one.words} for one in self.faults])


@dataclass
class Draft:
    """A framework as a file has it. `items` are as in the packaged files: ref, title, parent, assessable, and more."""

    items: list[dict[str, Any]]
    facts: dict[str, str] = field(default_factory=dict)
    code: str = ""

    @property
    def assessable(self) -> int:
        return sum(item["assessable"] for item in self.items)


def draft_of(content: bytes, name: str) -> Draft:
    """What a file says. Raises ValidationError; BadFramework where it knows the lines."""
    ending = name.rpartition(".")[2].lower()
    if ending not in ENDINGS:
        raise ValidationError(_("Bring a CSV or a YAML file (.csv, .yaml)."))
    if len(content) > MOST_BYTES:
        raise ValidationError(_("The file is larger than %(n)s KB.") % {"n": MOST_BYTES // 1024})
    draft, lines, faults = from_csv(content) if ending == "csv" else (*from_yaml(content), [])
    check(draft, lines, faults)
    return draft


def from_csv(content: bytes) -> tuple[Draft, list[int], list[Fault]]:
    rows = rows_of(content, "csv")
    _number, heads = next(rows, (1, []))
    names = [str(head).strip().lower() for head in heads]
    if "ref" not in names or "title" not in names:
        raise BadFramework([Fault(1, _("The first line must name the columns: %(names)s.") % {"names": HEADINGS})])
    items, lines, faults = [], [], []
    for number, cells in rows:
        said = {name: str(cell).strip() for name, cell in zip(names, cells, strict=False) if name}
        answer = said.get("assessable", "").lower()
        if answer not in YES | NO:
            faults.append(Fault(number, _("“assessable” is yes or no, not “%(value)s”.") % {"value": answer}))
        item = {"ref": said.get("ref", ""), "title": said.get("title", ""), "parent": said.get("parent") or None}
        items.append(item | {"assessable": answer in YES, "text": said.get("text", "")})
        lines.append(number)
    return Draft(items), lines, faults


def from_yaml(content: bytes) -> tuple[Draft, list[int]]:
    """The format of the packaged files. What it does not know, it refuses."""
    try:
        root = read_bytes(content, Path("framework.yaml")).root
        about = root.row("framework", needed=True)
        facts = {kept: about.text(name, needed=name == "name") for name, kept in DESCRIBED.items()}
        doubts = [about.text(name) for name in ("dates_warning", "dates_note")]
        facts["doubt"] = "\n".join(filter(None, doubts))
        facts["note"] = "\n".join(filter(None, [facts["note"], about.text("text_policy")]))
        code = about.text("id")
        for name in ("count", "assessable_count"):
            about.number(name)
        items, lines = [], []
        for row in root.rows("items", needed=True):
            item: dict[str, Any] = {name: row.text(name, needed=name in {"ref", "title"}) for name in LONGEST}
            item |= {"parent": row.text("parent") or None, "assessable": row.flag("assessable", default=True)}
            item |= {"addressees": row.texts("addressees"), "also_level_1": row.flag("also_level_1")}
            row.text("nist_800_171_r2")
            items.append(item)
            lines.append(row.own_line)
        unknown = [key for key in root if key not in root.read]
        for key in unknown:
            root.refuse(key, _("is not a field of the format"))
        root.intake.stop_if_bad()
    except BadFileError as error:
        raise BadFramework([Fault(one.line, f"{one.field} {one.reason}".strip()) for one in error.problems]) from error
    except yaml.YAMLError as error:
        raise ValidationError(_("This is no YAML file: %(what)s") % {"what": str(error).splitlines()[0]}) from error
    return Draft(items, facts, code), lines


def check(draft: Draft, lines: list[int], faults: list[Fault]) -> None:
    """Raises BadFramework unless refs are there and unique, titles are there, and parents exist and stand above.

    `faults` were found before.
    """
    if len(draft.items) > MOST_ROWS:
        raise ValidationError(_("The file has more than %(n)s rows.") % {"n": f"{MOST_ROWS:,}"})
    faults = [*faults, *faults_of(draft.items, lines)]
    if not faults and not draft.assessable:
        faults = [Fault(lines[0] if lines else 1, _("There is no requirement in it that can be assessed."))]
    if faults:
        raise BadFramework(faults)


def faults_of(items: list[dict[str, Any]], lines: list[int]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    every = {item["ref"] for item in items}
    for item, line in zip(items, lines, strict=True):
        ref, parent = item["ref"], item["parent"]
        for name in ("ref", "title"):
            if not item[name]:
                yield Fault(line, _("“%(name)s” is missing.") % {"name": name})
        for name, most in LONGEST.items():
            if len(item.get(name) or "") > most:
                yield Fault(line, _("“%(name)s” is longer than %(n)s letters.") % {"name": name, "n": most})
            if "\0" in (item.get(name) or ""):
                yield Fault(line, _("“%(name)s” holds a character that no text may hold.") % {"name": name})
        if ref and ref in first:
            yield Fault(line, _("“%(ref)s” stands on line %(n)s already.") % {"ref": ref, "n": first[ref]})
        elif parent and parent not in first:
            words = (
                _("Its parent “%(ref)s” must stand above it.")
                if parent in every
                else _("Its parent “%(ref)s” is not in the file.")
            )
            yield Fault(line, words % {"ref": parent})
        if any(len(one) > 40 for one in item.get("addressees", [])):
            yield Fault(line, _("An addressee is longer than 40 letters."))
        first.setdefault(ref, line)
