"""An organisation out of a file: all of it or nothing, and each mistake with its line, field and reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from aims_portal.loading import load
from clauses.models import ExpectedProof, Position
from evidence.models import Evidence, State
from organisations.models import Membership, Organisation, User
from organisations.rows import BadFileError
from records.models import Record, next_reference
from systems.models import AISystem, Supplier

pytestmark = pytest.mark.django_db
AS_SHARED = Path(__file__).parent / "sample-organisation.yaml"
SMALL = """\
organisation:
  name: Small Wood
  sites: [Cork]
people:
- {id: P01, name: Ann Bee, function: Owner, portal_role: compliance_officer}
- {id: P02, name: Bo Ek, portal_role: contributor}
suppliers:
- {id: SUP-03, name: Sawyer, service: Saws, owner: P02, result: approved with conditions, ai_systems: [AIS-07]}
ai_systems:
- {id: AIS-07, name: Sorter, purpose: Sorts boards, role: [user], eu_ai_act_role: none, risk_class: minimal,
   lifecycle_stage: operation_and_monitoring, oversight: A person looks, owner: P01, technical_owner: P02,
   go_live: 2026-02-01}
soa:
  approved_on: 2026-10-01
  default: {applicable: true, status: implemented, basis: [risk], justification: Needed}
  exceptions:
  - {control: A.5.5, applicable: true, status: not_started, basis: [legal, contract], justification: Planned}
  not_applicable:
  - {control: A.6.1.2, justification: We develop nothing}
gap_assessment:
  on: 2026-03-01
  results: {'4.1': met, 6.1.2: not_met}
evidence:
- {id: EV-09, title: Log, kind: log, ai_system: AIS-07, refs: [A.6.2.8, '9.1'], uploaded_by: P02,
   uploaded_on: 2026-11-02, file: log.txt, counts_as: {A.6.2.8: Sample logs}}
- {id: EV-10, title: Plan, kind: document, refs: ['6.2'], uploaded_by: P01, uploaded_on: 2026-11-02, file: plan.pdf}
- {id: EV-11, title: Page, kind: other, refs: [], uploaded_by: P01, uploaded_on: 2026-11-02, url: 'https://w.example/'}
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        (tmp_path / "files").mkdir(exist_ok=True)
        (tmp_path / "files" / "log.txt").write_text("10:01 board 4711 sorted\n")
        path = tmp_path / "small.yaml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def small(written: Callable[[str], Path]) -> Organisation:
    return load(written(SMALL)).organisation


def of(organisation: Organisation, reference: str) -> Any:
    record = Record.objects.get(organisation=organisation, reference=reference)
    for model in (Supplier, AISystem, Evidence, Position):
        if record.kind == model.KIND:
            return model.objects.get(pk=record.pk)
    raise AssertionError(reference)


def test_people_become_members_who_cannot_sign_in_yet(small: Organisation) -> None:
    ann = User.objects.get(email="ann.bee@small.example")
    membership = Membership.objects.get(user=ann, organisation=small)
    assert (membership.role, membership.function) == ("compliance_officer", "Owner")
    assert not ann.has_usable_password()
    assert EmailAddress.objects.filter(user=ann, verified=True, primary=True).exists()


def test_names_make_addresses_in_plain_letters(written: Callable[[str], Path]) -> None:
    people = "\n".join(
        f"- {{id: P{n}, name: {name}, portal_role: manager}}"
        for n, name in enumerate(["Jürgen Groß", "Siobhán O'Neill", "Łukasz van der Ørn", "Cher"])
    )
    load(written(f"organisation: {{name: Small}}\npeople:\n{people}\n"))
    assert set(User.objects.filter(email__endswith="@small.example").values_list("email", flat=True)) == {
        "jurgen.gross@small.example",
        "siobhan.oneill@small.example",
        "lukasz.orn@small.example",
        "cher@small.example",
    }


def test_somebody_known_keeps_one_login(written: Callable[[str], Path], officer: User) -> None:
    load(written(SMALL.replace("name: Bo Ek,", f"name: Bo Ek, email: {officer.email},")))
    assert officer.memberships.count() == 2


def test_given_ids_are_kept_and_new_ones_count_on(small: Organisation) -> None:
    assert of(small, "AIS-07").title == "Sorter"
    assert next_reference(small, "AIS") == "AIS-08"
    assert next_reference(small, "SUP") == "SUP-04"
    assert next_reference(small, "EV") == "EV-12"


