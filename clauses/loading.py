"""Loads the packaged catalogue of a standard: idempotent, versioned, and without harm to what hangs on it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db import models, transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation

from .actions import open_positions
from .models import ExpectedEvidence, Framework, MandatoryDocument, Position, Question, Requirement

PACKAGED = Path(__file__).parent / "catalogue" / "iso42001.yaml"


class CatalogueError(ValueError):
    """A catalogue file that contradicts itself; nothing of it was loaded."""


@dataclass(frozen=True)
class Loaded:
    """What a load did. `opened` counts the positions it opened in existing organisations."""

    framework: Framework
    has_changed: bool
    withdrawn: int = 0
    opened: int = 0


def load_catalogue(path: Path = PACKAGED) -> Loaded:
    """Brings the catalogue in line with a file; a file with the same content changes nothing.

    Rows are known by the standard's numbers and our codes. What vanished from the file is withdrawn, not deleted,
    because positions and answers hang on it. Raises CatalogueError, OSError or yaml.YAMLError, and then loads nothing.
    """
    with path.open("rb") as file:
        data = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    check(data)
    content_hash = hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()
    with transaction.atomic():
        framework = Framework.objects.select_for_update().filter(code=data["framework"]["id"]).first()
        if framework and framework.content_hash == content_hash:
            return Loaded(framework, has_changed=False)
        framework = keep_framework(framework, data["framework"], content_hash)
        withdrawn = keep_contents(framework, data)
        # The search of a position holds the catalogue's words: to write a text anew takes them in.
        Position.objects.filter(requirement__framework=framework).update(narrative=models.F("narrative"))
        opened = sum(open_positions(organisation) for organisation in Organisation.objects.all())
    return Loaded(framework, has_changed=True, withdrawn=withdrawn, opened=opened)


def check(data: Any) -> None:
    """Raises CatalogueError unless the file's own counts are right, its keys are unique and its parents exist."""
    try:
        clauses, annex, stated = data["clauses"], data["annex_a"], data["counts"]
        areas, controls, documents = annex["objectives"], annex["controls"], data["mandatory_documents"]
        counted = {
            "clause_nodes": len(clauses),
            "assessable_clauses": sum(clause["assessable"] for clause in clauses),
            "clause_questions": sum(len(clause.get("questions", [])) for clause in clauses),
            "annex_a_areas": sum(area["parent"] is None for area in areas),
            "annex_a_objective_statements": sum("objective" in area for area in areas),
            "annex_a_controls": len(controls),
            "control_questions": sum(len(control.get("questions", [])) for control in controls),
            "mandatory_documents": len(documents),
        }
        wrong = [f"{key}: {stated.get(key)} ≠ {count}" for key, count in counted.items() if stated.get(key) != count]
        nodes = [*clauses, *areas, *controls]
        numbers = [node["number"] for node in nodes]
        codes = [question["id"] for node in nodes for question in node.get("questions", [])]
        pointed_at = {node["parent"] for node in [*clauses, *areas] if node["parent"]}
        pointed_at |= {document["clause"] for document in documents}
        astray = {control["objective_ref"] for control in controls} - {area["number"] for area in areas}
    except (KeyError, TypeError, AttributeError) as error:
        raise CatalogueError(_("The catalogue lacks a part: %(part)s") % {"part": error}) from error
    twice = [key for key, times in Counter(numbers + codes).items() if times > 1]
    wrong += [_("%(key)s is given twice") % {"key": key} for key in twice]
    astray |= pointed_at - set(numbers)
    wrong += [_("%(number)s does not exist") % {"number": number} for number in sorted(astray)]
    if wrong:
        raise CatalogueError(_("The catalogue contradicts itself: %(wrong)s") % {"wrong": "; ".join(wrong)})


def keep_framework(framework: Framework | None, given: dict[str, Any], content_hash: str) -> Framework:
    if framework is None:
        framework = Framework(code=given["id"])
    else:
        framework.catalogue_version += 1
    framework.name, framework.title = given["name"], given["title"]
    framework.edition, framework.text_policy = given.get("edition", ""), given.get("text_policy", "")
    framework.content_hash = content_hash
    framework.save()
    return framework


