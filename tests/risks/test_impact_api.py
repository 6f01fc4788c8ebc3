"""Impact assessments for programs: begun, written, submitted; approving is for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from risks.models import Impact, ImpactAssessment
from tests.cast import make_ai_system
from tests.risk_cast import make_impact_assessment
from tests.risks.assessed import approved, complete, manager_with

SignIn = Callable[..., Client]
JSON = {"content_type": "application/json"}


def address(organisation: Any, rest: str = "") -> str:
    return f"/api/v1/{organisation.slug}/impact-assessments/{rest}"


def test_a_program_begins_one_and_writes_its_texts(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, system = sign_in(officer), make_ai_system(organisation, title="Mail sorter")
    given = {"system": system.reference, "owner": officer.email, "trigger": "new_system"}
    made = client.post(address(organisation), given, **JSON)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["title"], told["state"], told["number"]) == ("Impact assessment of Mail sorter", "draft", 1)
    one = address(organisation, f"{told['reference']}/")
    changes = {"limits": "Weak on Mondays", "frameworks": ["eu_fria"], "is_prohibited": False, "system_version": "2.0"}
    answer = client.patch(one, changes | {"assessors": [officer.email]}, headers={"If-Match": made["ETag"]}, **JSON)
    assert answer.status_code == 200, answer.content
    assert changes.items() <= answer.json().items()
    assert answer.json()["assessors"] == [officer.email]
    again = client.post(address(organisation), given, **JSON)
    assert again.status_code == 400
    [why] = again.json()["error"]["fields"]["system"]
    assert told["reference"] in why
    assert "<" not in why


def test_submitting_says_what_is_missing_and_then_nothing_changes(
    organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    assessment, client = complete(organisation), sign_in(officer)
    Impact.objects.filter(assessment=assessment, dimension="society").update(reason="")
    one, any_version = address(organisation, f"{assessment.reference}/"), {"If-Match": "*"}
    refused = client.post(f"{one}submit/", headers=any_version)
    assert refused.status_code == 400
    assert "Society: not affected without a reason." in str(refused.json())
    Impact.objects.filter(assessment=assessment, dimension="society").update(reason="One office")
    assert sign_in(manager).post(f"{one}submit/", headers=any_version).status_code == 403
    done = client.post(f"{one}submit/", headers=any_version)
    assert (done.status_code, done.json()["state"], len(done.json()["impacts"])) == (200, "in_review", 12)
    assert client.patch(one, {"limits": "None"}, headers=any_version, **JSON).status_code == 400
    assert ImpactAssessment.objects.get(pk=assessment.pk).limits == "As it should be"


class Writer:
    """A program that writes one draft, each time with the ETag it was last told."""

    def __init__(self, client: Client, assessment: ImpactAssessment) -> None:
        self.client, self.one = client, address(assessment.organisation, f"{assessment.reference}/")
        self.tag = client.get(self.one)["ETag"]

    def __call__(self, method: str, door: str, given: Any, status: int = 200) -> Any:
        """The assessment as it then is; of a refusal the fields it names."""
        headers = {"If-Match": self.tag} if self.tag else {}
        answer = getattr(self.client, method)(f"{self.one}{door}", given, headers=headers, **JSON)
        assert answer.status_code == status, answer.content
        self.tag = answer.headers.get("ETag", self.tag)
        return answer.json() if status == 200 else list(answer.json()["error"]["fields"])


def test_a_program_says_of_each_dimension_what_the_page_asks(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    send, door = Writer(sign_in(officer), make_impact_assessment(organisation)), "impacts/fairness/"
    told = send("patch", door, {"is_affected": True, "harm": "Late mail", "severity": 3, "likelihood": 3})
    assert (told["impacts"][0]["harm"], told["level"]) == ("Late mail", "medium")
    told = send("patch", door, {"residual_severity": 1, "residual_likelihood": 1})
    assert (told["impacts"][0]["harm"], told["level"]) == ("Late mail", "low")
    assert send("patch", door, {"severity": 6}, 400) == ["severity"]
    assert send("patch", door, {"dimension": "safety"}, 400) == ["dimension"]
    send("patch", "impacts/poetry/", {"severity": 1}, 404)


def test_a_program_adds_changes_and_takes_away_measures(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    send = Writer(sign_in(officer), make_impact_assessment(organisation))
    measure = {"dimension": "fairness", "measure": "Read twice", "control": "a.6.2.4", "owner": officer.email}
    [row] = send("post", "measures/", measure | {"due_on": "2027-01-31"})["measures"]
    assert (row["control"], row["owner"], row["due_on"]) == ("A.6.2.4", officer.email, "2027-01-31")
    door = f"measures/{row['id']}/"
    assert send("patch", door, {"measure": "Read thrice", "owner": None})["measures"][0]["owner"] is None
    assert send("patch", door, {"measure": ""}, 400) == ["measure"]
    assert send("patch", door, {"control": "A.99"}, 400) == ["control"]
    assert send("post", "measures/", {"measure": "Nothing else"}, 400) == ["dimension"]
    assert send("post", "measures/", {}, 400) == ["non_field_errors"]
    assert send("patch", door, {"remove": True})["measures"] == []
    send("patch", door, {"measure": "Back"}, 404)


def test_a_program_says_who_was_heard_and_overwrites_nobody(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    send = Writer(sign_in(officer), make_impact_assessment(organisation))
    [heard] = send("post", "consultations/", {"who": "Works council", "heard_on": "2026-01-31"})["consultations"]
    told = send("patch", f"consultations/{heard['id']}/", {"views": "Go on"})
    assert told["consultations"][0] == heard | {"views": "Go on"}
    send.tag = '"1-old"'
    send("post", "consultations/", {"who": "Clerks"}, 412)
    send.tag = ""
    send("post", "consultations/", {"who": "Clerks"}, 428)


def test_rows_of_what_is_decided_on_stay_but_a_measure_is_marked_as_done(
    organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    draft, client, any_version = complete(organisation), sign_in(officer), {"If-Match": "*"}
    one = address(organisation, f"{draft.reference}/")
    done = f"{one}measures/{draft.measures.get().pk}/done/"
    assert sign_in(manager).post(done, headers=any_version).status_code == 403
    assert client.post(done, headers=any_version).status_code == 400, "a draft says it in its own row"
    approved(draft, manager_with(organisation, "head", "head"), officer)
    for method, door in (("patch", "impacts/fairness/"), ("post", "measures/"), ("post", "consultations/")):
        assert getattr(client, method)(f"{one}{door}", {}, headers=any_version, **JSON).status_code == 400
    assert client.post(done, headers=any_version).json()["measures"][0]["done_on"] == str(organisation.today())
    assert client.post(done, headers=any_version).status_code == 400
