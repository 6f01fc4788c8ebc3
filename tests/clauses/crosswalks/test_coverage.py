"""Coverage: what is counted, shown, listed and exported; Meridia's figures counted a second time from the files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from aims_portal.loading import load
from clauses.crosswalks.coverage import Found, coverage_of, tallies
from clauses.crosswalks.loading import CROSSWALKS, FRAMEWORKS
from clauses.models import Mapping, OtherFramework, Position
from evidence.models import Evidence
from tests.cast import make_evidence
from tests.clauses.crosswalks.making import make_framework, make_mapping
from tests.pages import SeenPage

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
CODES = sorted(path.stem for path in FRAMEWORKS.glob("*.yaml"))
SHARED = Path("tests/aims_portal/sample-organisation.yaml")
OURS = Path("aims_portal/sample/meridia.yaml")


@pytest.fixture(params=[SHARED, OURS], ids=lambda path: path.stem)
def meridia(request: Any, db: None) -> Any:
    return load(request.param).organisation


def with_evidence(organisation: Any) -> set[str]:
    """Numbers of applicable requirements with a valid item, looked up one by one."""
    today, found = organisation.today(), set()
    for item in Evidence.objects.filter(organisation=organisation).prefetch_related("versions", "proofs__record"):
        if item.versions.all() and (item.valid_until is None or item.valid_until >= today):
            found |= {proof.record.reference for proof in item.proofs.all() if proof.record.kind == "position"}
    excluded = Position.objects.filter(organisation=organisation, applicable=False).values_list("reference", flat=True)
    return found - set(excluded)


def counted_again(organisation: Any, code: str) -> dict[str, int]:
    """The figures by the files alone and the evidence on record."""
    shows = with_evidence(organisation)
    data = yaml.safe_load((FRAMEWORKS / f"{code}.yaml").read_text())
    with (CROSSWALKS / f"iso42001__{code}.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["strength"] in {"strong", "moderate"}]
    related: dict[str, set[str]] = {one["ref"]: set() for one in data["items"] if one["assessable"]}
    for row in rows:
        related[row["target_ref"]].add(row["source_ref"])
    evidence = sum(bool(sources & shows) for sources in related.values())
    nothing = sum(not sources for sources in related.values())
    rest = len(related) - evidence - nothing
    return {"evidence": evidence, "no_evidence": rest, "not_covered": nothing, "of": len(related)}


def test_the_figures_of_meridia_are_those_of_files_and_records(meridia: Any, sign_in: SignIn) -> None:
    officer = meridia.memberships.get(role="compliance_officer").user
    found = tallies(meridia, seen_by=officer, on=meridia.today())
    client = sign_in(officer)
    for code in CODES:
        framework, again = OtherFramework.objects.get(code=code), counted_again(meridia, code)
        assert {key: found[framework.pk][key] for key in again} == again, code
        assert coverage_of(framework, meridia, seen_by=officer, on=meridia.today()).counts == again, code
        text = " ".join(SeenPage(client.get(f"/meridia/frameworks/{code}/")).texts)
        for key, words in (("evidence", "Related evidence exists"), ("not_covered", "Not covered")):
            assert f"{words} {again[key]} of {again['of']}" in text, (code, key)
    assert sum(one["mappings"] for one in found.values()) == 940


def page(client: Client, address: str) -> tuple[SeenPage, str]:
    answer = client.get(address)
    assert answer.status_code == 200
    seen = SeenPage(answer, within="main")
    return seen, " ".join(seen.texts)


def position(organisation: Any, number: str) -> Position:
    return Position.objects.select_related("requirement").get(organisation=organisation, reference=number)


def state_of(organisation: Any, user: Any, code: str, ref: str) -> Found:
    framework = OtherFramework.objects.get(code=code)
    lines = coverage_of(framework, organisation, seen_by=user, on=organisation.today()).lines
    return next(line.found for line in lines if line.requirement.ref == ref)


def test_weak_relations_never_count(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    weak_only = Mapping.objects.filter(organisation=None, target__framework__code="cmmc-2-l2").exclude(
        target__in=Mapping.objects.filter(strength__in=["strong", "moderate"]).values("target")
    )
    one = weak_only.select_related("source", "target")[0]
    make_evidence(organisation, proves=position(organisation, one.source.number))
    assert state_of(organisation, officer, "cmmc-2-l2", one.target.ref) is Found.NOT_COVERED
    address = f"/{organisation.slug}/frameworks/cmmc-2-l2/"
    _seen, hidden = page(sign_in(officer), f"{address}?q={one.target.ref}")
    _seen, shown = page(sign_in(officer), f"{address}?q={one.target.ref}&weak=1")
    assert one.source.title not in hidden
    assert one.source.title in shown
    assert "Intersects, weak" in shown
    for text in (hidden, shown):
        assert "Not covered" in text
        assert "Related evidence exists 0 of 110" in text


def test_evidence_counts_while_it_is_valid_and_the_requirement_applies(organisation: Any, officer: Any) -> None:
    control = position(organisation, "A.10.3")
    target = Mapping.objects.filter(source=control.requirement, strength="strong", organisation=None)
    one = target.select_related("target__framework")[0]
    code, ref = one.target.framework.code, one.target.ref
    assert state_of(organisation, officer, code, ref) is Found.NO_EVIDENCE
    item = make_evidence(organisation, proves=control)
    assert state_of(organisation, officer, code, ref) is Found.EVIDENCE
    Evidence.objects.filter(pk=item.pk).update(valid_until=organisation.today() - timedelta(days=1))
    assert state_of(organisation, officer, code, ref) is Found.NO_EVIDENCE
    Evidence.objects.filter(pk=item.pk).update(valid_until=None)
    control.applicable, control.justification = False, "We buy nothing"
    control.save()
    assert state_of(organisation, officer, code, ref) is Found.NO_EVIDENCE


def test_nothing_is_ever_called_compliant_or_covered(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    for one in Position.objects.filter(organisation=organisation):
        make_evidence(organisation, proves=one)
    for path in ("frameworks/", *(f"frameworks/{code}/?weak=1" for code in CODES), "clauses/6.1.2/"):
        _seen, text = page(sign_in(officer), f"/{organisation.slug}/{path}")
        words = text.casefold().replace("not covered", "").replace("compliance with the requirements", "")
        assert " compliant" not in words, path
        assert " covered" not in words, path


def test_each_count_opens_its_list(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_evidence(organisation, proves=position(organisation, "6.1.2"))
    client, address = sign_in(officer), f"/{organisation.slug}/frameworks/eu-ai-act/"
    framework = OtherFramework.objects.get(code="eu-ai-act")
    found = coverage_of(framework, organisation, seen_by=officer, on=organisation.today())
    for state, count in found.counts.items():
        query = "" if state == "of" else f"?state={state}"
        seen, _text = page(client, address + query)
        listed = {link for link in seen.links if "/requirements/" in link}
        assert len(listed) == count, state
    for strength in ("strong", "moderate", "weak"):
        seen, _text = page(client, f"{address}?strength={strength}")
        listed = {link for link in seen.links if "/requirements/" in link}
        kept = Mapping.objects.filter(target__framework=framework, strength=strength, organisation=None)
        assert len(listed) == kept.values("target").distinct().count()


@pytest.mark.parametrize("query", ["?state=x&strength=y&page=z", "?q=%00", "?q=nothing+like+it", "?weak=&rows=999999"])
def test_what_makes_no_sense_is_answered(query: str, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    page(sign_in(officer), f"/{organisation.slug}/frameworks/gdpr/{query}")


def test_the_files_hold_every_mapping_and_every_requirement(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    item = make_evidence(organisation, proves=position(organisation, "6.1.2"))
    client, address = sign_in(officer), f"/{organisation.slug}/frameworks/nist-ai-rmf/coverage"
    text = client.get(f"{address}.csv").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    book = load_workbook(io.BytesIO(client.get(f"{address}.xlsx").getvalue()))
    sheet = [["" if cell is None else str(cell) for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert sheet == list(csv.reader(io.StringIO(text)))
    mapped = [row for row in rows if row["ISO/IEC 42001"]]
    assert len(mapped) == 313
    assert len({row["Requirement"] for row in rows}) == 72
    assert all(row["Basis"] for row in mapped)
    shown = [row for row in rows if row["ISO/IEC 42001"] == "6.1.2"]
    assert {row["Evidence"] for row in shown} == {item.reference}
    weak = {row["Requirement"] for row in mapped} - {row["Requirement"] for row in mapped if row["Strength"] != "Weak"}
    assert {row["Requirement"] for row in rows if row["State"] == "Not covered"} >= weak


def test_the_doubt_is_shown_as_our_note(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    _seen, text = page(sign_in(officer), f"/{organisation.slug}/frameworks/eu-ai-act/")
    assert text.index("Our note, to be checked:") < text.index("Digital Omnibus")
    assert "provider, deployer" in text


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).getvalue()
    return len([one for one in captured if "SAVEPOINT" not in one["sql"]])


@pytest.mark.parametrize("path", ["frameworks/", "frameworks/{code}/", "frameworks/{code}/coverage.csv"])
def test_the_queries_do_not_grow_with_rows(path: str, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, made = sign_in(officer), make_framework(organisation, officer)
    make_mapping(organisation, officer, framework=made.code, ref="H-1")
    make_evidence(organisation, proves=position(organisation, "4.1"))
    few = queries(client, f"/{organisation.slug}/{path.format(code=made.code)}")
    make_framework(organisation, officer, name="Another")
    for number in ("4.2", "4.3", "A.2.2"):
        make_mapping(organisation, officer, framework=made.code, ref="H-2", number=number)
        make_evidence(organisation, proves=position(organisation, number))
        make_evidence(organisation, proves=position(organisation, number))
    assert few == queries(client, f"/{organisation.slug}/{path.format(code=made.code)}")
    assert few == queries(client, f"/{organisation.slug}/{path.format(code='nist-ai-rmf')}")
    assert few <= 12


def test_the_page_of_a_clause_says_what_else_it_serves(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    _seen, text = page(sign_in(officer), f"/{organisation.slug}/clauses/6.1.2/")
    part = text[text.index("What else it serves") :]
    related = Mapping.objects.filter(source__number="6.1.2", organisation=None).select_related("target__framework")
    for one in related:
        assert f"{one.target.ref} {one.target.title}" in part
    assert part.count("weak relation") >= related.filter(strength="weak").values("target__framework").distinct().count()
    own = make_framework(organisation, officer)
    make_mapping(organisation, officer, framework=own.code, ref="H-1", number="6.1.2")
    assert "Consent is on record" in page(sign_in(officer), f"/{organisation.slug}/clauses/6.1.2/")[1]
    OtherFramework.objects.filter(pk=own.pk).update(retired_on=organisation.today())
    assert "Consent is on record" not in page(sign_in(officer), f"/{organisation.slug}/clauses/6.1.2/")[1]