def keep_contents(framework: Framework, data: dict[str, Any]) -> int:
    """Writes every row of a checked file; returns how many rows were withdrawn."""
    nodes = list(in_order(data))
    known = keep_requirements(framework, nodes)
    questions = [
        Question(requirement=known[node["number"]], code=question["id"], text=question["text"])
        for node in nodes
        for question in node.get("questions", [])
    ]
    expected = [
        ExpectedEvidence(requirement=known[node["number"]], **item)
        for node in nodes
        for item in map(expected_item, node.get("expected_evidence", []))
    ]
    documents = [
        MandatoryDocument(requirement=known[given["clause"]], code=given["id"], name=given["name"], kind=given["kind"])
        for given in data["mandatory_documents"]
    ]
    upsert(number(questions), key=["code"])
    upsert(number(expected), key=["requirement", "name"])
    upsert(number(documents), key=["code"])
    ours = {"requirement__framework": framework}
    return (
        withdraw(Requirement.objects.filter(framework=framework), keeping=known.values())
        + withdraw(Question.objects.filter(**ours), keeping=questions)
        + withdraw(ExpectedEvidence.objects.filter(**ours), keeping=expected)
        + withdraw(MandatoryDocument.objects.filter(**ours), keeping=documents)
    )


def in_order(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Clauses and areas as in the standard, each area followed by its controls."""
    for clause in data["clauses"]:
        yield clause | {"kind": Requirement.Kind.CLAUSE}
    for area in data["annex_a"]["objectives"]:
        yield area | {"kind": Requirement.Kind.AREA, "intent": area.get("objective", "")}
        for control in data["annex_a"]["controls"]:
            if control["objective_ref"] == area["number"]:
                yield control | {"kind": Requirement.Kind.CONTROL, "parent": area["number"], "assessable": True}


def keep_requirements(framework: Framework, nodes: list[dict[str, Any]]) -> dict[str, Requirement]:
    """Writes the tree level by level, parents first; returns its requirements by number."""
    known: dict[str, Requirement] = {}
    waiting = [(order, node) for order, node in enumerate(nodes, start=1)]
    while waiting:
        ready = [(order, node) for order, node in waiting if not node.get("parent") or node["parent"] in known]
        if not ready:
            raise CatalogueError(_("The catalogue contradicts itself: a part is above itself."))
        rows = [requirement(framework, order, node, known.get(node.get("parent") or "")) for order, node in ready]
        upsert(rows, key=["framework", "number"])
        known |= {row.number: row for row in rows}
        waiting = [(order, node) for order, node in waiting if node["number"] not in known]
    return known


def requirement(framework: Framework, order: int, node: dict[str, Any], parent: Requirement | None) -> Requirement:
    return Requirement(
        framework=framework,
        kind=node["kind"],
        number=node["number"],
        title=node["title"],
        order=order,
        parent=parent,
        is_assessable=node.get("assessable", False),
        lifecycle=node.get("lifecycle", ""),
        intent=node.get("intent", ""),
        note=node.get("note", ""),
        documentation_expected=node.get("documentation_expected", False),
        applies_to_roles=node.get("applies_to_roles", []),
        lifecycle_stages=node.get("lifecycle_stages", []),
        record_types=node.get("records", []),
    )


def expected_item(given: Any) -> dict[str, Any]:
    """Name and weight of an expected item. For controls the catalogue gives only names: the standard then asks for
    documentation of the control as a whole (`documentation_expected`), so no single item is mandatory."""
    if isinstance(given, str):
        return {"name": given}
    return {"name": given["name"], "is_mandatory": given["mandatory"]}


def number(rows: list[Any]) -> list[Any]:
    for order, row in enumerate(rows, start=1):
        row.order = order
    return rows


def upsert(rows: list[Any], *, key: list[str]) -> None:
    """One statement for rows of one model: new keys are added, known ones updated in place. Sets each row's pk."""
    if not rows:
        return
    model: type[models.Model] = type(rows[0])
    columns = [field.name for field in model._meta.local_concrete_fields if not field.primary_key]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=key, update_fields=[name for name in columns if name not in key]
    )


def withdraw(rows: models.QuerySet[Any], *, keeping: Iterable[models.Model]) -> int:
    gone = rows.filter(is_withdrawn=False).exclude(pk__in=[row.pk for row in keeping])
    return gone.update(is_withdrawn=True)
