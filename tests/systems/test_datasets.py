"""Datasets: where they come from, what they may be used for, and checks that stay (A.4.3, A.7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from reports.due import due_parts
from systems.models import Dataset
from tests.cast import make_ai_system
from tests.pages import SeenPage
from tests.records.test_query_counts import queries
from tests.traces import written

from .making import dataset_form, make_check, make_dataset
from .typed import errors

SignIn = Callable[..., Client]
CHECK = {"subject": "bias", "what": "Selection rate by gender", "result": "Lowest ratio 0.88", "passed": "True"}


@pytest.fixture
def dataset(organisation: Any, officer: Any) -> Dataset:
    return make_dataset(organisation, title="CV corpus", owner=officer)


def check(client: Client, dataset: Dataset, **changes: Any) -> Any:
    data = {**CHECK, "on": dataset.organisation.today().isoformat(), **changes}
    return client.post(f"{dataset.get_absolute_url()}checks/", data)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purposes": []}, "purposes"),
        ({"source": ""}, "source"),
        ({"rights": ""}, "rights"),
        ({"content": ""}, "content"),
        ({"owner": ""}, "owner"),
        ({"personal_data": "on"}, "retention"),
        ({"ended_on": "2999-01-01"}, "ended_on"),
    ],
)
def test_what_is_missing_is_said_at_the_field(
    changes: dict[str, Any], field: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    before = written()
    answer = sign_in(officer).post(f"/{organisation.slug}/datasets/new/", dataset_form(organisation) | changes)
    assert list(errors(answer)) == [field]
    assert written() == before


def test_the_page_tells_everything_and_the_system_names_it(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system, client = make_ai_system(organisation), sign_in(officer)
    typed = dataset_form(organisation) | {
        "systems": [system.pk],
        "selection": "All of the year",
        "provenance": "Version 6, then cleaned",
        "personal_data": "on",
        "retention": "24 months",
        "known_bias": "Few of 60 and over",
        "preparation": "Labelled twice",
    }
    address = client.post(f"/{organisation.slug}/datasets/new/", typed)["Location"]
    page = SeenPage(client.get(address))
    text = " ".join(page.texts)
    for words in ("Training, Test", "All of the year", "Version 6", "24 months", "60 and over", "Labelled", "Contract"):
        assert words in text, words
    assert system.get_absolute_url() in page.links
    assert address in SeenPage(client.get(system.get_absolute_url())).links


def test_a_check_is_kept_for_ever_and_the_newest_counts(
    dataset: Dataset, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, today = sign_in(officer), organisation.today()
    assert check(client, dataset, passed="False", on=(today - timedelta(days=9)).isoformat()).status_code == 302
    assert Dataset.objects.with_checks().get().bias is False
    assert [list(Dataset.objects.failing()), list(Dataset.objects.unchecked())] == [[dataset], [dataset]]
    assert check(client, dataset).status_code == 302
    now = Dataset.objects.with_checks().get()
    assert (now.bias, now.quality, now.changed_by) == (True, None, officer)
    assert not Dataset.objects.failing().exists()
    text = " ".join(SeenPage(client.get(dataset.get_absolute_url())).texts)
    for words in ("Selection rate by gender", "Lowest ratio 0.88", "Not passed", "Passed", "Not checked"):
        assert words in text, words
    for change in (lambda row: row.delete(), lambda row: type(row).objects.filter(pk=row.pk).update(passed=True)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(dataset.checks.last())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": "2999-01-01"}, "on"),
        ({"on": ""}, "on"),
        ({"what": ""}, "what"),
        ({"result": ""}, "result"),
        ({"passed": ""}, "passed"),
        ({"subject": ""}, "subject"),
    ],
)
def test_what_is_wrong_with_a_check_is_said_and_nothing_typed_is_lost(
    changes: dict[str, str], field: str, dataset: Dataset, officer: Any, sign_in: SignIn
) -> None:
    before, answer = written(), check(sign_in(officer), dataset, **changes)
    assert answer.status_code == 422
    assert list(errors(answer)) == [field]
    assert {"Selection rate by gender", "Lowest ratio 0.88"} & {
        value for values in SeenPage(answer).form_with("what").fields.values() for value in values
    }
    assert written() == before


def test_who_only_reads_adds_no_check(
    dataset: Dataset, auditor: Any, manager: Any, contributor: Any, sign_in: SignIn
) -> None:
    before = written()
    statuses = [check(sign_in(who), dataset).status_code for who in (auditor, manager, contributor)]
    assert statuses == [403, 403, 404]
    Dataset.objects.filter(pk=dataset.pk).update(owner=contributor)
    assert written() != before
    assert check(sign_in(contributor), dataset).status_code == 302


def test_filters_find_what_they_say(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    failing, unchecked, fine = (make_dataset(organisation) for _time in range(3))
    make_check(failing, passed=False)
    make_check(failing, "quality")
    for subject in ("quality", "bias"):
        make_check(fine, subject)
    ended = make_dataset(organisation, ended_on=organisation.today(), purposes=["production"], personal_data=True)
    client = sign_in(officer)
    for query, found in {
        "checks=failing": {failing},
        "checks=missing": {unchecked, ended},
        "use=production": {ended},
        "in_use=no": {ended},
        "personal_data=true": {ended},
    }.items():
        links = SeenPage(client.get(f"/{organisation.slug}/datasets/?{query}"), within="main").links
        shown = {one for one in (failing, unchecked, fine, ended) if one.get_absolute_url() in links}
        assert shown == found, query


def test_the_next_check_is_due_until_it_is_no_longer_used(dataset: Dataset, organisation: Any, officer: Any) -> None:
    today = organisation.today()
    Dataset.objects.filter(pk=dataset.pk).update(next_check_on=today, review_on=today)

    def due() -> list[str]:
        parts = due_parts(officer, organisation, today, owner=officer)
        return [source.rule for source, rows in parts.items() if rows.exists()]

    assert due() == ["review", "check"]
    Dataset.objects.filter(pk=dataset.pk).update(ended_on=today)
    assert due() == []


def test_its_page_asks_as_much_for_three_checks_as_for_one(dataset: Dataset, officer: Any, sign_in: SignIn) -> None:
    client, page = sign_in(officer), dataset.get_absolute_url()
    make_check(dataset, by=officer)
    client.get(page)
    one = len(queries(client, page))
    for subject in ("quality", "bias"):
        make_check(dataset, subject, by=officer)
    assert len(queries(client, page)) == one
