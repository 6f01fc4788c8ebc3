"""Mutants of history: each is caught, and said where it is. Made with the rights of a superuser of PostgreSQL."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from records.models import Record
from records.sealing.chain_rows import BLOCK
from records.sealing.checking import note, verify
from records.sealing.models import Root, SealedEvent, Verification
from records.sealing.roots import current_root
from records.sealing.sealer import seal
from tests.cast import make_supplier
from tests.records.sealing.altering import altered, chain_of, faults
from tests.traces import history_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(organisation: Any) -> Any:
    """Three roots: all of the cast, and twice some suppliers."""
    seal()
    for _round in range(2):
        for n in range(4):
            make_supplier(organisation, title=f"Supplier {n}")
        seal()
    assert faults(organisation) == []
    return organisation


def an_event(organisation: Any, sequence: int) -> SealedEvent:
    return SealedEvent.objects.select_related("table").get(chain=chain_of(organisation), sequence=sequence)


def named(event: SealedEvent) -> str:
    return f"event {event.event} of {event.table.name} (sequence {event.sequence})"


def test_an_edited_event_is_named(sealed: Any) -> None:
    event = an_event(sealed, root(sealed, 2).first)
    altered(f"UPDATE {event.table.name} SET pgh_label = 'update' WHERE pgh_id = %s", event.event)
    assert faults(sealed) == [f"{named(event)} was altered, or its place was, or what is known of its context"]


def test_one_character_of_one_value_is_enough(sealed: Any) -> None:
    last = history_of(Record).last()
    altered("UPDATE records_recordevent SET title = title || ' ' WHERE pgh_id = %s", last.pk)
    assert len(faults(sealed)) == 1
    altered("UPDATE records_recordevent SET title = rtrim(title) WHERE pgh_id = %s", last.pk)
    assert faults(sealed) == []
    altered("UPDATE records_recordevent SET pgh_created_at = pgh_created_at + '1 us' WHERE pgh_id = %s", last.pk)
    assert len(faults(sealed)) == 1


def test_an_edited_context_is_found_at_its_events(organisation: Any, officer: Any) -> None:
    import pghistory

    with pghistory.context(user=officer.pk):
        make_supplier(organisation)
    seal()
    assert altered("UPDATE pghistory_context SET metadata = '{\"user\": -1}' WHERE metadata->>'user' IS NOT NULL")
    assert len(faults(organisation)) == 2
    assert altered("DELETE FROM pghistory_context")
    assert len(faults(organisation)) == 2


def test_a_deleted_event_is_named(sealed: Any) -> None:
    event = an_event(sealed, 17)
    altered(f"DELETE FROM {event.table.name} WHERE pgh_id = %s", event.event)
    assert faults(sealed) == [f"{named(event)} is gone: it was deleted"]


def test_two_swapped_events_are_both_named(sealed: Any) -> None:
    one, two = history_of(Record).order_by("-pgh_id")[:2]
    altered(
        "UPDATE records_recordevent e SET title = o.title, reference = o.reference, pgh_obj_id = o.pgh_obj_id"
        " FROM records_recordevent o WHERE (e.pgh_id, o.pgh_id) IN ((%s, %s), (%s, %s))",
        *(one.pk, two.pk, two.pk, one.pk),
    )
    said = faults(sealed)
    assert len(said) == 2
    assert {int(re.match(r"event (\d+)", text)[1]) for text in said} == {one.pk, two.pk}  # type: ignore[index]


def test_two_events_that_changed_places_in_the_order_are_both_named(sealed: Any) -> None:
    chain, begin = chain_of(sealed), root(sealed, 2).first
    for old, new in ((begin, -1), (begin + 2, begin), (-1, begin + 2)):
        move = "UPDATE records_sealedevent SET sequence = %s WHERE chain_id = %s AND sequence = %s"
        altered(move, new, chain.pk, old)
    said = faults(sealed)
    assert [text for text in said if f"(sequence {begin})" in text]
    assert [text for text in said if f"(sequence {begin + 2})" in text]
    assert any("does not fit what is sealed under it" in text for text in said)


def test_a_truncated_tail_of_events_is_named_one_by_one(sealed: Any) -> None:
    ids = list(history_of(Record).order_by("-pgh_id").values_list("pk", flat=True)[:3])
    altered("DELETE FROM records_recordevent WHERE pgh_id = ANY(%s)", ids)
    assert len([text for text in faults(sealed) if "it was deleted" in text]) == 3


def test_a_tail_cut_off_with_its_sealed_rows_is_seen_by_its_root(sealed: Any) -> None:
    last = current_root(sealed)
    altered("DELETE FROM records_sealedevent WHERE chain_id = %s AND sequence > %s", chain_of(sealed).pk, last.last - 2)  # type: ignore[union-attr]
    said = faults(sealed)
    assert f"root {last.number} goes on to sequence {last.last}, but sealed rows end at {last.last - 2}" in said[0]  # type: ignore[union-attr]


def test_a_tail_cut_off_with_its_roots_leaves_its_events(sealed: Any) -> None:
    """They are under no root, although the sealer has settled them."""
    settle()
    last = current_root(sealed)
    cut_off(sealed, last)
    said = faults(sealed)
    assert len(said) == 8
    assert all("stands under no root" in text for text in said)


def test_a_tail_cut_off_altogether_is_seen_by_a_head_that_was_noted(sealed: Any) -> None:
    last = current_root(sealed)
    cut_off(sealed, last, events=True)
    assert faults(sealed) == []
    assert "no root has the head" in command("--head", last.head_hex)[1]  # type: ignore[union-attr]
    assert command("--head", current_root(sealed).head_hex)[0] == 0  # type: ignore[union-attr]


def test_an_earlier_check_has_noted_the_head_too(sealed: Any) -> None:
    note(verify(sealed))
    cut_off(sealed, current_root(sealed), events=True)
    assert "was here on" in faults(sealed)[0]


def test_an_event_put_in_where_a_number_was_free_is_named(sealed: Any) -> None:
    settle()
    altered("CREATE TEMP TABLE made AS SELECT * FROM records_recordevent ORDER BY pgh_id LIMIT 1")
    altered("UPDATE made SET pgh_id = -5, title = 'Never was'")
    altered("INSERT INTO records_recordevent SELECT * FROM made")
    owner = history_of(Record).get(pk=-5).organisation
    seal()
    assert "event -5 of records_recordevent stands under no root" in faults(owner)[0]


def test_an_event_put_in_with_a_new_number_and_an_old_date_is_named(sealed: Any) -> None:
    altered("CREATE TEMP TABLE made AS SELECT * FROM records_recordevent ORDER BY pgh_id DESC LIMIT 1")
    altered(
        "UPDATE made SET pgh_id = nextval(pg_get_serial_sequence('records_recordevent', 'pgh_id')),"
        " pgh_created_at = now() - interval '3 hours'"
    )
    altered("INSERT INTO records_recordevent SELECT * FROM made")
    assert "is not sealed: put in, or the sealer stands still" in faults(sealed)[0]
    seal()
    [said] = faults(sealed)
    assert "sealed it long after: it was put in" in said


@pytest.mark.parametrize("column", ["merkle", "head"])
def test_one_bit_of_a_root_is_named(sealed: Any, column: str) -> None:
    altered(f"UPDATE records_root SET {column} = set_bit({column}, 77, 1 - get_bit({column}, 77)) WHERE number = 2")
    said = faults(sealed)
    assert "root 2 was altered: its head does not follow from it and the root before it" in said
    assert all("root 2" in text for text in said)


@pytest.mark.parametrize("change", ["made_at = made_at - interval '1 day'", "last = last - 1", "first = first + 1"])
def test_what_else_a_root_says_is_under_its_head(sealed: Any, change: str) -> None:
    altered(f"UPDATE records_root SET {change} WHERE number = 2")
    assert any("root 2 was altered" in text for text in faults(sealed))


def test_a_root_that_is_gone_is_named(sealed: Any) -> None:
    altered("DELETE FROM records_root WHERE number = 2 AND chain_id = %s", chain_of(sealed).pk)
    assert "roots are missing: numbers 2 to 2" in faults(sealed)


def test_one_bit_of_a_sealed_row_is_told_apart_from_its_event(sealed: Any) -> None:
    event = an_event(sealed, 5)
    altered(
        "UPDATE records_sealedevent SET leaf = set_bit(leaf, 3, 1 - get_bit(leaf, 3))"
        " WHERE chain_id = %s AND sequence = 5",
        chain_of(sealed).pk,
    )
    assert faults(sealed) == [f"the sealed row of {named(event)} was altered; the event itself was not"]


def test_a_row_altered_with_its_event_is_seen_by_the_root(sealed: Any) -> None:
    event = an_event(sealed, 5)
    altered(f"UPDATE {event.table.name} SET pgh_label = 'x' WHERE pgh_id = %s", event.event)
    again(sealed, roots=False)
    assert faults(sealed) == [
        "root 1 does not fit what is sealed under it, sequences 1 to " + str(root(sealed, 1).last)
    ]


def test_a_missing_sealed_row_is_named(sealed: Any) -> None:
    altered("DELETE FROM records_sealedevent WHERE chain_id = %s AND sequence = 9", chain_of(sealed).pk)
    assert "sealed rows are missing: sequences 9 to 9" in faults(sealed)


def test_events_and_roots_rewritten_together_pass_here_but_not_against_a_head_from_outside(sealed: Any) -> None:
    """What no check within one database can find, and why the head is printed and mailed."""
    outside = current_root(sealed).head_hex  # type: ignore[union-attr]
    event = an_event(sealed, 5)
    altered(f"UPDATE {event.table.name} SET pgh_label = 'x' WHERE pgh_id = %s", event.event)
    again(sealed, roots=True)
    assert faults(sealed) == []
    assert command()[0] == 0
    code, said = command("--head", outside)
    assert code == 1
    assert f"FAULT: no root has the head {outside}: this is not the history of which it was noted" in said


def test_a_head_from_outside_proves_what_was_there_then(sealed: Any) -> None:
    early = root(sealed, 2)
    code, said = command("--head", early.head_hex.upper()[:32] + " " + early.head_hex[32:])
    assert code == 0
    assert f"head {early.head_hex} is that of root 2" in said
    assert f"everything up to sequence {early.last} is what was sealed then" in said


def test_a_column_that_is_gone_is_said_once(sealed: Any) -> None:
    connection.cursor().execute("ALTER TABLE systems_supplierevent DROP COLUMN service")
    text = "columns service of systems_supplierevent are gone: what was sealed with them cannot be read"
    assert faults(sealed) == [text]


def test_every_block_is_looked_into(sealed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("records.sealing.chain_rows.BLOCK", 7)
    assert BLOCK > 7
    assert faults(sealed) == []
    event = an_event(sealed, current_root(sealed).last)  # type: ignore[union-attr]
    altered(f"UPDATE {event.table.name} SET pgh_label = 'x' WHERE pgh_id = %s", event.event)
    assert len(faults(sealed)) == 1


def test_the_command_says_what_it_found_and_notes_it(sealed: Any) -> None:
    code, said = command("--organisation", sealed.slug)
    assert code == 0
    assert said.splitlines()[-1] == "OK"
    assert Verification.objects.get().faults == 0
    altered("UPDATE records_recordevent SET title = 'x' WHERE pgh_id = %s", history_of(Record).last().pk)
    code, said = command()
    assert code == 1
    assert f"FAULT {sealed.slug}: event " in said
    assert "NOT OK: 1 faults." in said
    assert Verification.objects.filter(faults=1).count() == 1
    with pytest.raises(CommandError, match="64 hexadecimal digits"):
        command("--head", "abc")
    with pytest.raises(CommandError, match="no organisation nowhere"):
        command("--organisation", "nowhere")


def command(*words: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify", *words, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def root(organisation: Any, number: int) -> Root:
    return Root.objects.get(chain__organisation=organisation, number=number)


def settle() -> None:
    """As after some rounds in which nothing happened: within one transaction, and beside those of other tests on the
    same server, the sealer cannot know that.
    """
    altered(
        """UPDATE records_progress p SET settled = greatest(settled, ceiling, coalesce(
            (SELECT max(s.event) FROM records_sealedevent s WHERE s.table_id = p.table_id), 0))"""
    )


def cut_off(organisation: Any, last: Any, *, events: bool = False) -> None:
    chain = chain_of(organisation)
    if events:
        for row in SealedEvent.objects.filter(chain=chain, sequence__gte=last.first).select_related("table"):
            altered(f"DELETE FROM {row.table.name} WHERE pgh_id = %s", row.event)
    altered("DELETE FROM records_sealedevent WHERE chain_id = %s AND sequence >= %s", chain.pk, last.first)
    altered("DELETE FROM records_root WHERE chain_id = %s AND number >= %s", chain.pk, last.number)


def again(organisation: Any, *, roots: bool) -> None:
    """Rewrites the sealed rows, and the roots with them, to fit the events as they are now."""
    from records.sealing.lines import snapshot
    from records.sealing.merkle import BEFORE_THE_FIRST, head_of, leaf_of, merkle_root
    from records.sealing.packed import sealed_lines

    chain = chain_of(organisation)
    with snapshot():
        leaves = {item.sequence: leaf_of(item.line.encode()) for item in sealed_lines(organisation)}
    for sequence, leaf in leaves.items():
        altered(
            "UPDATE records_sealedevent SET leaf = %s WHERE chain_id = %s AND sequence = %s", leaf, chain.pk, sequence
        )
    before = BEFORE_THE_FIRST
    for item in chain.roots.order_by("number") if roots else []:
        merkle = merkle_root([leaves[n] for n in range(item.first, item.last + 1)])
        before = head_of(
            before, merkle, number=item.number, first=item.first, last=item.last, made_at=item.made_at_text
        )
        altered("UPDATE records_root SET merkle = %s, head = %s WHERE id = %s", merkle, before, item.pk)
