"""Own mappings and frameworks: who may add them, what is refused and where, and that nobody else sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clauses.crosswalks.examples import EXAMPLES
from clauses.crosswalks.loading import FRAMEWORKS
from clauses.crosswalks.reading import MOST_BYTES, BadFramework, draft_of
from clauses.crosswalks.verbs import change_framework, remove_mapping, retire_framework
from clauses.models import Mapping, OtherFramework, OtherRequirement
from tests.clauses.crosswalks.making import CSV, make_framework, make_mapping
from tests.pages import SeenPage
from tests.traces import written

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
GIVEN = {"relationship": "intersects", "strength": "strong", "basis": "Our counsel says so"}


def where(organisation: Any, code: str, ref: str) -> str:
    target = OtherRequirement.objects.get(framework__code=code, ref=ref)
    return f"/{organisation.slug}/frameworks/{code}/requirements/{target.pk}/"


def test_an_officer_adds_a_mapping_and_removes_it(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, address = sign_in(officer), where(organisation, "gdpr", "Art. 5")
    form = SeenPage(client.get(address)).form_with("basis")
    source = str(Mapping.objects.filter(source__number="4.1")[0].source_id)
    answer = client.post(form.action, form.data(**GIVEN, source=source), follow=True)
    assert "Our counsel says so" in answer.getvalue().decode()
    own = Mapping.objects.get(organisation=organisation)
    assert (own.source.number, own.target.ref, own.strength, own.added_by) == ("4.1", "Art. 5", "strong", officer)
    again = client.post(form.action, form.data(**GIVEN, source=source))
    assert again.status_code == 422
    assert "You have mapped these two already" in again.getvalue().decode()
    log = client.get(f"/{organisation.slug}/history/").getvalue().decode()
    assert "Mapping" in log
    assert "Art. 5" in log
    answer = client.post(f"/{organisation.slug}/frameworks/gdpr/mappings/{own.pk}/remove/", follow=True)
    assert answer.status_code == 200
    assert not Mapping.objects.filter(organisation=organisation).exists()


@pytest.mark.parametrize("field", ["basis", "relationship", "strength", "source"])
def test_each_part_is_mandatory_and_nothing_typed_is_lost(
    field: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, address = sign_in(officer), where(organisation, "gdpr", "Art. 5")
    form = SeenPage(client.get(address)).form_with("basis")
    given = GIVEN | {"basis": "Typed at length"} | {field: "  "}
    answer = client.post(form.action, form.data(**given))
    assert answer.status_code == 422
    assert b'aria-invalid="true"' in answer.getvalue()
    assert field == "basis" or b"Typed at length" in answer.getvalue()
    assert not Mapping.objects.filter(organisation=organisation).exists()


def test_published_rows_are_not_theirs_to_change(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, before = sign_in(officer), written()
    published = Mapping.objects.filter(target__framework__code="gdpr")[0]
    here = f"/{organisation.slug}/frameworks"
    assert client.post(f"{here}/gdpr/mappings/{published.pk}/remove/").status_code == 404
    for page in ("edit", "retire"):
        assert client.post(f"{here}/gdpr/{page}/", {"version": "1", "name": "Mine"}).status_code == 403
    with pytest.raises(ValidationError):
        remove_mapping(published, by=officer)
    with pytest.raises(ValidationError):
        retire_framework(OtherFramework.objects.get(code="gdpr"), by=officer, seen=1)
    assert written() == before


def bring(client: Client, organisation: Any, content: bytes, file_name: str, **more: str) -> Any:
    file = SimpleUploadedFile(file_name, content)
    return client.post(f"/{organisation.slug}/frameworks/new/", {"file": file, "version": "0"} | more)


@pytest.mark.parametrize("kind", ["csv", "yaml"])
def test_an_example_is_looked_at_and_then_taken_in(kind: str, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    example = client.get(f"/{organisation.slug}/frameworks/example.{kind}").getvalue()
    looked = bring(client, organisation, example, f"code.{kind}", name="Our code" if kind == "csv" else "")
    assert looked.status_code == 200
    assert "Nothing is kept yet" in looked.getvalue().decode()
    assert not OtherFramework.objects.filter(organisation=organisation).exists()
    form = SeenPage(looked).form_with("held")
    assert client.post(f"/{organisation.slug}/frameworks/new/", form.data()).status_code == 302
    made = OtherFramework.objects.get(organisation=organisation)
    assert made.name == ("Our code" if kind == "csv" else "Customer code for AI suppliers")
    assert made.code == ("own-our-code" if kind == "csv" else "own-customer-code")
    assert [one.ref for one in made.requirements.all()][:2] == ["H", "H-1"]
    assert made.requirements.get(ref="H-1").parent.ref == "H"
    assert made.added_by == officer


def test_every_packaged_file_could_be_brought() -> None:
    for path in FRAMEWORKS.glob("*.yaml"):
        draft, data = draft_of(path.read_bytes(), path.name), yaml.safe_load(path.read_text())
        assert (len(draft.items), draft.assessable) == (len(data["items"]), data["framework"]["assessable_count"])
    assert {draft_of(text.encode(), f"x.{kind}").assessable for kind, text in EXAMPLES.items()} == {3, 2}


HEAD = "ref,title,parent,assessable\n"
BAD = {
    "a.csv": [
        (HEAD + "A,,,\n,Title,,\nB,T,C,\nB,T,,\n", ["Line 2: “title” is missing.", "Line 3: “ref” is missing.",
         "Line 4: Its parent “C” is not in the file.", "Line 5: “B” stands on line 4 already."]),
        (HEAD + "A,T,B,\nB,T,,\n", ["Line 2: Its parent “B” must stand above it."]),
        (HEAD + "A,T,A,\n", ["Line 2: Its parent “A” must stand above it."]),
        (HEAD + "A,T,,maybe\n", ["Line 2: “assessable” is yes or no, not “maybe”."]),
        (HEAD + "A,T,,no\n", ["Line 2: There is no requirement in it that can be assessed."]),
        (HEAD + f"{'A' * 41},{'T' * 301},,\n", ["Line 2: “ref” is longer than 40 letters.",
         "Line 2: “title” is longer than 300 letters."]),
        ("number,name\n1,2\n", ["Line 1: The first line must name the columns: ref,title,parent,assessable."]),
        ("", ["Line 1: The first line must name the columns: ref,title,parent,assessable."]),
    ],
    "a.yaml": [
        ("framework:\n  name: X\nitems:\n- ref: 4.1\n  title: T\n", ["Line 4: items[1].ref must be a text (in qu"]),
        ("framework:\n  id: x\nitems:\n- ref: A\n  title: T\n", ["Line 2: framework.name is missing"]),
        ("framework: &a {name: X}\nitems: [*a]\n", ["Line 2: YAML an alias (*) cannot be used here"]),
        ("items: [", ["Line 2: YAML"]),
        ("framework:\n  name: X\nsecret: 1\nitems:\n- ref: A\n  title: T\n", ["Line 3: secret is not a field"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "words"), [(name, *one) for name, many in BAD.items() for one in many])
def test_each_fault_is_told_with_its_line_and_nothing_is_taken(
    name: str, text: str, words: list[str], organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    with pytest.raises(BadFramework) as refused:
        draft_of(text.encode(), name)
    for one, said in zip(words, refused.value.messages, strict=True):
        assert said.startswith(one), refused.value.messages
    before = written()
    answer = bring(sign_in(officer), organisation, text.encode(), name, name="X", note="Typed at length")
    assert answer.status_code == 422
    assert b"Typed at length" in answer.getvalue()
    assert written() == before


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"x" * (MOST_BYTES + 1), "a.csv"), (b"\xff\xfe\x00\x00", "a.csv"), (b"PK", "a.xlsx"), (b"a", "a"),
     (b"ref,title\n" + b"".join(b"%d,t\n" % n for n in range(1001)), "a.csv"), (b"\x00", "a.yaml")],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(
    content: bytes, name: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    assert bring(sign_in(officer), organisation, content, name, name="X").status_code == 422
    assert not OtherFramework.objects.filter(organisation=organisation).exists()


def test_changing_it_withdraws_what_is_gone_and_says_so_first(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    made = make_framework(organisation, officer)
    kept = make_mapping(organisation, officer, framework=made.code, ref="H-1")
    make_mapping(organisation, officer, framework=made.code, ref="H-2")
    client, address = sign_in(officer), f"/{organisation.slug}/frameworks/{made.code}/edit/"
    file = SimpleUploadedFile("new.csv", b"ref,title\nH-1,Consent is written down\nH-3,New\n")
    looked = client.post(address, {"file": file, "version": "1", "name": "Customer code 2"})
    assert "H, H-2" in looked.getvalue().decode()
    assert made.requirements.filter(is_withdrawn=False).count() == 3
    assert client.post(address, SeenPage(looked).form_with("held").data()).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.version) == ("Customer code 2", 2)
    rows = made.requirements.filter(is_withdrawn=False).order_by("order")
    assert [(one.ref, one.title) for one in rows] == [("H-1", "Consent is written down"), ("H-3", "New")]
    assert [one.pk for one in Mapping.objects.filter(organisation=organisation).standing()] == [kept.pk]
    with pytest.raises(ValidationError, match="meanwhile"):
        change_framework(made, None, facts={"name": "Late"}, by=officer, seen=1)
    stale = client.post(address, {"version": "1", "name": "Late"})
    assert stale.status_code == 422
    assert "Late" in stale.getvalue().decode()


def test_a_retired_one_counts_no_more_and_comes_back(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    made = make_framework(organisation, officer)
    make_mapping(organisation, officer, framework=made.code, ref="H-1")
    client, address = sign_in(officer), f"/{organisation.slug}/frameworks/{made.code}/"
    for version, count in (("1", 0), ("2", 1)):
        answer = client.post(f"{address}retire/", {"version": version}, follow=True)
        assert answer.status_code == 200
        assert Mapping.objects.filter(organisation=organisation).standing().count() == count
    client.post(f"{address}retire/", {"version": "1"})
    made.refresh_from_db()
    assert made.retired_on is None, "a form that is out of date does nothing"


def test_another_organisation_sees_and_reaches_none_of_it(
    organisation: Any, officer: Any, outsider: Any, other_organisation: Any, sign_in: SignIn
) -> None:
    made = make_framework(organisation, officer, name="Secret code")
    own = make_mapping(organisation, officer, framework="gdpr", ref="Art. 5", basis="Secret counsel")
    inside = make_mapping(organisation, officer, framework=made.code, ref="H-1")
    client, there = sign_in(outsider), f"/{other_organisation.slug}"
    target = OtherRequirement.objects.get(framework__code="gdpr", ref="Art. 5")
    for path in ("", "gdpr/?weak=1", f"gdpr/requirements/{target.pk}/", "gdpr/coverage.csv"):
        assert b"Secret" not in client.get(f"{there}/frameworks/{path}").getvalue(), path
    assert b"Secret" not in client.get(f"{there}/clauses/4.1/").getvalue()
    assert client.get(f"{there}/frameworks/{made.code}/").status_code == 404
    theirs = f"{there}/frameworks/gdpr/requirements/{made.requirements.get(ref='H-1').pk}/"
    assert client.get(theirs).status_code == 404
    for one, code in ((own, "gdpr"), (inside, made.code)):
        assert client.post(f"{there}/frameworks/{code}/mappings/{one.pk}/remove/").status_code == 404
    assert not OtherFramework.objects.visible_to(outsider).filter(pk=made.pk).exists()
    assert Mapping.objects.visible_to(outsider).count() == 940
    # Who holds the same name of address has a framework of their own.
    assert make_framework(other_organisation, outsider, name="Secret code").code == made.code


@pytest.mark.parametrize("role", ["auditor", "internal_auditor", "manager", "administrator"])
def test_readers_read_and_change_nothing(role: str, request: Any, organisation: Any, sign_in: SignIn) -> None:
    client, address = sign_in(request.getfixturevalue(role)), where(organisation, "gdpr", "Art. 5")
    answer = client.get(address)
    assert answer.status_code == 200
    assert SeenPage(answer, within="main").forms == []
    assert client.post(f"{address}mappings/new/", GIVEN).status_code == 403
    assert client.get(f"/{organisation.slug}/frameworks/new/").status_code == 403


def test_a_contributor_reads_no_coverage_but_what_their_clause_serves(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    from clauses.models import Position

    own = make_mapping(organisation, officer, framework="gdpr", ref="Art. 5", basis="Secret")
    Position.objects.filter(organisation=organisation, reference="4.1").update(owner=contributor)
    client = sign_in(contributor)
    for path in ("", "gdpr/", "gdpr/coverage.csv", f"gdpr/requirements/{own.target_id}/"):
        assert client.get(f"/{organisation.slug}/frameworks/{path}").status_code == 403
    page = SeenPage(client.get(f"/{organisation.slug}/clauses/4.1/"), within="main")
    assert "What else it serves" in page.texts
    assert not [link for link in page.links if "/frameworks/" in link]
    assert "own" not in " ".join(page.texts).split("What else it serves")[1].split("History")[0].split()


def test_twice_at_once_the_code_stays_one(organisation: Any, officer: Any) -> None:
    codes = [make_framework(organisation, officer, name=name).code for name in ("A b", "A b", "A-b 2", "ÄÖ", "!!!")]
    assert codes == ["own-a-b", "own-a-b-2", "own-a-b-2-2", "own-ao", "own-framework"]
    assert draft_of(CSV, "x.csv").assessable == 2
