"""The organisation's own page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from organisations.models import Organisation
from tests.pages import SeenPage, filled_in
from tests.traces import history_of


def test_the_officer_and_the_administrator_keep_the_profile(
    at: Any, organisation: Any, officer: Any, administrator: Any, sign_in: Callable[..., Client]
) -> None:
    address = at("organisation-edit")
    changes = {
        "legal_form": "Ltd",
        "country": "de",
        "employees": "640",
        "sites": " Leipzig \r\n\r\n Tallinn ",
        "timezone": "Pacific/Auckland",
        "scope_statement": "All of it.\r\nBut not that.",
        "stage1_on": "2027-02-09",
        "stage2_on": "2027-02-09",
    }
    client = sign_in(officer)
    answer = client.post(address, filled_in(client, address, **changes))
    assert answer.status_code == 302
    organisation.refresh_from_db()
    assert (organisation.country, organisation.employees, organisation.sites) == ("DE", 640, "Leipzig\nTallinn")
    assert (organisation.scope_statement, organisation.stage2_on) == ("All of it.\nBut not that.", date(2027, 2, 9))
    assert organisation.timezone == "Pacific/Auckland"
    client = sign_in(administrator)
    assert client.post(address, filled_in(client, address, name="Brightwater plc")).status_code == 302
    organisation.refresh_from_db()
    assert (organisation.name, organisation.slug) == ("Brightwater plc", "brightwater")
    assert history_of(Organisation, pgh_obj=organisation.pk).last().pgh_context.metadata["user"] == administrator.pk


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stage1_on": "2027-03-22", "stage2_on": "2027-03-21"}, "stage2_on"),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"country": "Germany"}, "country"),
        ({"country": "1\n"}, "country"),
        ({"employees": "-1"}, "employees"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    changes: dict[str, str], field: str, at: Any, organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    client, address = sign_in(officer), at("organisation-edit")
    answer = client.post(address, filled_in(client, address, scope_statement="A new scope", **changes))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert SeenPage(answer).form_with("scope_statement").fields["scope_statement"] == ["A new scope"]
    organisation.refresh_from_db()
    assert organisation.scope_statement != "A new scope"


def test_a_stale_save_is_refused_and_nothing_is_lost(
    at: Any, organisation: Any, officer: Any, administrator: Any, sign_in: Callable[..., Client]
) -> None:
    address, mine, theirs = at("organisation-edit"), sign_in(officer), sign_in(administrator)
    begun = filled_in(mine, address, scope_statement="My scope\r\nof two lines", sites="Leipzig\r\nPorto")
    before = filled_in(theirs, address, scope_statement="Their scope", sites="Leipzig\r\nPorto")
    assert theirs.post(address, before).status_code == 302
    answer = mine.post(address, begun)
    assert answer.status_code == 409
    page = SeenPage(answer)
    text = " ".join(page.texts)
    assert "Their scope" in text
    assert administrator.name in text
    form = page.form_with("scope_statement")
    assert form.fields["scope_statement"][0].split() == ["My", "scope", "of", "two", "lines"]
    assert [field.name for field in answer.context["conflict"]["fields"] if field.state == "choose"] == [
        "scope_statement"
    ]
    organisation.refresh_from_db()
    assert organisation.scope_statement == "Their scope"
    assert mine.post(address, form.data()).status_code == 409, "nothing was chosen"
    assert mine.post(address, form.data(**{"keep-scope_statement": "yours"})).status_code == 302
    organisation.refresh_from_db()
    assert organisation.scope_statement == "My scope\nof two lines"


def test_a_save_without_a_version_is_stale(
    at: Any, organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    data = {"name": "Brightwater plc", "timezone": "Europe/Berlin"}
    assert sign_in(officer).post(at("organisation-edit"), data).status_code == 409


def test_readers_see_the_facts(
    at: Any, organisation: Any, internal_auditor: Any, sign_in: Callable[..., Client]
) -> None:
    Organisation.objects.filter(pk=organisation.pk).update(stage1_on=date(2027, 2, 9), sites="Leipzig\nTallinn")
    text = " ".join(SeenPage(sign_in(internal_auditor).get(at("organisation-edit"))).texts)
    for expected in (organisation.name, "9 Feb 2027", "Leipzig", "Tallinn", "Europe/Berlin"):
        assert expected in text
