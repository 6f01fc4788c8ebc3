"""Home: a number opens the list behind it and both agree; contributors see their own; an empty one has next steps."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clauses.actions import answer_question
from clauses.models import ContextIssue, InterestedParty, Position
from organisations.models import Membership
from records.actions import give
from reports.models import Report
from reports.readiness import Readiness, readiness
from tests.cast import make_ai_system, make_evidence, make_supplier, person
from tests.clauses.registers.making import maker
from tests.document_cast import make_scope
from tests.pages import SeenPage
from tests.reports.conftest import Stage
from tests.risk_cast import make_criteria, make_risk

SignIn = Callable[..., Client]
NUMBER = re.compile(r'<a href="([^"]+)">(\d+)(?: of \d+)?</a>')
SHOWN_OF = re.compile(r"\d+–\d+\s+of (\d+)|Nothing to show")


def home(client: Client, organisation: Any) -> Any:
    answer = client.get(f"/{organisation.slug}/")
    assert answer.status_code == 200
    return answer


def counted(client: Client, address: str) -> int:
    """How many rows the list behind a number says it has."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    found = SHOWN_OF.search(answer.content.decode())
    return int(found.group(1) or 0) if found else 0


def test_every_number_opens_a_list_of_as_many(played: Stage, sign_in: SignIn) -> None:
    client = sign_in(played.officer)
    page = home(client, played.organisation).content.decode()
    numbers = [(unescape(url), int(number)) for url, number in NUMBER.findall(page)]
    assert len(numbers) > 60
    wrong = [(url, number, counted(client, url)) for url, number in dict(numbers).items()]
    assert [found for found in wrong if found[1] != found[2]] == []


def test_the_same_address_never_carries_two_numbers(played: Stage, sign_in: SignIn) -> None:
    page = home(sign_in(played.officer), played.organisation).content.decode()
    told: dict[str, set[str]] = {}
    for url, number in NUMBER.findall(page):
        told.setdefault(url, set()).add(number)
    assert [url for url, numbers in told.items() if len(numbers) > 1] == []


def test_home_says_what_readiness_says(played: Stage, sign_in: SignIn) -> None:
    answer = home(sign_in(played.officer), played.organisation)
    shown = answer.context["result"]
    derived = readiness(played.organisation, played.officer, shown.at)
    assert figures(shown) == figures(derived)
    soon = next(fact for fact in answer.context["proof"] if fact["url"].endswith("?days=90"))
    assert soon["value"] == len(derived.evidence.expiring) > 0
    page = unescape(answer.content.decode())
    assert derived.state.title in page
    assert derived.state.sentence in page
    assert "Stage 1 begins in 40 days" in page


def figures(result: Readiness) -> dict[str, Any]:
    """All of a result but what Home does not name: evidence behind requirements, what runs out, systems, documents."""
    plain = result.as_dict()
    for counted in ("index", "expiring"):
        plain["evidence"].pop(counted)
    plain["inventory"].pop("systems")
    for part in (plain["clauses"], plain["controls"]):
        for line in (line for section in part["sections"] for line in section["lines"]):
            line.pop("proofs")
    plain.pop("documents")
    return plain


