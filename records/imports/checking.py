"""What an import would do: every row read, matched with its record, validated by the form; nothing is written."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from records.loading import REFERENCE as LOOKS_LIKE_ONE
from records.models import Record

from .findings import Findings, cell_in_words, in_words
from .importer import Importer, Made
from .names import REFERENCE, label_of
from .sheets import Fault, Row

A_BATCH = 500
Cells = dict[str, Any]
Faults = dict[str, str]


@dataclass
class Change:
    """A record that a row changes, in the version the check saw, and what the row says of it."""

    row: int
    pk: int
    version: int
    data: dict[str, Any]


class Checking:
    """One pass over the rows of a file. Its memory grows with what is to be written, not with the file."""

    def __init__(self, importer: Importer, headings: list[str], matching: list[str]) -> None:
        self.importer, self.headings, self.matching = importer, headings, matching
        self.findings = Findings()
        self.made: Made = []
        self.rows_made: list[int] = []
        self.changes: list[Change] = []
        self.seen: dict[Any, int] = {}
        self.signs = hashlib.sha256()

    @property
    def promise(self) -> str:
        """Names everything that would be done: rows, records, versions, and what each field would say."""
        return self.signs.hexdigest()

    @cached_property
    def mould(self) -> Any:
        return self.importer.form()

    def check(self, rows: Iterator[Row], alive: Callable[[int], None]) -> None:
        """Looks at all rows; `alive` is told how many it has looked at. Raises sheets.Unreadable."""
        while batch := list(islice(rows, A_BATCH)):
            named = ((number, self.named(cells)) for number, cells in batch)
            self.batch([(number, cells) for number, cells in named if cells])
            self.findings.rows += len(batch)
            alive(self.findings.rows)

    def named(self, cells: list[Any]) -> Cells:
        """Cells that say something, by field."""
        pairs = zip(self.matching, cells, strict=False)
        return {name: cell for name, cell in pairs if name and cell != ""}

    def batch(self, rows: list[tuple[int, Cells]]) -> None:
        meant = [(number, cells, *self.identified(cells)) for number, cells in rows]
        wanted = {pk for _number, _cells, pk, _key, _faults in meant if pk}
        records = {record.pk: record for record in self.importer.records().filter(pk__in=wanted)}
        taken = self.taken(cells for _number, cells, pk, _key, _faults in meant if not pk)
        for number, cells, pk, key, faults in meant:
            faults |= {name: cell.words for name, cell in cells.items() if isinstance(cell, Fault)}
            if not faults and key is not None and self.seen.setdefault(key, number) != number:
                words = _("Row %(n)s speaks of the same record. Put both into one row, or give their references.")
                faults[NON_FIELD_ERRORS] = words % {"n": self.seen[key]}
            if faults:
                self.refuse(number, cells, faults)
            elif pk:
                self.change(number, cells, records[pk])
            else:
                self.create(number, cells, taken)

    # Which record a row means

    @cached_property
    def known(self) -> tuple[dict[str, int], dict[tuple[str, ...], list[int]]]:
        """Records of this type by reference, and by what names them without one."""
        by_reference: dict[str, int] = {}
        by_key: dict[tuple[str, ...], list[int]] = defaultdict(list)
        found = self.importer.records().select_related(None).prefetch_related(None).order_by()
        for pk, reference, *key in found.values_list("pk", "reference", *self.importer.key).iterator():
            by_reference[reference.upper()] = pk
            by_key[tuple(str(part).casefold() for part in key)].append(pk)
        return by_reference, by_key

    def identified(self, cells: Cells) -> tuple[int | None, Any, Faults]:
        """The id of the record a row means, what names it within the file, and what is wrong with that."""
        by_reference, by_key = self.known
        reference = cells.get(REFERENCE)
        if reference and not isinstance(reference, Fault):
            written = str(reference).upper()
            pk = by_reference.get(written)
            return pk, pk or written, {}
        if not self.importer.key:
            return None, None, {REFERENCE: _("Give the reference: a row is recognised by nothing else.")}
        try:
            key = tuple(self.part(cells, name) for name in self.importer.key)
        except ValidationError:
            return None, None, {}
        found = by_key.get(key, [])
        if len(found) > 1:
            words = _("%(n)s records are called so. Give the reference of the one you mean.") % {"n": len(found)}
            return None, None, {self.importer.key[0]: words}
        return (found[0], found[0], {}) if found else (None, key if all(key) else None, {})

    def part(self, cells: Cells, name: str) -> str:
        cell = cells.get(name)
        if cell is None or isinstance(cell, Fault):
            return ""
        return str(self.importer.readers[name].read(cell)).strip().casefold()

    def taken(self, rows: Iterable[Cells]) -> set[str]:
        """References of new rows that belong to something else."""
        given = {str(cells[REFERENCE]) for cells in rows if REFERENCE in cells}
        here = Record.objects.filter(organisation=self.importer.organisation)
        both = {*given, *(one.upper() for one in given)}
        return {one.upper() for one in here.filter(reference__in=both).values_list("reference", flat=True)}

    # What becomes of it

    def read(self, cells: Cells) -> tuple[dict[str, Any], Faults]:
        data, faults = {}, {}
        for name, cell in cells.items():
            if name != REFERENCE:
                try:
                    data[name] = self.importer.readers[name].read(cell)
                except ValidationError as error:
                    faults[name] = " ".join(error.messages)
        return data, faults

    def create(self, number: int, cells: Cells, taken: set[str]) -> None:
        data, faults = self.read(cells)
        faults |= self.fault_of_reference(cells, taken)
        if self.importer.views.can_be_created:
            self.mould.filled(data)
            faults = errors_of(self.mould) | faults
        if faults:
            self.refuse(number, cells, faults)
            return
        record = self.mould.instance
        record.reference = str(cells.get(REFERENCE, ""))
        self.made.append((record, self.mould.cleaned_data))
        self.rows_made.append(number)
        self.signs.update(f"{number}+{record.reference}{sorted(data.items())!r};".encode())
        lines = [
            {"label": label_of(type(self.importer.views), name), "before": "", "after": cell_in_words(cell)}
            for name, cell in cells.items()
            if name not in {REFERENCE, "title"}
        ]
        self.findings.tell(number, "created", f"{record.reference} {record.title}".strip(), lines)

    def fault_of_reference(self, cells: Cells, taken: set[str]) -> Faults:
        """Why a row without a record may not be a new one."""
        views, given = self.importer.views, cells.get(REFERENCE)
        if not views.can_be_created:
            name = REFERENCE if given else self.importer.key[0]
            return {name: _("There is no such entry, and none can be added here.")}
        if given is None:
            return {}
        if not LOOKS_LIKE_ONE.fullmatch(str(given)):
            words = _(
                "A reference is letters, a hyphen and a number, such as %(like)s-01. Leave it empty for the next."
            )
            return {REFERENCE: words % {"like": views.model.PREFIX}}
        return {REFERENCE: _("Something else has this reference.")} if str(given).upper() in taken else {}

    def change(self, number: int, cells: Cells, record: Any) -> None:
        importer, title = self.importer, str(record)
        stored = {name: importer.stored(record, name) for name in cells if name != REFERENCE}
        said = {name: cells[name] for name in stored if not importer.readers[name].same(cells[name], stored[name])}
        if not said:
            self.findings.tell(number, "same", title, [])
            return
        data, faults = self.read(said)
        form = importer.form(record)
        closed = [name for name in said if name not in form.fields or form.fields[name].disabled]
        faults |= dict.fromkeys(closed, _("This cannot be changed by an import; it has a page of its own."))
        if not faults and not form.filled(data):
            faults = errors_of(form)
        if faults:
            self.refuse(number, cells, faults)
            return
        self.changes.append(Change(number, record.pk, record.version, data))
        self.signs.update(f"{number}={record.pk}v{record.version}{sorted(data.items())!r};".encode())
        lines = [
            {
                "label": label_of(type(importer.views), name),
                "before": in_words(importer.readers[name], stored[name]),
                "after": cell_in_words(cell),
            }
            for name, cell in said.items()
        ]
        self.findings.tell(number, "changed", title, lines)

    def refuse(self, number: int, cells: Cells, faults: Faults) -> None:
        for name, words in faults.items():
            if name in self.matching:
                column = self.matching.index(name)
                shown = cell_in_words(cells[name]) if name in cells else ""
                self.findings.refuse(number, column, self.headings[column], shown, words)
            else:
                heading = "" if name == NON_FIELD_ERRORS else self.label(name)
                self.findings.refuse(number, None, heading, "", words)

    def label(self, name: str) -> str:
        field = self.importer.form_of(type(self.importer.views)).base_fields.get(name)
        return str(field.label) if field else name


def errors_of(form: Any) -> Faults:
    return {name: " ".join(str(one) for one in errors) for name, errors in form.errors.items()}
