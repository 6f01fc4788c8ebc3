"""The published frameworks and mappings: as their files have them, loaded again without harm."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clauses.crosswalks.loading import CROSSWALKS, FRAMEWORKS, load_crosswalks
from clauses.loading import CatalogueError
from clauses.models import Mapping, OtherFramework, OtherRequirement
from tests.clauses.crosswalks.making import make_mapping
from tests.traces import history_of

pytestmark = pytest.mark.django_db
FILES = sorted(FRAMEWORKS.glob("*.yaml"))


def rows_of(code: str) -> list[dict[str, str]]:
    with (CROSSWALKS / f"iso42001__{code}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Copies of the packaged files, to be changed."""
    return shutil.copytree(FRAMEWORKS, tmp_path / "f"), shutil.copytree(CROSSWALKS, tmp_path / "c")


def test_there_are_seven_frameworks_and_940_mappings() -> None:
    assert OtherFramework.objects.filter(organisation=None).count() == len(FILES) == 7
    published = Mapping.objects.filter(organisation=None)
    assert published.count() == 940
    assert not published.filter(source__is_assessable=False).exists()
    assert not published.filter(target__is_assessable=False).exists()
    # Containment was claimed nowhere, and the same text only for six rows of ISO/IEC 27001.
    counts = {one: published.filter(relationship=one).count() for one in ("equal", "subset", "superset", "intersects")}
    assert counts == {"equal": 6, "subset": 0, "superset": 0, "intersects": 934}
    assert set(published.filter(relationship="equal").values_list("target__framework__code", flat=True)) == {"iso27001"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_framework_is_as_its_file_has_it(path: Path) -> None:
    data = yaml.safe_load(path.read_text())
    kept = OtherRequirement.objects.filter(framework__code=path.stem, is_withdrawn=False).select_related("parent")
    found = [
        (one.ref, one.title, one.parent.ref if one.parent else None, one.is_assessable, one.addressees, one.text)
        for one in kept.order_by("order")
    ]
    assert found == [
        (one["ref"], one["title"], one["parent"], one["assessable"], one.get("addressees", []), one.get("text", ""))
        for one in data["items"]
    ]
    assert len(found) == data["framework"]["count"]
    mappings = Mapping.objects.filter(organisation=None, target__framework__code=path.stem)
    pairs = mappings.values_list("source__number", "target__ref", "relationship", "strength", "basis")
    names = ("source_ref", "target_ref", "relationship", "strength", "basis")
    assert sorted(pairs) == sorted(tuple(row[name] for name in names) for row in rows_of(path.stem))


def test_what_is_doubtful_is_kept_apart_from_what_is_published() -> None:
    act = OtherFramework.objects.get(code="eu-ai-act")
    assert "check EUR-Lex" in act.doubt
    assert not any("2027" in title for title in act.requirements.values_list("title", flat=True))
    assert "verify" in OtherFramework.objects.get(code="ccpa").doubt


def test_loading_them_again_reads_two_tables_and_writes_none() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert not any(one.has_changed for one in load_crosswalks())
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 2


def test_a_changed_file_changes_what_it_must(folders: tuple[Path, Path], organisation: Any, officer: Any) -> None:
    own = make_mapping(organisation, officer, framework="gdpr", ref="Art. 5")
    frameworks, crosswalks = folders
    data = yaml.safe_load((frameworks / "gdpr.yaml").read_text())
    data["items"] = [one for one in data["items"] if one["ref"] != "Art. 5"]
    data["framework"] |= {"count": data["framework"]["count"] - 1}
    data["framework"]["assessable_count"] -= 1
    (frameworks / "gdpr.yaml").write_text(yaml.safe_dump(data))
    path = crosswalks / "iso42001__gdpr.csv"
    kept = [line for line in path.read_text().splitlines(keepends=True) if ",Art. 5," not in line]
    path.write_text("".join(kept))
    loaded = load_crosswalks(frameworks, crosswalks)
    assert [one.framework.code for one in loaded if one.has_changed] == ["gdpr"]
    assert OtherRequirement.objects.get(framework__code="gdpr", ref="Art. 5").is_withdrawn
    assert Mapping.objects.filter(organisation=None, target__framework__code="gdpr").count() == len(kept) - 1
    assert Mapping.objects.get(organisation=organisation).pk == own.pk
    assert Mapping.objects.filter(organisation=organisation).standing().count() == 0


@pytest.mark.parametrize(
    "broken",
    ["4.1,gdpr,Art. 999,intersects,weak,x", "99.9,gdpr,Art. 5,intersects,weak,x", "4.1,gdpr,Art. 5,alike,weak,x",
     "4.1,gdpr,Art. 5,intersects,weak,", "4.1,ccpa,Art. 5,intersects,weak,x"],
)  # fmt: skip
def test_a_file_that_names_what_is_not_there_loads_nothing(folders: tuple[Path, Path], broken: str) -> None:
    frameworks, crosswalks = folders
    path = crosswalks / "iso42001__gdpr.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n" + broken + "\n")
    with pytest.raises(CatalogueError, match=r"iso42001__gdpr\.csv"), transaction.atomic():
        load_crosswalks(frameworks, crosswalks)
    assert Mapping.objects.filter(organisation=None).count() == 940


def test_a_count_that_is_wrong_loads_nothing(folders: tuple[Path, Path]) -> None:
    path = folders[0] / "gdpr.yaml"
    path.write_text(path.read_text().replace("count: 35", "count: 36"))
    with pytest.raises(CatalogueError, match=r"gdpr\.yaml"), transaction.atomic():
        load_crosswalks(*folders)


@pytest.mark.parametrize("wrong", [{"basis": "  "}, {"strength": "total"}, {"relationship": "alike"}])
def test_the_database_refuses_a_mapping_without_its_basis_or_kind(wrong: dict[str, str]) -> None:
    one = Mapping.objects.all()[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Mapping.objects.filter(pk=one.pk).update(**wrong)


def test_own_mappings_are_tracked_whatever_writes_them(organisation: Any, officer: Any) -> None:
    own = make_mapping(organisation, officer, framework="gdpr", ref="Art. 5")
    pk = own.pk
    Mapping.objects.filter(pk=pk).update(basis="Changed beside the portal")
    own.delete()
    labels = [event.pgh_label for event in history_of(Mapping, pgh_obj=pk).order_by("pgh_id")]  # type: ignore[attr-defined]
    assert labels == ["insert", "update", "delete"]