def test_an_empty_organisation_gets_next_steps(
    other_organisation: Any, outsider: Any, organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    links = SeenPage(home(sign_in(outsider), other_organisation)).links
    steps = ("scope/", "context-issues/", "ai-systems/new/", "risk-criteria/", "risks/", "clauses/4.1/")
    for step in (*steps, "evidence/new/", "reports/", "organisation/"):
        assert f"/{other_organisation.slug}/{step}" in links, step
    reading = home(sign_in(internal_auditor), organisation)
    assert b"Next steps" in reading.content
    assert not [link for link in SeenPage(reading).links if link.endswith("/new/")]


def test_the_steps_follow_what_is_on_record_to_the_first_report(
    organisation: Any, officer: Any, administrator: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    def steps(person: Any = officer) -> dict[str, tuple[str, str]]:
        told = home(sign_in(person), organisation).context["steps"]
        return {one["title"]: (one["state"], one["url"]) for one in told}

    here = f"/{organisation.slug}"
    assert steps()["Say who approves"] == ("Next", ""), "an administrator does"
    assert steps(administrator)["Say who approves"] == ("Next", f"{here}/members/")
    Membership.objects.filter(user=administrator).update(top_management=True)
    assert steps()["Say who approves"] == ("Done", "")
    make_scope(organisation, state="approved", decided_on=organisation.today())
    for side in ("external", "internal"):
        maker(ContextIssue)(organisation, side=side)
    assert steps()["Tell what bears on the AIMS"] == ("Next", f"{here}/interested-parties/")
    maker(InterestedParty)(organisation)
    system = make_ai_system(organisation)
    make_criteria(organisation, state="approved")
    assert list(steps().values())[5] == ("Next", f"{here}/risks/")
    make_risk(organisation, system=system)
    position = Position.objects.get(organisation=organisation, reference="4.1")
    for question in position.requirement.questions.all():
        answer_question(position, question, value="met", comment="", by=officer)
    assert [state for state, _url in steps().values()] == [*["Done"] * 7, "Next", ""]
    assert steps()["Ask for the first readiness report"] == ("", f"{here}/reports/")
    make_evidence(organisation, proves=position)
    assert steps() == {"Ask for the first readiness report": ("Next", f"{here}/reports/")}
    assert steps(internal_auditor) == {}, "who may not ask for it is not told to"
    Report.objects.create(organisation=organisation, number=1, requested_by=officer)
    assert steps() == {}


def test_a_contributor_sees_their_own_and_no_figures(played: Stage, contributor: Any, sign_in: SignIn) -> None:
    own = make_ai_system(played.organisation, title="Mine alone", owner=contributor)
    given = played.position("8.4", review_on=played.day(-2))
    give(given, to=contributor)
    played.position("7.2", owner=contributor, review_on=played.day(3))
    answer = home(sign_in(contributor), played.organisation)
    page = answer.content.decode()
    assert "1 thing waits for you" in page
    for text in (own.title, "8.4", "7.2"):
        assert text in page
    for text in ("Not ready", "of 32", "of 38", "Scorer", "Late Ltd", "Ran out"):
        assert text not in page, text
    assert "result" not in answer.context


def test_due_lists_only_what_one_may_see(played: Stage, contributor: Any, sign_in: SignIn) -> None:
    played.position("7.2", owner=contributor, review_on=played.day(3))
    url = f"/{played.organisation.slug}/due/"
    own = sign_in(contributor).get(url).content.decode()
    assert "7.2" in own
    assert "Late Ltd" not in own
    client = sign_in(played.officer)
    assert counted(client, url) == 5
    assert counted(client, f"{url}?whose=mine") == 3
    assert counted(client, f"{url}?within=late") == 3
    assert counted(client, f"{url}?within=late&what=evidence") == 1
    assert counted(client, f"{url}?within=90") == 6
    assert counted(client, f"{url}?within=nonsense&what=nonsense") == 5


def test_what_is_late_longest_comes_first(played: Stage, sign_in: SignIn) -> None:
    page = sign_in(played.officer).get(f"/{played.organisation.slug}/due/").content.decode().split("<main")[1]
    places = [page.index(text) for text in ("Late Ltd", "AI policy", "Ran out", "AI risk assessment")]
    assert places == sorted(places)


def test_gaps_are_for_those_who_read_everything(played: Stage, contributor: Any, sign_in: SignIn) -> None:
    url = f"/{played.organisation.slug}/gaps/"
    assert sign_in(contributor).get(url).status_code == 403
    assert b"mandatory" in sign_in(played.officer).get(f"{url}?mandatory=yes").content


def test_what_changed_names_who_and_what(played: Stage, sign_in: SignIn) -> None:
    client = sign_in(played.officer)
    here = played.organisation.slug
    system = make_ai_system(played.organisation, title="Renamed later", owner=played.officer)
    form = SeenPage(client.get(f"/{here}/ai-systems/{system.reference}/edit/")).form_with("title")
    assert client.post(f"/{here}/ai-systems/{system.reference}/edit/", form.data(title="New name")).status_code == 302
    page = home(client, played.organisation).content.decode()
    assert f"{system.reference} New name" in page


@pytest.mark.parametrize("role", ["officer", "contributor"])
def test_home_costs_the_same_with_more_of_everything(role: str, request: Any, played: Stage, sign_in: SignIn) -> None:
    user = request.getfixturevalue(role)
    client = sign_in(user)
    grow(played, user)
    home(client, played.organisation)
    with CaptureQueriesContext(connection) as few:
        home(client, played.organisation)
    for _time in range(3):
        grow(played, user)
    with CaptureQueriesContext(connection) as many:
        home(client, played.organisation)
    assert len(many) <= len(few), "\n\n".join(query["sql"] for query in many)
    assert len(few) < 50


def grow(stage: Stage, user: Any) -> None:
    """Enough of each kind that every short list is full."""
    for number in ("4.2", "4.3", "7.1", "7.2", "A.3.2", "A.4.2"):
        stage.position(number, owner=user, review_on=stage.day(4))
        stage.proof(number, owner=user, valid_until=stage.day(6))
        stage.answer(number, "met", "partly")
    for _time in range(3):
        somebody = person(f"somebody-{make_evidence(stage.organisation).pk}", stage.organisation, "contributor")
        make_supplier(stage.organisation, review_on=stage.day(-5), owner=somebody)
        make_ai_system(stage.organisation, owner=user)
