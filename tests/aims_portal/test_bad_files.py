"""A file with a mistake: nothing of it is loaded, and each mistake is told with its line, field and reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from aims_portal.loading import load
from clauses.models import Requirement
from organisations.models import Organisation, User
from organisations.rows import BadFileError
from tests.aims_portal.small_wood import SMALL

pytestmark = pytest.mark.django_db

# What is replaced by what, the field that is named, and the reason given. The line is where the replacement stands.
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "unknown section": ("soa:", "sao: 1\nsoa:", "sao", "not a section"),
    "unknown field": ("function: Owner", "funktion: Owner", "people[P01].funktion", "not a field"),
    "unknown field below": ("default: {", "default: {colour: red, ", "soa.default.colour", "not a field"),
    "missing field": ("service: Saws, ", "", "suppliers[SUP-03].service", "is missing"),
    "missing id": ("id: P02, name", "name", "people[2].id", "is missing"),
    "duplicate id": ("id: P02", "id: P01", "people[P01].id", "given twice"),
    "duplicate field": ("name: Sawyer", "name: Sawyer, name: Other", "suppliers[SUP-03].name", "given twice"),
    "same reference in two sections": ("id: EV-10", "id: SUP-03", "evidence[SUP-03]", "already exists"),
    "odd id": ("id: EV-10", "id: plan!", "evidence[plan!].id", "such as AIS-01"),
    "wrong type: text": ("name: Bo Ek", "name: 7", "people[P02].name", "must be a text"),
    "wrong type: version": ("oversight:", "version: 3.10, oversight:", "ai_systems[AIS-07].version", "in quotes"),
    "wrong type: list": ("sites: [Cork]", "sites: Cork", "organisation.sites", "must be a list"),
    "wrong type: number": (
        "oversight:",
        "people_affected_per_year: many, oversight:",
        "people_affected_per_year",
        "number",
    ),
    "wrong type: yes or no": (
        "oversight:",
        "in_scope: maybe, oversight:",
        "ai_systems[AIS-07].in_scope",
        "true or false",
    ),
    "no such day": (
        "uploaded_on: 2026-11-02, file: plan",
        "uploaded_on: 2026-02-30, file: plan",
        "uploaded_on",
        "day is out",
    ),
    "a day in quotes": ("on: 2026-03-01", "on: '2026-03-01'", "gap_assessment.on", "must be a day"),
    "a moment, not a day": ("on: 2026-03-01", "on: 2026-03-01 09:00:00", "gap_assessment.on", "must be a day"),
    "unknown person": ("owner: P01,", "owner: P99,", "ai_systems[AIS-07].owner", "“P99” is not in people"),
    "unknown system": (
        "ai_systems: [AIS-07]",
        "ai_systems: [AIS-99]",
        "suppliers[SUP-03].ai_systems",
        "is not in ai_systems",
    ),
    "unknown requirement": ("refs: ['6.2']", "refs: ['6.1']", "evidence[EV-10].refs", "“6.1” is not in requirements"),
    "unknown control": ("control: A.5.5", "control: A.5.9", "soa.exceptions[A.5.9].control", "is not in requirements"),
    "control twice": ("control: A.6.1.2", "control: A.5.5", "soa.not_applicable[A.5.5].control", "given twice"),
    "clause among controls": ("control: A.5.5", "control: '5.2'", "soa.exceptions[5.2].control", "is not a control"),
    "control among clauses": ("6.1.2: not_met", "A.2.2: not_met", "gap_assessment.results.A.2.2", "is not a clause"),
    "value outside choices": ("role: [user]", "role: [boss]", "ai_systems[AIS-07].role", "is not one of provider"),
    "status outside choices": ("'4.1': met", "'4.1': good", "gap_assessment.results.4.1", "is not one of met"),
    "no reason for a control": (
        "justification: Planned",
        "justification: ''",
        "soa.exceptions[A.5.5].justification",
        "missing",
    ),
    "contradiction: operation without go-live": (
        "go_live: 2026-02-01",
        "go_live: null",
        "ai_systems[AIS-07].go_live",
        "go-live",
    ),
    "contradiction: run out": (
        "refs: ['6.2']",
        "produced_on: 2026-09-02, valid_until: 2026-09-01, refs: ['6.2']",
        "evidence[EV-10].valid_until",
        "before it was produced",
    ),
    "contradiction: file and link": (
        "file: plan.pdf",
        "file: plan.pdf, url: 'https://w.example'",
        "evidence[EV-10].url",
        "not both",
    ),
    "a path instead of a file": ("file: plan.pdf", "file: ../plan.pdf", "evidence[EV-10].file", "plain name"),
    "a link that is none": ("https://w.example/", "ftp:here", "evidence[EV-11].url", "valid URL"),
    "counts as something else": (
        "A.6.2.8: Sample logs",
        "A.6.2.8: Wood",
        "evidence[EV-09].counts_as.A.6.2.8",
        "not expected",
    ),
    "counts where it proves nothing": (
        "A.6.2.8: Sample logs",
        "'5.2': Sample logs",
        "counts_as.5.2",
        "not among its refs",
    ),
    "two people, one address": ("name: Bo Ek", "name: Ann Bee", "people[P02].email", "another person"),
    "bad address": ("name: Bo Ek", "name: Bo Ek, email: bo", "people[P02].email", "valid email"),
    "no address in this script": ("name: Bo Ek", "name: 李小龙", "people[P02].email", "no address can be made"),
    "outsider without end": (
        "portal_role: contributor",
        "portal_role: auditor, external: true",
        "people[P02].until",
        "last day",
    ),
    "password": ("name: Bo Ek", "name: Bo Ek, password: secret", "people[P02].password", "not a field"),
    "country": ("sites: [Cork]", "country: Ireland", "organisation.country", "at most 2"),
    "time zone": ("sites: [Cork]", "timezone: Cork", "organisation.timezone", "not a time zone"),
    "negative number": ("sites: [Cork]", "employees: -1", "organisation.employees", "greater than"),
    "alias": ("name: Bo Ek", "name: *x", "YAML", "alias"),
    "no YAML": ("name: Bo Ek", "name: Bo: Ek", "YAML", "did not find"),
    "nothing a database can hold": ("name: Bo Ek", 'name: "Bo\\0Ek"', "people[P02].name", "no text may hold"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_line_field_and_reason(written: Callable[[str], Path], mistake: str) -> None:
    old, new, field, reason = MISTAKES[mistake]
    assert SMALL.count(old) == 1, "the small file must hold it once"
    at = SMALL.index(old)
    line = SMALL[:at].count("\n") + 1
    with pytest.raises(CommandError) as caught:
        call_command("load_organisation", written(SMALL.replace(old, new)))
    found = re.findall(r"^.*small\.yaml:(\d+): (\S+): (.*)$", str(caught.value), re.MULTILINE)
    assert found, str(caught.value)
    where, named, why = found[0]
    assert int(where) == line
    assert named.endswith(field)
    assert reason in why
    assert not Organisation.objects.filter(slug="small").exists()
    assert not User.objects.filter(email__endswith="@small.example").exists()


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(written: Callable[[str], Path]) -> None:
    text = SMALL.replace("id: P02, name: Bo Ek", "id: P02").replace("kind: other", "kind: film").replace("4.1", "4.9")
    with pytest.raises(BadFileError) as caught:
        load(written(text))
    assert [problem.field for problem in caught.value.problems] == [
        "people[P02].name",
        "gap_assessment.results.4.9",
        "evidence[EV-11].kind",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must be a mapping"),
        ("- a\n- b\n", "must be a mapping"),
        ("a: [1,\n", "YAML"),
        ("a: " + "[" * 3000, "too deeply"),
        ("a: " + "{b: " * 30_000, "too deeply"),
        ("a: 1\n---\nb: 2\n", "another document"),
        ("people: []\n", "organisation: is missing"),
        ("organisation: {name: Small}\n", "people: is missing"),
        ("organisation: 5\npeople: 7\n", "must be a mapping, not “5”"),
    ],
    ids=["empty", "list", "torn", "deep lists", "deep mappings", "two documents", "nobody", "no people", "numbers"],
)
def test_what_is_no_such_file_is_refused_with_a_reason(written: Callable[[str], Path], text: str, reason: str) -> None:
    with pytest.raises(BadFileError, match=reason):
        load(written(text))


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.yaml:1: YAML: No such file"):
        call_command("load_organisation", tmp_path / "absent.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"a: \xff\xfe")
    with pytest.raises(CommandError, match=r"binary\.yaml:1: YAML: "):
        call_command("load_organisation", tmp_path / "binary.yaml")


@pytest.mark.parametrize(("content", "reason"), [(b"", r"is empty \(0 bytes\)"), (b"not a PDF at all", "text/plain")])
def test_a_file_that_cannot_be_taken_stops_all_and_leaves_none(
    written: Callable[[str], Path], content: bytes, reason: str
) -> None:
    path = written(SMALL)
    (path.parent / "plan.pdf").write_bytes(content)
    folders = set(default_storage.listdir("")[0]) if default_storage.exists("") else set()
    with pytest.raises(BadFileError, match=rf"evidence\[EV-10\]\.file: .*{reason}"):
        load(path)
    for folder in set(default_storage.listdir("")[0]) - folders:
        assert default_storage.listdir(folder)[1] == []


def test_without_a_catalogue_nothing_is_loaded(written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Requirement.objects, "exists", lambda: False)
    with pytest.raises(BadFileError, match="run load_catalogue first"):
        load(written(SMALL))
