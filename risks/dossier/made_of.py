"""What a system is made of and what is kept of its life, for its dossier (ISO 42001 A.4, A.6.2, A.7, A.8.2, A.10.2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from risks.changes.another_look import with_organisation
from risks.dossier.parts import Asked, Line, Part
from systems.models import CLAUSES, AIRole, RecordKind, SystemRecord
from systems.models.data import seen_of
from systems.registers.life_cycle import TONES

# So many datasets and resources are listed; the others are on the page of the system.
LISTED = 50
# Whoever makes a system keeps how it was designed; whoever gives it to users says what they must know.
MAKERS = {AIRole.PRODUCER, AIRole.PROVIDER}


def data_part(asked: Asked) -> Part:
    """Datasets in use that feed the system, with their newest checks."""
    found = with_organisation(asked.system, seen_of(asked.system, asked.user))
    lines = tuple(dataset_line(one) for one in found[:LISTED])
    gaps = asked.gap(_("No dataset on record"), if_missing=found)
    gaps += tuple(gap for one in found for gap in dataset_gaps(one))
    return Part("data", _("Data"), "A.4.3, A.7", lines, gaps, total=len(found))


def dataset_line(dataset: Any) -> Line:
    state, tone = _("Checked"), "good"
    if dataset.quality is False or dataset.bias is False:
        state, tone = _("A check not passed"), "bad"
    elif dataset.quality is None or dataset.bias is None:
        state, tone = _("Not checked"), "warn"
    return Line(
        dataset.reference,
        dataset.title,
        dataset.get_absolute_url(),
        state=state,
        tone=tone,
        note=dataset.purpose_words,
        day=dataset.next_check_on,
    )


def dataset_gaps(dataset: Any) -> list[str]:
    asked = ((dataset.quality, _("quality")), (dataset.bias, _("bias")))
    words = {True: "", False: _("%(data)s: check of %(what)s not passed"), None: _("%(data)s: %(what)s not checked")}
    return [words[state] % {"data": dataset.reference, "what": what} for state, what in asked if words[state]]


def resources_part(asked: Asked) -> Part:
    seen = asked.system.resources.visible_to(asked.user).in_use().order_by("reference")
    found = with_organisation(asked.system, seen.select_related("supplied_by"))
    lines = tuple(
        Line(
            one.reference,
            one.title,
            one.get_absolute_url(),
            state=str(one.get_resource_kind_display()),
            note=", ".join(filter(None, [one.resource_version, one.licence, one.location])),
            day=one.review_on,
        )
        for one in found[:LISTED]
    )
    gaps = asked.gap(_("No model, tool or computing on record"), if_missing=found)
    return Part("resources", _("Resources"), "A.4.2", lines, gaps, total=len(found))


def life_cycle_part(asked: Asked) -> Part:
    """Records of the system's life in the order of the standard, and the kinds of which there is none."""
    found = with_organisation(asked.system, asked.of_system(SystemRecord).order_by("-done_on", "-pk"))
    failing = set(SystemRecord.objects.failing().filter(system=asked.system).values_list("pk", flat=True))
    order = list(RecordKind)
    found.sort(key=lambda one: order.index(RecordKind(one.record_kind)))
    repeated = {one.repeats_id for one in found}
    lines = tuple(record_line(one, one.pk in repeated) for one in found[:LISTED])
    failed = tuple(
        _("%(record)s failed and was not done again") % {"record": one.reference} for one in found if one.pk in failing
    )
    return Part(
        "life-cycle",
        _("Life-cycle records"),
        "A.6.2, A.8.2, A.10.4",
        lines,
        (*missing(asked, found), *failed),
        total=len(found),
    )


def record_line(record: Any, is_repeated: bool) -> Line:
    version = _("version %(version)s") % {"version": record.system_version} if record.system_version else ""
    kind = str(record.get_record_kind_display())
    return Line(
        record.reference,
        record.title,
        record.get_absolute_url(),
        state=str(record.get_outcome_display() or kind),
        tone=TONES[record.outcome] if record.outcome and not is_repeated else "none",
        note=", ".join(filter(None, [kind if record.outcome else "", version, _("done again") if is_repeated else ""])),
        day=record.done_on,
    )


def missing(asked: Asked, found: list[Any]) -> tuple[str, ...]:
    """Kinds of record that a system in use cannot be without; before that, nothing is missing yet."""
    system = asked.system
    if not system.has_gone_live or system.is_retired:
        return ()
    there = {
        one.record_kind
        for one in found
        if one.record_kind != RecordKind.VERIFICATION or one.system_version == system.system_version
    }
    makes = MAKERS & {AIRole(role) for role in system.roles}
    wanted = [RecordKind.VERIFICATION, RecordKind.MONITORING, RecordKind.EVENT_LOG, RecordKind.USERS]
    wanted = [RecordKind.REQUIREMENTS, *([RecordKind.DESIGN] if makes else []), *wanted]
    return tuple(
        gap for kind in wanted for gap in asked.gap(gap_of(kind, system.system_version), if_missing=kind in there)
    )


def gap_of(kind: RecordKind, version: str) -> str:
    if kind == RecordKind.VERIFICATION and version:
        return _("No verification record of version %(version)s (A.6.2.4)") % {"version": version}
    named = {"kind": str(kind.label), "clause": CLAUSES[kind]}
    return _("Not on record: %(kind)s (%(clause)s)") % named


def duties_part(asked: Asked) -> Part:
    """Who does what: supplier, we, customer."""
    rows = list(asked.system.responsibilities.select_related("supplier"))
    facts = tuple((one.duty, shared_out(one)) for one in rows)
    rests_on_others = asked.system.main_supplier_id is not None
    gaps = asked.gap(_("Not shared out who does what"), if_missing=rows or not rests_on_others)
    return Part("duties", _("Responsibilities"), "A.10.2", facts=facts, gaps=gaps)


def shared_out(row: Any) -> str:
    parts = (
        (_("Supplier"), row.get_supplier_part_display()),
        (_("We"), row.get_our_part_display()),
        (_("Customer"), row.get_customer_part_display()),
    )
    return "; ".join(f"{party}: {str(part).lower()}" for party, part in parts if part)