def test_systems_know_their_suppliers_and_their_people(small: Organisation) -> None:
    system = of(small, "AIS-07")
    assert [supplier.reference for supplier in system.suppliers.all()] == ["SUP-03"]
    assert (system.owner.name, system.technical_owner.name) == ("Ann Bee", "Bo Ek")
    assert of(small, "SUP-03").result == "approved_with_conditions"


def test_controls_and_clauses_have_their_positions(small: Organisation) -> None:
    kept = Position.objects.of(small)
    assert kept.count() == 70
    planned, excluded, met = of(small, "A.5.5"), of(small, "A.6.1.2"), of(small, "4.1")
    assert (planned.status, planned.basis, planned.status_on) == (
        "not_started",
        ["legal", "contract"],
        date(2026, 10, 1),
    )
    assert (excluded.applicable, excluded.status, excluded.justification) == (False, "", "We develop nothing")
    assert (met.status, met.status_on, met.applicable) == ("met", date(2026, 3, 1), True)
    assert of(small, "5.2").status == ""
    assert kept.filter(status="implemented").count() == 36


def test_a_file_beside_becomes_the_first_version(small: Organisation) -> None:
    item = of(small, "EV-09")
    version = item.latest
    assert version.filename == "log.txt"
    assert default_storage.open(version.key).read() == b"10:01 board 4711 sorted\n"
    assert version.added_at.astimezone(small.zone) == datetime(2026, 11, 2, 9, tzinfo=small.zone)
    assert item.received_on == date(2026, 11, 2)
    assert {proof.record.reference for proof in item.proofs.all()} == {"AIS-07", "A.6.2.8", "9.1"}
    assert ExpectedProof.objects.get(evidence=item).expected.name == "Sample logs"


def test_an_absent_file_leaves_an_item_that_says_so(written: Callable[[str], Path]) -> None:
    output = StringIO()
    call_command("load_organisation", written(SMALL), stdout=output)
    item = of(Organisation.objects.get(slug="small"), "EV-10")
    assert item.state(date(2026, 11, 23)) == State.ABSENT
    assert "File absent: EV-10 (plan.pdf)" in output.getvalue()


def test_a_link_is_evidence_too(small: Organisation) -> None:
    assert of(small, "EV-11").latest.url == "https://w.example/"


def test_the_output_names_what_is_not_yet_taken_in(written: Callable[[str], Path]) -> None:
    output = StringIO()
    call_command("load_organisation", written(SMALL + "risks:\n- {id: R-01}\n"), stdout=output)
    assert "Loaded Small Wood as /small/, time zone Europe/Berlin" in output.getvalue()
    assert re.search(r"Not yet taken in: .*risks", output.getvalue())


@time_machine.travel(datetime(2026, 12, 3, 12, tzinfo=UTC), tick=False)
def test_dates_move_and_words_stay(written: Callable[[str], Path]) -> None:
    text = SMALL.replace("title: Log", "title: Log of 2026-11-02")
    output = StringIO()
    call_command("load_organisation", written(text), "--shift-from", "2026-11-23", stdout=output)
    item = of(Organisation.objects.get(slug="small"), "EV-09")
    assert (item.received_on, item.title) == (date(2026, 11, 12), "Log of 2026-11-02")


def test_today_is_the_day_at_the_organisation(written: Callable[[str], Path]) -> None:
    text = SMALL.replace("sites:", "timezone: Pacific/Auckland\n  sites:")
    with time_machine.travel(datetime(2026, 11, 23, 20, tzinfo=UTC), tick=False):
        made = load(written(text), shift_from=date(2026, 11, 23))
    assert of(made.organisation, "EV-09").received_on == date(2026, 11, 3)


def test_the_same_organisation_cannot_be_loaded_twice(written: Callable[[str], Path], small: Organisation) -> None:
    with pytest.raises(BadFileError, match=r"small\.yaml:2: organisation\.name: .*has been loaded already"):
        load(written(SMALL))


def test_members_of_one_organisation_see_nothing_of_another(small: Organisation, outsider: User) -> None:
    ann = User.objects.get(email="ann.bee@small.example")
    assert not Record.objects.visible_to(outsider).of(small).exists()
    assert not Record.objects.visible_to(ann).exclude(organisation=small).exists()
    assert Record.objects.visible_to(ann).count() == 75


def test_a_contributor_sees_what_is_theirs_and_what_they_look_after(small: Organisation) -> None:
    bo = User.objects.get(email="bo.ek@small.example")
    references = ["AIS-07", "EV-09", "SUP-03"]
    for records in (Record.objects.visible_to(bo), Record.objects.changeable_by(bo)):
        assert list(records.order_by("reference").values_list("reference", flat=True)) == references


