"""The class under the EU AI Act follows from the answers: the strictest that applies (Art. 5, 6, 50, Annex III)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from records.timeline import changes_of
from systems.classing import Answers, class_of
from systems.models import AISystem
from tests.cast import READERS, make_ai_system
from tests.pages import SeenPage

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]

NOTHING = {"prohibited": "no", "product": "no", "area": "0", "transparency": "no"}


def derived(**given: Any) -> tuple[str, str]:
    usual = {"prohibited": False, "product": False, "area": "0", "profiles": False, "exemption": "none"}
    risk_class, reason = class_of(Answers(**usual | {"transparency": False} | given))
    return str(risk_class), reason


@pytest.mark.parametrize(
    ("given", "risk_class", "said"),
    [
        ({}, "minimal", "Neither Art. 5"),
        ({"transparency": True}, "limited", "Art. 50"),
        ({"area": "4"}, "high", "Annex III no. 4"),
        ({"area": "4", "transparency": True}, "high", "Art. 50 applies as well"),
        ({"area": "5", "exemption": "prepares"}, "minimal", "but not high-risk by Art. 6(3)"),
        ({"area": "5", "exemption": "narrow", "transparency": True}, "limited", "Art. 6(4) wants that documented"),
        ({"area": "5", "exemption": "narrow", "profiles": True}, "high", "Art. 6(3) exempts nothing"),
        ({"product": True, "area": "5", "exemption": "narrow"}, "high", "Art. 6(1), Annex I"),
        ({"prohibited": True, "product": True, "area": "1", "transparency": True}, "prohibited", "Art. 5"),
        ({"exemption": "narrow"}, "minimal", "Neither Art. 5"),
    ],
)
def test_the_strictest_class_that_applies(given: dict[str, Any], risk_class: str, said: str) -> None:
    found, reason = derived(**given)
    assert found == risk_class
    assert said in reason


def test_of_the_sample_the_answers_give_the_classes_on_record() -> None:
    """TalentRank ranks applicants, CreditScout scores them, Mira chats, InvoiceGuard flags invoices."""
    assert derived(area="4", profiles=True)[0] == derived(area="5", profiles=True)[0] == "high"
    assert (derived(transparency=True)[0], derived()[0]) == ("limited", "minimal")


def test_answered_for_a_new_system_its_form_opens_with_class_and_reason(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, root = sign_in(officer), f"/{organisation.slug}/ai-systems/"
    questions = f"/{organisation.slug}/class-questions/"
    assert questions in SeenPage(client.get(f"{root}new/"), within="main").links
    answer = client.post(questions, NOTHING | {"area": "4", "profiles": "yes", "remark": "Ranks applicants"})
    form = SeenPage(client.get(answer["Location"])).form_with("class_reason")
    assert form.fields["risk_class"] == ["high"]
    assert "Annex III no. 4" in form.fields["class_reason"][0]
    assert form.fields["class_reason"][0].endswith("Ranks applicants")
    assert not AISystem.objects.exists()


def test_answered_for_a_system_class_and_reason_are_stored(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system, client = make_ai_system(organisation), sign_in(officer)
    page = f"{system.get_absolute_url()}class/"
    assert page in SeenPage(client.get(system.get_absolute_url()), within="main").links
    asked = SeenPage(client.get(page)).form_with("prohibited")
    assert not any(asked.fields.get(name) for name in ("prohibited", "product", "transparency")), "nothing is chosen"
    data = NOTHING | {"transparency": "yes", "version": system.version}
    assert client.post(page, data).status_code == 302
    system.refresh_from_db()
    assert (system.risk_class, system.class_reason[:7], system.version) == ("limited", "Art. 50", 2)
    assert "EU AI Act class" in {line["field"] for change in changes_of(officer, system) for line in change.changes}
    stale = client.post(page, NOTHING | {"version": 1})
    assert "meanwhile" in stale.content.decode()
    assert SeenPage(stale).form_with("prohibited").fields["prohibited"] == ["no"], "what was answered is not lost"
    system.refresh_from_db()
    assert system.risk_class == "limited"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"area": ""}, "area"),
        ({"product": ""}, "product"),
        ({"area": "4"}, "profiles"),
        ({"area": "4", "profiles": "no"}, "exemption"),
        ({"prohibited": "perhaps"}, "prohibited"),
        ({"area": "9"}, "area"),
    ],
)
def test_what_is_not_answered_is_told_at_the_question(
    change: dict[str, str], field: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    answer = sign_in(officer).post(f"/{organisation.slug}/class-questions/", NOTHING | change)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]


@pytest.mark.parametrize("role", READERS)
def test_readers_classify_nothing(role: str, organisation: Any, sign_in: SignIn, request: Any) -> None:
    system, client = make_ai_system(organisation), sign_in(request.getfixturevalue(role))
    for page in (f"{system.get_absolute_url()}class/", f"/{organisation.slug}/class-questions/"):
        assert client.get(page).status_code == client.post(page, NOTHING).status_code == 403
    assert f"{system.get_absolute_url()}class/" not in SeenPage(client.get(system.get_absolute_url())).links


def test_of_another_organisation_nothing_is_classified(organisation: Any, outsider: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation)
    assert sign_in(outsider).post(f"{system.get_absolute_url()}class/", NOTHING | {"version": 1}).status_code == 404
    system.refresh_from_db()
    assert system.version == 1
