"""Who sees which systems: contributors what they own, were given, or look after technically."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from records.models import RecordGrant
from systems.models import AISystem
from tests.cast import make_ai_system, make_supplier, somebody
from tests.pages import SeenPage, filled_in

SignIn = Callable[..., Client]


def edit(client: Client, system: AISystem, **changes: Any) -> Any:
    return client.post(system.edit_url, filled_in(client, system.edit_url, **changes))


def test_a_technical_owner_gets_access_and_loses_it(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation, owner=officer)
    office, lab = sign_in(officer), sign_in(contributor)
    assert lab.get(system.get_absolute_url()).status_code == 404
    assert edit(office, system, technical_owner=contributor.pk).status_code == 302
    assert lab.get(system.get_absolute_url()).status_code == 200
    assert edit(lab, system, model="Isolation forest 2").status_code == 302
    colleague = somebody(organisation)
    assert edit(office, system, technical_owner=colleague.pk).status_code == 302
    assert lab.get(system.get_absolute_url()).status_code == 404
    assert lab.get(system.edit_url).status_code == 404
    assert sign_in(colleague).get(system.edit_url).status_code == 200
    assert edit(office, system, technical_owner="").status_code == 302
    assert not RecordGrant.objects.filter(content_object=system).exists()


def test_an_owner_who_stops_looking_after_it_technically_stays_the_owner(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    system, client = make_ai_system(organisation, owner=contributor), sign_in(officer)
    edit(client, system, technical_owner=contributor.pk)
    edit(client, system, technical_owner="")
    assert sign_in(contributor).get(system.edit_url).status_code == 200


def test_a_new_system_lets_its_technical_owner_in(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    from .typed import SYSTEM

    data = SYSTEM | {"owner": officer.pk, "technical_owner": contributor.pk}
    assert sign_in(officer).post(f"/{organisation.slug}/ai-systems/new/", data).status_code == 302
    assert sign_in(contributor).get(AISystem.objects.get().edit_url).status_code == 200


def test_a_technical_owner_who_only_reads_stays_a_reader(
    organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation, owner=officer)
    edit(sign_in(officer), system, technical_owner=manager.pk)
    client = sign_in(manager)
    assert client.get(system.get_absolute_url()).status_code == 200
    assert client.get(system.edit_url).status_code == 403


def test_a_contributor_sees_their_own_systems_only(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    mine = make_ai_system(organisation, owner=contributor)
    others = make_ai_system(organisation, owner=officer, main_supplier=make_supplier(organisation))
    client = sign_in(contributor)
    page = SeenPage(client.get(f"/{organisation.slug}/ai-systems/"))
    assert mine.get_absolute_url() in page.links
    assert others.get_absolute_url() not in page.links
    assert others.title not in client.get(f"/{organisation.slug}/ai-systems/export.csv").getvalue().decode()
    assert f"/{organisation.slug}/ai-systems/new/" not in page.links


def test_a_contributor_reads_the_name_of_a_supplier_they_may_not_open(
    organisation: Any, contributor: Any, sign_in: SignIn
) -> None:
    closed, opened = make_supplier(organisation), make_supplier(organisation, owner=contributor)
    system = make_ai_system(organisation, owner=contributor, main_supplier=closed)
    system.suppliers.add(opened)
    page = SeenPage(sign_in(contributor).get(system.get_absolute_url()))
    assert closed.title in " ".join(page.texts)
    assert opened.get_absolute_url() in page.links
    assert closed.get_absolute_url() not in page.links


def test_a_supplier_page_names_only_the_systems_one_may_see(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    supplier = make_supplier(organisation, owner=contributor)
    mine = make_ai_system(organisation, owner=contributor, main_supplier=supplier)
    others = make_ai_system(organisation, owner=officer, main_supplier=supplier)
    links = SeenPage(sign_in(contributor).get(supplier.get_absolute_url())).links
    assert mine.get_absolute_url() in links
    assert others.get_absolute_url() not in links
