"""A system is retired with day and reason, never deleted; a mistake is undone; everything about it stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import get_resolver

from systems.models import AISystem, Stage
from tests.cast import make_ai_system, make_evidence, make_position, make_supplier, person
from tests.pages import SeenPage, filled_in
from tests.traces import history_of, written

from .typed import errors

SignIn = Callable[..., Client]


@pytest.fixture
def system(organisation: Any, officer: Any) -> AISystem:
    return make_ai_system(
        organisation,
        title="Mira",
        owner=officer,
        stage=Stage.CONTINUOUS,
        go_live_on=date(2025, 3, 1),
        review_on=date(2026, 1, 1),
    )


def page_of(system: AISystem) -> str:
    return f"{system.get_absolute_url()}retire/"


def retire(client: Client, system: AISystem, **changes: Any) -> Any:
    return client.post(page_of(system), filled_in(client, page_of(system), **{"retired_because": "Replaced"} | changes))


def test_a_system_is_retired_with_day_and_reason(
    system: AISystem, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    answer = retire(client, system, retired_on="2026-11-01", retired_because="Replaced by Mira 2")
    assert answer["Location"] == system.get_absolute_url()
    system.refresh_from_db()
    assert (system.retired_on, system.retired_because) == (date(2026, 11, 1), "Replaced by Mira 2")
    assert (system.stage, system.review_on, system.changed_by, system.version) == (Stage.RETIREMENT, None, officer, 2)
    texts = " ".join(SeenPage(client.get(system.get_absolute_url())).texts)
    for text in ("retired", "Retired on 1 Nov 2026.", "Replaced by Mira 2", "Take back into use"):
        assert text in texts


def test_today_stands_in_the_form(system: AISystem, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    form = SeenPage(sign_in(officer).get(page_of(system))).form_with("retired_on")
    assert form.fields["retired_on"] == [str(organisation.today())]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"retired_on": ""}, "retired_on", "This field is required."),
        ({"retired_because": " "}, "retired_because", "This field is required."),
        ({"retired_on": "2025-02-28"}, "retired_on", "It cannot retire before its go-live."),
        ({"retired_on": "AHEAD"}, "retired_on", "this day lies ahead"),
        ({"retired_on": "soon"}, "retired_on", "Enter a valid date."),
    ],
)
def test_what_is_wrong_is_said_at_the_field(
    changes: dict[str, str],
    field: str,
    message: str,
    system: AISystem,
    organisation: Any,
    officer: Any,
    sign_in: SignIn,
) -> None:
    changes = {n: str(organisation.today() + timedelta(days=1)) if v == "AHEAD" else v for n, v in changes.items()}
    before = written()
    answer = retire(sign_in(officer), system, **{"retired_because": "Replaced"} | changes)
    found = errors(answer)
    assert list(found) == [field]
    assert message in found[field][0]
    fields = SeenPage(answer).form_with("retired_on").fields
    assert fields["retired_because"] == [changes.get("retired_because", "Replaced")]
    assert written() == before


def test_a_system_without_the_dates_it_should_have_can_be_retired(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation, stage=Stage.OPERATION)
    client = sign_in(officer)
    assert list(errors(retire(client, system, retired_on="soon"))) == ["retired_on"]
    assert retire(client, system).status_code == 302


def test_a_stale_retirement_is_refused(system: AISystem, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, other = sign_in(officer), sign_in(person("second-officer", organisation, "compliance_officer"))
    data = filled_in(client, page_of(system), retired_because="Replaced")
    other.post(system.edit_url, filled_in(other, system.edit_url, title="Mira 2", scope_reason="x", class_reason="x"))
    before = written()
    answer = client.post(page_of(system), data)
    assert "Somebody changed this system meanwhile" in answer.content.decode()
    assert written() == before


def test_a_retired_system_leaves_every_count_of_what_is_in_scope(
    system: AISystem, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    out = make_ai_system(organisation, in_scope=False)
    client = sign_in(officer)
    retire(client, system)
    assert not AISystem.objects.in_scope().filter(pk=system.pk).exists()
    assert list(AISystem.objects.in_use()) == [out]
    for scope, shown in (("in", set()), ("out", {out}), ("retired", {system})):
        links = SeenPage(client.get(f"/{organisation.slug}/ai-systems/?scope={scope}")).links
        assert {one for one in (system, out) if one.get_absolute_url() in links} == shown, scope
    assert "Retired" in SeenPage(client.get(f"/{organisation.slug}/ai-systems/")).texts


def test_everything_about_a_retired_system_stays(
    system: AISystem, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    item, position = make_evidence(organisation, proves=system), make_position(organisation)
    position.systems.add(system)
    client = sign_in(officer)
    retire(client, system)
    links = SeenPage(client.get(system.get_absolute_url())).links
    assert {item.get_absolute_url(), position.get_absolute_url()} <= set(links)
    stages = history_of(AISystem, pgh_obj_id=system.pk).values_list("stage", flat=True)
    assert list(stages) == [Stage.CONTINUOUS, Stage.RETIREMENT]


def test_a_mistake_is_undone(system: AISystem, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    retire(client, system)
    client.post(system.edit_url, filled_in(client, system.edit_url, title="Mira (old)"))
    answer = client.post(page_of(system), {"undo": "1"}, follow=True)
    assert "is in use again" in answer.content.decode()
    system.refresh_from_db()
    assert (system.retired_on, system.retired_because, system.stage) == (None, "", Stage.CONTINUOUS)
    assert system.title == "Mira (old)"
    assert AISystem.objects.in_scope().filter(pk=system.pk).exists()


@pytest.mark.parametrize(("go_live_on", "stage"), [(date(2025, 3, 1), Stage.OPERATION), (None, Stage.VERIFICATION)])
def test_one_that_came_in_retired_goes_to_the_stage_its_go_live_tells(
    go_live_on: date | None, stage: Stage, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation, stage=Stage.RETIREMENT, retired_on=date(2026, 1, 1), go_live_on=go_live_on)
    sign_in(officer).post(page_of(system), {"undo": "1"})
    system.refresh_from_db()
    assert (system.stage, system.retired_on) == (stage, None)


def test_undoing_what_was_never_retired_changes_nothing(system: AISystem, officer: Any, sign_in: SignIn) -> None:
    before = written()
    sign_in(officer).post(page_of(system), {"undo": "1"})
    assert written() == before


def test_retiring_twice_changes_nothing(system: AISystem, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    data = filled_in(client, page_of(system), retired_because="Replaced")
    client.post(page_of(system), data)
    before = written()
    answer = client.post(page_of(system), data, follow=True)
    assert "is retired already" in answer.content.decode()
    assert written() == before


def test_the_stage_of_a_retired_system_cannot_be_edited(system: AISystem, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    retire(client, system)
    data = filled_in(client, system.edit_url, title="Mira (old)", stage="operation_and_monitoring")
    assert client.post(system.edit_url, data).status_code == 302
    system.refresh_from_db()
    assert (system.title, system.stage, system.is_retired) == ("Mira (old)", Stage.RETIREMENT, True)


def test_readers_and_outsiders_retire_nothing(
    system: AISystem, internal_auditor: Any, outsider: Any, sign_in: SignIn
) -> None:
    before = written()
    for user, status in ((internal_auditor, 403), (outsider, 404)):
        client = sign_in(user)
        assert client.get(page_of(system)).status_code == status
        assert client.post(page_of(system), {"retired_on": "2026-01-01", "retired_because": "x"}).status_code == status
        assert client.post(page_of(system), {"undo": "1"}).status_code == status
    assert written() == before


def test_no_address_deletes_anything() -> None:
    names = [str(name) for name in get_resolver().reverse_dict if isinstance(name, str)]
    assert names
    assert not [name for name in names if "delete" in name]


@pytest.mark.parametrize("method", ["delete", "put", "patch"])
def test_no_method_deletes_a_system(method: str, system: AISystem, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    before = written()
    for address in (system.get_absolute_url(), system.edit_url, page_of(system)):
        getattr(client, method)(address)
    assert written() == before


def test_a_system_with_proofs_is_protected_in_code_too(system: AISystem, organisation: Any) -> None:
    make_evidence(organisation, proves=system)
    with pytest.raises(ProtectedError):
        system.delete()


def test_a_supplier_that_a_system_rests_on_is_protected(organisation: Any) -> None:
    main, further = make_supplier(organisation), make_supplier(organisation)
    make_ai_system(organisation, main_supplier=main).suppliers.add(further)
    for supplier in (main, further):
        with pytest.raises(ProtectedError):
            supplier.delete()


@pytest.mark.parametrize("is_retired", [False, True])
def test_the_database_deletes_no_system_at_all(is_retired: bool, organisation: Any) -> None:
    retired_on = date(2026, 1, 1) if is_retired else None
    system = make_ai_system(organisation, retired_on=retired_on)
    for delete in (system.delete, AISystem.objects.all().delete, raw_delete):
        with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
            delete()
    assert AISystem.objects.filter(pk=system.pk).exists()


def raw_delete() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM systems_aisystem")
