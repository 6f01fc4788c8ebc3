"""Files as people bring them, and an import from the upload to its end without a broker."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from records.imports.running import run
from records.models import Import

SUPPLIERS = ["Name", "What they supply", "Owner", "Criticality"]
SYSTEMS = [
    *("Name", "Purpose", "Owner", "Our roles", "EU AI Act role", "EU AI Act class", "Why this class"),
    *("Human oversight", "Why in or out of scope"),
]


def supplier(name: str = "Northern Models", owner: str = "officer@brightwater.example", **other: str) -> list[str]:
    return [name, other.get("supplies", "A language model"), owner, other.get("criticality", "High")]


def system(name: str, owner: str = "officer@brightwater.example", risk_class: str = "Minimal") -> list[str]:
    return [name, "Sorts mail", owner, "Provider", "Provider", risk_class, "No decisions", "A clerk looks", "In use"]


def csv_of(*rows: Iterable[Any], delimiter: str = ",", encoding: str = "utf-8", name: str = "register.csv") -> Any:
    lines = (delimiter.join(f'"{cell}"' if cell else "" for cell in row) for row in rows)
    return SimpleUploadedFile(name, "\r\n".join(lines).encode(encoding), "text/csv")


def xlsx_of(*rows: Iterable[Any], name: str = "register.xlsx") -> Any:
    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(content)
    return SimpleUploadedFile(name, content.getvalue(), "application/zip")


class Bringing:
    """One person at the import pages of one register."""

    def __init__(self, client: Client, organisation: Any, path: str) -> None:
        self.client, self.root = client, f"/{organisation.slug}/{path}/import/"

    def upload(self, file: Any) -> Any:
        return self.client.post(self.root, {"file": file})

    def brought(self, file: Any) -> Import:
        answer = self.upload(file)
        assert answer.status_code == 302, answer.content.decode()
        return Import.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2])

    def page(self, brought: Import) -> str:
        return f"{self.root}{brought.pk}/"

    def match(self, brought: Import, **chosen: str) -> Any:
        """Takes the guess, but for the columns chosen: `field_2="owner"`."""
        fields = {f"field-{at}": name for at, name in enumerate(brought.matching)}
        fields |= {name.replace("_", "-", 1): value for name, value in chosen.items()}
        return self.client.post(self.page(brought), {"match": "1", **fields})

    def checked(self, file: Any, **chosen: str) -> Import:
        brought = self.brought(file)
        answer = self.match(brought, **chosen)
        assert answer.status_code == 302, answer.content.decode()
        run(brought.pk)
        return Import.objects.get(pk=brought.pk)

    def start(self, brought: Import) -> Any:
        return self.client.post(self.page(brought), {"start": "1", "promise": brought.promise})

    def imported(self, file: Any, **chosen: str) -> Import:
        brought = self.checked(file, **chosen)
        assert brought.promise, (brought.error, brought.found)
        self.start(brought)
        run(brought.pk)
        return Import.objects.get(pk=brought.pk)


def errors(brought: Import) -> list[tuple[str, str]]:
    """What is wrong by cell."""
    return [(error["cell"] or f"row {error['row']}", error["words"]) for error in brought.found["errors"]]
