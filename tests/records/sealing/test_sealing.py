"""Committed events get a gapless order for each organisation, under roots that chain up."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any

import pghistory
import pytest
from django.db import connection

from records.sealing import lines
from records.sealing.merkle import head_of, leaf_of, levels_of, merkle_root, path_in, root_by
from records.sealing.models import Chain, Progress, Root, SealedEvent
from records.sealing.packed import sealed_lines
from records.sealing.roots import as_json, current_root, roots_of
from records.sealing.sealer import seal
from systems.models import Responsibility
from tests.cast import make_ai_system, make_supplier
from tests.traces import written


@pytest.mark.parametrize("size", range(1, 20))
def test_every_leaf_is_proved_by_its_path(size: int) -> None:
    leaves = [leaf_of(b"%d" % n) for n in range(size)]
    levels = levels_of(leaves)
    for place, leaf in enumerate(leaves):
        assert root_by(leaf, path_in(levels, place)) == merkle_root(leaves)
        assert root_by(leaf_of(b"another"), path_in(levels, place)) != merkle_root(leaves)


def test_the_tree_is_that_of_rfc_6962() -> None:
    def hashed(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        k = 1 << ((len(leaves) - 1).bit_length() - 1)
        return hashlib.sha256(b"\x01" + hashed(leaves[:k]) + hashed(leaves[k:])).digest()

    for size in range(1, 40):
        leaves = [leaf_of(b"%d" % n) for n in range(size)]
        assert merkle_root(leaves) == hashed(leaves)


@pytest.mark.django_db
def test_every_event_is_sealed_once_and_in_the_chain_of_its_organisation(
    organisation: Any, other_organisation: Any
) -> None:
    total = sum(written().values())
    assert total > 250
    assert seal(size=100) == total
    assert seal() == 0
    assert SealedEvent.objects.count() == total
    for chain in Chain.objects.all():
        places = SealedEvent.objects.filter(chain=chain).order_by("sequence")
        assert list(places.values_list("sequence", flat=True)) == list(range(1, places.count() + 1))
    # The catalogue of other frameworks belongs to the installation.
    owners = {chain.organisation_id for chain in Chain.objects.all()}
    assert owners == {organisation.pk, other_organisation.pk, None}


@pytest.mark.django_db
def test_what_belongs_to_nobody_is_sealed_too(organisation: Any) -> None:
    """A link whose record never had a history, say: it stands in the chain of the installation."""
    seal()
    before = SealedEvent.objects.filter(chain__organisation=None).count()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO evidence_proofevent"
            " (pgh_label, pgh_created_at, pgh_obj_id, id, evidence_id, record_id, added_at)"
            " VALUES ('insert', now(), 1, 1, 2000000000, 2000000000, now())"
        )
    seal()
    assert SealedEvent.objects.filter(chain__organisation=None).count() == before + 1
    assert current_root(None).last == before + 1  # type: ignore[union-attr]


@pytest.mark.django_db
def test_whatever_link_is_filled_says_whose_an_event_is(organisation: Any) -> None:
    """A duty that nobody supplies hangs on a system alone."""
    seal()
    before = SealedEvent.objects.filter(chain__organisation=None).count()
    Responsibility.objects.create(system=make_ai_system(organisation), duty="Tell people", stage="design")
    seal()
    assert SealedEvent.objects.filter(chain__organisation=None).count() == before
    assert any(item.line.find("systems_responsibilityevent") > 0 for item in sealed_lines(organisation))


@pytest.mark.django_db
def test_the_line_of_an_event_is_canonical_and_says_all_of_it(organisation: Any, officer: Any) -> None:
    title = "A “supplier”\t\\ with \x01, \u2028 and\nlines & 😀"
    with pghistory.context(user=officer.pk, url="/ü/"):
        supplier = make_supplier(organisation, title=title)
    seal()
    found = [json.loads(item.line) for item in sealed_lines(organisation, [supplier.pk])]
    assert [item["table"] for item in found] == sorted(item["table"] for item in found)
    record = next(item for item in found if item["table"] == "records_recordevent")
    assert record["values"]["title"] == title
    assert record["values"]["version"] == "1"
    assert record["values"]["review_on"] is None
    assert record["metadata"] == {"user": officer.pk, "url": "/ü/"}
    assert record["object"] == str(supplier.pk)
    assert record["label"] == "insert"
    moment = supplier.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    assert len(record["at"]) == len(moment)
    for item in sealed_lines(organisation):
        said = json.loads(item.line)
        again = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert again == item.line
        assert said["sequence"] == item.sequence


@pytest.mark.django_db
def test_lines_do_not_depend_on_how_a_session_writes_dates_and_fractions(organisation: Any) -> None:
    make_supplier(organisation, review_on=organisation.today())
    seal()
    before = [item.line for item in sealed_lines(organisation)]
    with connection.cursor() as cursor:
        for name, value in {
            "TimeZone": "Asia/Kolkata",
            "DateStyle": "SQL, DMY",
            "extra_float_digits": "-5",
            "bytea_output": "escape",
            "IntervalStyle": "sql_standard",
        }.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
    lines.known.cache_clear()
    try:
        assert [item.line for item in sealed_lines(organisation)] == before
    finally:
        connection.cursor().execute("RESET ALL")


@pytest.mark.django_db
def test_every_line_leads_to_its_root_and_the_roots_to_the_head(organisation: Any) -> None:
    seal(size=200)
    for n in range(7):
        make_supplier(organisation, title=f"Later {n}")
    seal()
    roots = {root.number: root for root in roots_of(organisation)}
    assert len(roots) > 2
    head = bytes(32)
    for root in roots.values():
        said = as_json(root)
        facts = {name: said[name] for name in ("number", "first", "last", "made_at")}
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        head = hashlib.sha256(b"\x02" + head + bytes.fromhex(said["merkle"]) + text.encode()).digest()  # type: ignore[arg-type]
        assert head == head_of(bytes(32), root.merkle, **facts) if root.number == 1 else True
        assert said["head"] == head.hex()
    assert current_root(organisation).head_hex == head.hex()  # type: ignore[union-attr]
    for item in sealed_lines(organisation):
        root = roots[item.root]
        assert root.first <= item.sequence <= root.last
        assert root_by(leaf_of(item.line.encode()), item.path) == bytes(root.merkle)


@pytest.mark.django_db
def test_of_some_records_only_their_events_are_told(organisation: Any) -> None:
    one, two = make_supplier(organisation), make_supplier(organisation)
    seal()
    found = [json.loads(item.line) for item in sealed_lines(organisation, [one.pk])]
    assert {item["object"] for item in found} == {str(one.pk)}
    assert {item["table"] for item in found} == {"records_recordevent", "systems_supplierevent"}
    both = [json.loads(item.line)["object"] for item in sealed_lines(organisation, [two.pk, one.pk])]
    assert len(both) == 2 * len(found)


@pytest.mark.django_db
def test_nothing_new_costs_two_questions(organisation: Any, django_assert_num_queries: Any) -> None:
    seal()
    Progress.objects.update(settled=2**31)
    with django_assert_num_queries(7):  # the transaction and the lock, the settings, how high, how far, and no more
        assert seal() == 0


@pytest.mark.django_db
def test_events_sealed_before_a_table_got_a_column_keep_their_line(organisation: Any) -> None:
    supplier = make_supplier(organisation)
    seal()
    before = [item.line for item in sealed_lines(organisation)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE systems_supplierevent ADD COLUMN colour text DEFAULT 'red'")
    supplier.service = "Another"
    supplier.save()
    seal()
    after = [item.line for item in sealed_lines(organisation)]
    assert after[: len(before)] == before
    assert any('"colour":"red"' in line for line in after[len(before) :])
    assert not any('"colour"' in line for line in before)
    assert Root.objects.filter(chain__organisation=organisation).count() == 2