# What is replaced by what, the field that is named, and the reason given. The line is where the replacement stands.
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "unknown section": ("soa:", "sao: 1\nsoa:", "sao", "not a section"),
    "unknown field": ("function: Owner", "funktion: Owner", "people[P01].funktion", "not a field"),
    "unknown field below": ("default: {", "default: {colour: red, ", "soa.default.colour", "not a field"),
    "missing field": ("service: Saws, ", "", "suppliers[SUP-03].service", "is missing"),
    "missing id": ("id: P02, name", "name", "people[2].id", "is missing"),
    "duplicate id": ("id: P02", "id: P01", "people[P01].id", "given twice"),
    "duplicate field": ("name: Sawyer", "name: Sawyer, name: Other", "suppliers[SUP-03].name", "given twice"),
    "same reference in two sections": ("id: AIS-07", "id: SUP-03", "ai_systems[SUP-03]", "already exists"),
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
    "no YAML": ("name: Bo Ek", "name: Bo: Ek", "YAML", "mapping values"),
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
    # A missing value is named on the line its row begins with, all others on their own.
    assert line - 3 <= int(where) <= line
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


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", r"is empty \(0 bytes\)"), (b"not a PDF at all", "does not hold what its ending")]
)
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


@time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False)
class TestTheSharedSample:
    """The sample as every team has it, without our additions, on its own day."""

    @pytest.fixture
    def meridia(self, db: None) -> Organisation:
        return load(AS_SHARED).organisation

    def test_it_has_the_expected_facts(self, meridia: Organisation) -> None:
        systems, today = AISystem.objects.of(meridia), meridia.today()
        assert meridia.slug == "meridia"
        assert systems.count() == 6
        by_class = [systems.filter(risk_class=name).count() for name in ("high", "limited", "minimal")]
        assert by_class == [2, 1, 3]
        references = [
            list(found.values_list("reference", flat=True))
            for found in (
                Evidence.objects.expired(today).of(meridia),
                Evidence.objects.expiring(today).of(meridia),
                Supplier.objects.of(meridia).filter(review_on__lt=today),
            )
        ]
        assert references == [["EV-12"], ["EV-02"], ["SUP-03"]]

    def test_its_statement_of_applicability_is_complete(self, meridia: Organisation) -> None:
        controls = Position.objects.controls().of(meridia)
        counts = {name: controls.filter(status=name).count() for name in ("implemented", "in_progress", "not_started")}
        assert counts == {"implemented": 33, "in_progress": 4, "not_started": 1}
        assert controls.filter(applicable=True).exclude(justification="").count() == 38
        clauses = Position.objects.clauses().of(meridia)
        counts = {name: clauses.filter(status=name).count() for name in ("met", "partly", "not_met")}
        assert counts == {"met": 3, "partly": 15, "not_met": 14}

    def test_its_systems_are_complete(self, meridia: Organisation) -> None:
        system = of(meridia, "AIS-02")
        assert system.class_reason == "Annex III 5(b) creditworthiness"
        assert system.affected == "Credit applicants"
        assert system.main_supplier.title == "Skorna Analytics OU"
        assert not system.suppliers.exists()
        assert {supplier.reference for supplier in of(meridia, "AIS-01").suppliers.all()} == {"SUP-04", "SUP-05"}

    def test_the_external_auditor_leaves_with_the_invitation(self, meridia: Organisation) -> None:
        assert Membership.objects.get(user__email="owen.marsh@certbody.example").until == date(2027, 2, 28)

    def test_each_contributor_has_their_own(self, meridia: Organisation) -> None:
        seen = {
            user.name: set(Record.objects.visible_to(user).values_list("reference", flat=True))
            for user in User.objects.filter(memberships__organisation=meridia, memberships__role="contributor")
        }
        assert seen["Katrin Sommer"] == {"AIS-01"}
        assert seen["Farid Nazari"] == {"AIS-02", "EV-12"}
        assert seen["Luis Prado"] == {"AIS-03", "AIS-05", "EV-05", "EV-09"}
        assert seen["Mari Tamm"] == {"AIS-01", "AIS-02", "AIS-04", "AIS-05", "EV-01", "EV-02", "EV-11"}
        assert seen["Dita Varga"] >= {"AIS-04", "SUP-01", "SUP-05", "EV-07", "EV-08"}
