"""Impact assessments for programs: begun, written, submitted; approving is for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from risks.models import Impact, ImpactAssessment
from tests.cast import make_ai_system
from tests.risks.assessed import complete

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
    assert "system" in again.json()["error"]["fields"]


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
