"""Loads the packaged frameworks and published mappings: idempotent, and without harm to what an organisation added."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from clauses.loading import PACKAGED, CatalogueError, upsert, withdraw
from clauses.models import Mapping, OtherFramework, OtherRequirement, Relationship, Requirement, Strength
from clauses.models.catalogue import ISO_42001

FRAMEWORKS, CROSSWALKS = PACKAGED.parent / "frameworks", PACKAGED.parent / "crosswalks"
MAPPED = "iso42001__{code}.csv"


@dataclass(frozen=True)
class LoadedFramework:
    """What a load did with one framework."""

    framework: OtherFramework
    has_changed: bool
    requirements: int = 0
    mappings: int = 0


def load_crosswalks(frameworks: Path = FRAMEWORKS, crosswalks: Path = CROSSWALKS) -> list[LoadedFramework]:
    """Brings frameworks and published mappings in line with their files; files that did not change do nothing.

    A requirement that vanished from its file is withdrawn, because own mappings hang on it; a published mapping that
    vanished is deleted. Needs the catalogue of ISO/IEC 42001. Raises CatalogueError, OSError or yaml.YAMLError, and
    then loads nothing.
    """
    with transaction.atomic():
        sources = {one.number: one for one in Requirement.objects.filter(framework__code=ISO_42001, is_assessable=True)}
        known = {one.code: one for one in OtherFramework.objects.select_for_update().filter(organisation=None)}
        return [
            load_one(path, crosswalks / MAPPED.format(code=path.stem), known.get(path.stem), sources)
            for path in sorted(frameworks.glob("*.yaml"))
        ]


def load_one(
    path: Path, mapped: Path, known: OtherFramework | None, sources: dict[str, Requirement]
) -> LoadedFramework:
    content, rows = path.read_bytes(), mapped.read_bytes()
    content_hash = hashlib.sha256(content + b"\0" + rows).hexdigest()
    if known and known.content_hash == content_hash:
        return LoadedFramework(known, has_changed=False)
    data = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    check(path, data)
    framework = keep_framework(known, data["framework"], content_hash)
    targets = keep_requirements(framework, data["items"])
    made = keep_mappings(mapped, framework, targets, sources)
    return LoadedFramework(framework, has_changed=True, requirements=len(targets), mappings=made)


def check(path: Path, data: Any) -> None:
    """Raises CatalogueError unless the file's own counts are right, its refs are unique and parents come first."""
    try:
        given, items = data["framework"], data["items"]
        counts = (len(items), sum(item["assessable"] for item in items))
        said, refs, seen = (given["count"], given["assessable_count"]), [item["ref"] for item in items], set()
        for item in items:
            if item["parent"] is not None and item["parent"] not in seen:
                raise CatalogueError(_("%(file)s: “%(ref)s” stands before its parent.") % named(path, item["ref"]))
            seen.add(item["ref"])
    except (KeyError, TypeError) as error:
        raise CatalogueError(_("%(file)s lacks a part: %(ref)s") % named(path, error)) from error
    if given["id"] != path.stem or counts != said or len(seen) != len(refs):
        raise CatalogueError(_("%(file)s contradicts itself: %(ref)s") % named(path, f"{said} ≠ {counts}"))


def named(path: Path, ref: Any) -> dict[str, str]:
    return {"file": path.name, "ref": str(ref)}


def keep_framework(known: OtherFramework | None, given: dict[str, Any], content_hash: str) -> OtherFramework:
    framework = known or OtherFramework(code=given["id"])
    framework.version += bool(known)
    framework.name, framework.publisher = given["name"], given.get("publisher", "")
    framework.source, framework.licence = given.get("reference", ""), given.get("licence", "")
    framework.doubt = "\n".join(given[key] for key in ("dates_warning", "dates_note") if given.get(key))
    framework.note = "\n".join(given[key] for key in ("note", "text_policy") if given.get(key)).replace("`", "")
    framework.content_hash = content_hash
    framework.save()
    return framework


def keep_requirements(framework: OtherFramework, items: list[dict[str, Any]]) -> dict[str, OtherRequirement]:
    """Writes the rows of a checked file in its order, parents before what is below them; returns them by ref."""
    kept: dict[str, OtherRequirement] = {}
    waiting = list(enumerate(items, start=1))
    while waiting:
        ready = [(order, item) for order, item in waiting if item.get("parent") is None or item["parent"] in kept]
        rows = [requirement(framework, order, item, kept.get(item.get("parent") or "")) for order, item in ready]
        upsert(rows, key=["framework", "ref"])
        kept |= {row.ref: row for row in rows}
        waiting = [(order, item) for order, item in waiting if item["ref"] not in kept]
    withdraw(OtherRequirement.objects.filter(framework=framework), keeping=kept.values())
    return kept


def requirement(
    framework: OtherFramework, order: int, item: dict[str, Any], parent: OtherRequirement | None
) -> OtherRequirement:
    return OtherRequirement(
        framework=framework,
        ref=item["ref"],
        title=item["title"],
        text=item.get("text", ""),
        parent=parent,
        order=order,
        is_assessable=item["assessable"],
        addressees=item.get("addressees", []),
        also_level_1=item.get("also_level_1", False),
    )


def keep_mappings(
    path: Path, framework: OtherFramework, targets: dict[str, OtherRequirement], sources: dict[str, Requirement]
) -> int:
    """Writes the published mappings to one framework; returns how many there are."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [mapping(path, line, row, targets, sources) for line, row in enumerate(csv.DictReader(file), start=2)]
    upsert(rows, key=["organisation", "source", "target"])
    published = Mapping.objects.filter(organisation=None, target__framework=framework)
    published.exclude(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def mapping(
    path: Path, line: int, row: dict[str, str], targets: dict[str, OtherRequirement], sources: dict[str, Requirement]
) -> Mapping:
    source, target = sources.get(row["source_ref"]), targets.get(row["target_ref"])
    is_said = row["relationship"] in Relationship.values and row["strength"] in Strength.values and row["basis"].strip()
    if source is None or target is None or not is_said or row["target_framework"] != path.stem.partition("__")[2]:
        raise CatalogueError(_("%(file)s: “%(ref)s” names what does not exist.") % named(path, f"line {line}"))
    return Mapping(
        source=source,
        target=target,
        relationship=row["relationship"],
        strength=row["strength"],
        basis=row["basis"],
    )
