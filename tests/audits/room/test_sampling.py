"""A random sample of a whole register, the same on any machine (certification.md, section 10; B5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, transaction
from django.test import Client
from django.urls import get_resolver, reverse

from audits.models import AuditRoom, RoomSample
from audits.room.registers import registers
from audits.room.sampling import chosen, draw, fingerprint
from clauses.models import TrainingRecord
from organisations.models import User
from records.naming import initials
from tests.cast import make_supplier, person
from tests.pages import SeenPage
from tests.risk_cast import make_risk

from .desk_making import make_auditor, release

SignIn = Callable[..., Client]
POPULATION = [f"R-{number:02d}" for number in range(1, 42)]
FIXED = ["R-20", "R-38", "R-13", "R-40", "R-23"]


def page(room: AuditRoom, name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"organisation": room.organisation.slug, **kwargs})


def test_the_same_seed_over_the_same_population_gives_these_records() -> None:
    """Written down once, so that another machine, Python or database has to give the same."""
    assert chosen(POPULATION, seed="20270209", size=5) == FIXED
    assert chosen(reversed(POPULATION), seed="20270209", size=5) == FIXED
    assert chosen(POPULATION, seed="20270210", size=5) != FIXED
    assert fingerprint(POPULATION) == hashlib.sha256("\n".join(POPULATION).encode()).hexdigest()


def test_it_is_drawn_as_the_page_says() -> None:
    by_hand = sorted(POPULATION, key=lambda one: hashlib.sha256(f"hält:{one}".encode()).hexdigest())
    assert chosen(POPULATION, seed="hält", size=41) == by_hand


@pytest.fixture
def trained(organisation: Any, room: AuditRoom) -> list[TrainingRecord]:
    """Twelve trainings that are released, three that are not."""
    owner = person("ines-moreira-costa", organisation, "contributor")
    User.objects.filter(pk=owner.pk).update(name="Ines Moreira-Costa")
    made = [
        TrainingRecord.objects.create(organisation=organisation, title=f"Course {number}", owner=owner)
        for number in range(15)
    ]
    release(room, *made[:12])
    return made[:12]


def test_a_population_is_all_that_is_released_and_nothing_else(
    trained: list[TrainingRecord], room: AuditRoom, owen: Client
) -> None:
    listed = SeenPage(owen.get(page(room, "room-population-list")))
    assert page(room, "room-population", kind="training-record") in listed.links
    answer = owen.get(page(room, "room-population", kind="training-record"))
    assert answer.context["total"] == answer.context["count"] == 12
    assert "Course 11" in answer.content.decode()
    assert "Course 12" not in answer.content.decode()


def test_what_the_list_of_populations_counts_is_what_each_of_them_holds(
    trained: list[TrainingRecord], organisation: Any, room: AuditRoom, owen: Client
) -> None:
    release(room, *(make_risk(organisation) for _n in range(3)), make_supplier(organisation))
    answer = owen.get(page(room, "room-population-list"))
    counts = {one.kind: one.count for one in answer.context["populations"]}
    assert counts["training-record"] == 12
    assert counts["risk"] == 3
    for kind in registers():
        found = owen.get(page(room, "room-population", kind=kind))
        assert (found.status_code, found.context["total"]) == (200, counts.get(kind, 0)), kind


def test_a_sample_is_drawn_from_what_the_filters_leave(
    trained: list[TrainingRecord], organisation: Any, room: AuditRoom, owen: Client
) -> None:
    TrainingRecord.objects.filter(pk__in=[one.pk for one in trained[:8]]).update(completed_on=organisation.today())
    address = page(room, "room-population", kind="training-record") + "?state=not_checked&page=2&sort=-title"
    answer = owen.post(address, {"size": 5, "seed": "20270209"})
    sample = RoomSample.objects.get()
    assert answer["Location"] == page(room, "room-sample", number=1)
    left = [one.reference for one in trained[:8]]
    assert (sample.query, sample.size, sample.seed) == ("state=not_checked", 5, "20270209")
    assert sample.population == left
    assert sample.population_sha256 == fingerprint(left)
    assert sample.drawn == chosen(left, seed="20270209", size=5)


def test_without_a_seed_one_is_made_and_kept(trained: list[TrainingRecord], room: AuditRoom, owen: Client) -> None:
    owen.post(page(room, "room-population", kind="training-record"), {"size": 2, "seed": " "})
    sample = RoomSample.objects.get()
    assert len(sample.seed) == 8
    assert sample.drawn == chosen(sample.population, seed=sample.seed, size=2)


@pytest.mark.parametrize("size", ["0", "13", "-1", "x", "", "99999999999999999999"])
def test_an_impossible_size_is_said_at_the_field_and_nothing_is_lost(
    size: str, trained: list[TrainingRecord], room: AuditRoom, owen: Client
) -> None:
    answer = owen.post(page(room, "room-population", kind="training-record"), {"size": size, "seed": "mine"})
    assert answer.status_code == 200
    assert answer.context["form"].errors["size"]
    assert 'value="mine"' in answer.content.decode()
    assert not RoomSample.objects.exists()


def test_nobody_can_take_a_record_out_of_a_sample(
    trained: list[TrainingRecord], room: AuditRoom, owen: Client, officer: Any, sign_in: SignIn
) -> None:
    sample = draw(room, kind="training-record", query="", population=[one.reference for one in trained], size=5)
    for change in (lambda: RoomSample.objects.update(drawn=[]), sample.delete):
        with pytest.raises(InternalError), transaction.atomic():
            change()
    names = [one.pattern for one in get_resolver().url_patterns]  # no address but its page and its file exists
    assert names
    client = sign_in(officer)
    for name, kwargs in (
        ("room-sample", {"number": 1}),
        ("room-sample-list", {}),
        ("room-sample-file", {"number": 1}),
        ("room-population", {"kind": "training-record"}),
    ):
        assert client.get(page(room, name, **kwargs)).status_code == 404, name
        assert client.post(page(room, name, **kwargs), {"size": 1}).status_code in {404, 405}, name
    assert owen.get(page(room, "room-sample", number=1)).status_code == 200
    assert owen.post(page(room, "room-sample", number=1)).status_code == 404


def test_a_sample_says_what_was_seen(trained: list[TrainingRecord], room: AuditRoom, owen: Client) -> None:
    sample = draw(room, kind="training-record", query="", population=[one.reference for one in trained], size=3)
    first = next(one for one in trained if one.reference == sample.drawn[0])
    assert [one["seen_at"] for one in owen.get(page(room, "room-sample", number=1)).context["items"]] == [None] * 3
    assert owen.get(first.get_absolute_url()).status_code == 200
    items = owen.get(page(room, "room-sample", number=1)).context["items"]
    assert [bool(one["seen_at"]) for one in items] == [True, False, False]


def test_what_comes_and_goes_after_the_draw_is_said(
    trained: list[TrainingRecord], organisation: Any, room: AuditRoom, owen: Client
) -> None:
    population = [one.reference for one in trained]
    sample = draw(room, kind="training-record", query="", population=population, size=12, seed="s")
    release(room, TrainingRecord.objects.create(organisation=organisation, title="Later"))
    answer = owen.get(page(room, "room-sample", number=sample.number))
    assert (answer.context["came"], answer.context["went"]) == (1, 0)
    assert [one["reference"] for one in answer.context["items"]] == chosen(population, seed="s", size=12)


def test_another_auditor_finds_no_sample_of_this_room(
    trained: list[TrainingRecord], organisation: Any, room: AuditRoom, sign_in: SignIn
) -> None:
    draw(room, kind="training-record", query="", population=["TR-01"], size=1)
    other = sign_in(make_auditor(organisation, name="Una Field").person)
    assert other.get(page(room, "room-sample", number=1)).status_code == 404
    assert other.get(page(room, "room-population", kind="training-record")).context["total"] == 0


def test_the_list_is_taken_away_only_where_the_room_allows_it(
    trained: list[TrainingRecord], room: AuditRoom, owen: Client, organisation: Any, sign_in: SignIn
) -> None:
    draw(room, kind="training-record", query="", population=["TR-01"], size=1)
    address = page(room, "room-sample-file", number=1)
    assert owen.get(address).status_code == 403
    assert address not in SeenPage(owen.get(page(room, "room-sample", number=1))).links


def test_people_are_told_by_their_initials_where_the_room_says_so(
    trained: list[TrainingRecord], room: AuditRoom, owen: Client
) -> None:
    address = page(room, "room-population", kind="training-record")
    assert "Ines Moreira-Costa" in owen.get(address).content.decode()
    AuditRoom.objects.filter(pk=room.pk).update(names_as_initials=True)
    draw(room, kind="training-record", query="", population=[one.reference for one in trained], size=2)
    of_one = trained[0].get_absolute_url()
    for shown in (address, page(room, "room-sample", number=1), page(room, "training-record-list"), of_one):
        text = SeenPage(owen.get(shown), within="main").texts
        assert "I. M. C." in " ".join(text)
        assert "Moreira" not in " ".join(text)
    assert owen.get(f"{of_one}history/").status_code == 404


def test_initials() -> None:
    assert [initials(name) for name in ("Owen Marsh", "Ines Moreira-Costa", "", "  ")] == [
        "O. M.",
        "I. M. C.",
        "–",
        "–",
    ]


def test_nothing_is_drawn_from_nothing(room: AuditRoom) -> None:
    with pytest.raises(ValidationError):
        draw(room, kind="risk", query="", population=[], size=1)


def test_populations_ask_as_much_for_three_as_for_one(
    organisation: Any, room: AuditRoom, owen: Client, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted(address: str) -> int:
        owen.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert owen.get(address).status_code == 200
        return len(queries)

    addresses = [page(room, "room-population-list"), page(room, "room-population", kind="risk")]
    release(room, make_risk(organisation))
    draw(room, kind="risk", query="", population=["R-01"], size=1)
    addresses += [page(room, "room-sample-list"), page(room, "room-sample", number=1)]
    before = [counted(one) for one in addresses]
    release(room, make_risk(organisation), make_risk(organisation))
    draw(room, kind="risk", query="", population=["R-01", "R-02"], size=2)
    assert [counted(one) for one in addresses] == before
