"""Objectives: reached or not follows from the newest measurement; pages and programs enter measurements alike."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clauses.models import Measurement, Objective
from records.charts import Point, line_chart
from tests.traces import written

from .making import maker, measured

make_objective = maker(Objective)
pytestmark = pytest.mark.django_db


def references(found: Any) -> list[str]:
    return sorted(found.values_list("title", flat=True))


def test_the_newest_measurement_decides_whether_it_is_reached(organisation: Any) -> None:
    today = organisation.today()
    for title, direction, values in (
        ("kept", "at_least", [80, 95]),
        ("lost", "at_least", [99, 94]),
        ("below", "at_most", [99, 95]),
        ("above", "at_most", [94, 96]),
        ("never", "at_least", []),
    ):
        objective = make_objective(organisation, title=title, direction=direction)
        for days, value in enumerate(reversed(values)):
            measured(objective, value, on=today - timedelta(days=days))
    assert references(Objective.objects.reached()) == ["below", "kept"]
    assert references(Objective.objects.not_reached()) == ["above", "lost", "never"]
    states = {one.title: one.state for one in Objective.objects.with_newest()}
    assert states == {"kept": "reached", "below": "reached", "lost": "missed", "above": "missed", "never": "unmeasured"}


def test_one_that_is_due_and_not_reached_is_overdue(organisation: Any) -> None:
    today = organisation.today()
    late = make_objective(organisation, due_on=today - timedelta(days=1))
    measured(make_objective(organisation, due_on=today - timedelta(days=1)), 95)
    make_objective(organisation, due_on=today)
    assert list(Objective.objects.overdue(today)) == [late]


@pytest.fixture
def objective(organisation: Any) -> Objective:
    made: Objective = make_objective(organisation, title="Trained staff")
    return made


def entered(client: Any, objective: Objective, **data: Any) -> Any:
    return client.post(f"{objective.get_absolute_url()}measurements/", data)


def test_a_measurement_is_entered_on_its_page(objective: Any, officer: Any, sign_in: Any) -> None:
    client, today = sign_in(officer), objective.organisation.today()
    answer = entered(client, objective, on=today, value="91.5", note="Export of October")
    assert answer.status_code == 302
    row = Measurement.objects.get(objective=objective)
    assert (row.on, row.value, row.note, row.by) == (today, Decimal("91.5"), "Export of October", officer)
    page = client.get(objective.get_absolute_url()).content.decode()
    assert "Not reached" in page
    assert f"{today:%-d %b %Y}: 91.5" in page, "the chart's text alternative"
    objective.refresh_from_db()
    assert objective.changed_by == officer


@pytest.mark.parametrize(
    ("days", "value", "said"),
    [(1, "91", "lies ahead"), (0, "many", "number"), (0, "", "required"), (-1, "91", "of this day already")],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_typed_is_lost(
    days: int, value: str, said: str, objective: Any, officer: Any, sign_in: Any
) -> None:
    today = objective.organisation.today()
    measured(objective, 80, on=today - timedelta(days=1))
    answer = entered(sign_in(officer), objective, on=today + timedelta(days=days), value=value, note="Typed")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert 'value="Typed"' in page
    assert objective.measurements.count() == 1


def test_a_mistake_is_removed_and_history_keeps_it(objective: Any, officer: Any, sign_in: Any) -> None:
    row = measured(objective, "90.5")
    address = f"{objective.get_absolute_url()}measurements/{row.pk}/remove/"
    assert sign_in(officer).post(address).status_code == 302
    assert not objective.measurements.exists()
    assert "90.5<" in sign_in(officer).get(objective.history_url).content.decode()
    assert sign_in(officer).post(address).status_code == 404


def test_who_may_not_change_it_enters_nothing(objective: Any, manager: Any, contributor: Any, sign_in: Any) -> None:
    before, today = written(), objective.organisation.today()
    assert entered(sign_in(manager), objective, on=today, value=1).status_code == 403
    assert entered(sign_in(contributor), objective, on=today, value=1).status_code == 404
    assert written() == before
    objective.owner = contributor
    objective.save()
    assert entered(sign_in(contributor), objective, on=today, value=1).status_code == 302


def test_a_list_shows_newest_value_target_and_whether_reached(objective: Any, officer: Any, sign_in: Any) -> None:
    measured(objective, "97.25")
    client, address = sign_in(officer), f"/{objective.organisation.slug}/objectives/"
    page = client.get(address).content.decode()
    assert all(words in page for words in ("97.25", "≥ 95 percent", "Reached"))
    assert objective.title in client.get(f"{address}?reached=yes").content.decode()
    assert objective.title not in client.get(f"{address}?reached=no").content.decode()


@pytest.mark.parametrize("values", [[], ["1"], ["1", "1"], ["-5", "0", "5"], ["0.001", "100000"]])
def test_every_chart_stays_in_its_picture(values: list[str]) -> None:
    points = [Point(date(2026, 1, 1) + timedelta(days=9 * n), Decimal(value)) for n, value in enumerate(values)]
    drawn = line_chart(points, target=Decimal("0.5"), label="A <chart>")
    assert drawn.count("<circle") == len(values)
    assert "A &lt;chart&gt;" in drawn
    assert "nan" not in drawn
