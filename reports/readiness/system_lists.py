"""Tests of what AI systems are made of and of who supplies them (ISO 42001 A.4, A.6.2, A.7, A.8.2, A.10).

Each is out where the Statement of Applicability excludes its control.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clauses.models import Position
from systems.models import LIVE, AISystem, Dataset, Outcome, RecordKind, Responsibility, Result, Supplier, SystemRecord

from .lists import Listed, Seen


def live(seen: Seen) -> Any:
    """AI systems in use and in scope."""
    return seen.of(AISystem).in_scope().filter(stage__in=LIVE)


def lacking(kind: RecordKind) -> Callable[[Seen], Any]:
    """Systems in use without a life-cycle record of that kind for their version; of a test, without one passed."""
    kept = SystemRecord.objects.filter(system=OuterRef("pk"), record_kind=kind)
    kept = kept.filter(Q(system_version=OuterRef("system_version")) | Q(system_version=""))
    if kind == RecordKind.VERIFICATION:
        kept = kept.standing().exclude(outcome=Outcome.FAILED)
    return lambda seen: live(seen).filter(~Exists(kept))


def failed_tests(seen: Seen) -> Any:
    return seen.of(SystemRecord).failing().filter(system__in_scope=True, system__retired_on=None)


def unresourced(seen: Seen) -> Any:
    return live(seen).filter(datasets=None, resources=None)


def unshared(seen: Seen) -> Any:
    """Systems in use that rest on a supplier, without a line saying who does what."""
    return live(seen).filter(~Exists(Responsibility.objects.filter(system=OuterRef("pk"))), main_supplier__isnull=False)


def relied_on(seen: Seen) -> Any:
    """Suppliers on whom a system in use rests."""
    uses = AISystem.objects.in_scope().filter(stage__in=LIVE)
    main, further = uses.filter(main_supplier=OuterRef("pk")), uses.filter(suppliers=OuterRef("pk"))
    return seen.of(Supplier).filter(Exists(main) | Exists(further))


def unassessed(seen: Seen) -> Any:
    return relied_on(seen).filter(Q(assessed_on=None) | Q(result=Result.REJECTED))


def late_conditions(seen: Seen) -> Any:
    return seen.of(Supplier).filter(conditions_due_on__lt=seen.on).exclude(open_conditions="")


def applicable(number: str, rows: Callable[[Seen], Any]) -> Callable[[Seen], Any]:
    """The same, or nothing where the organisation excluded the control."""
    excluded = Position.objects.filter(organisation=OuterRef("organisation"), reference=number, applicable=False)
    return lambda seen: rows(seen).filter(~Exists(excluded))


def listed(code: str, number: str, title: Any, reason: Any, rows: Callable[[Seen], Any], **more: Any) -> Listed:
    return Listed(code, number, title, reason, applicable(number, rows), blocks=False, **more)


OF_VERSION = _("Nothing is on record for the version in use.")
SYSTEM_TESTS = (
    listed(
        *("systems-unresourced", "A.4.2", _("Systems in use without data or resources")),
        _("What they are made of is not on record."),
        unresourced,
    ),
    listed("tests-failed", "A.6.2.4", _("Tests that failed"), _("They were not done again since."), failed_tests),
    listed(
        *("systems-untested", "A.6.2.4", _("Systems in use without a test passed"), OF_VERSION),
        lacking(RecordKind.VERIFICATION),
    ),
    listed(
        *("systems-unmonitored", "A.6.2.6", _("Systems in use without a plan of monitoring"), OF_VERSION),
        lacking(RecordKind.MONITORING),
    ),
    listed(
        *("systems-undocumented", "A.6.2.7", _("Systems in use without technical documentation"), OF_VERSION),
        lacking(RecordKind.TECHNICAL),
    ),
    listed(
        *("systems-unlogged", "A.6.2.8", _("Systems in use without event logs"), OF_VERSION),
        lacking(RecordKind.EVENT_LOG),
    ),
    listed(
        *("data-failed", "A.7.4", _("Datasets that did not pass their check")),
        _("The newest check of quality or bias failed."),
        lambda seen: seen.of(Dataset).in_use().failing(),
    ),
    listed(
        *("data-unchecked", "A.7.4", _("Datasets not checked")),
        _("Nobody checked their quality, or their bias."),
        lambda seen: seen.of(Dataset).in_use().unchecked(),
    ),
    listed(
        *("systems-uninformed", "A.8.2", _("Systems in use without information for users"), OF_VERSION),
        lacking(RecordKind.USERS),
    ),
    listed(
        *("duties-unshared", "A.10.2", _("Systems of suppliers without shared duties")),
        _("Who does what between supplier, us and customer is not said."),
        unshared,
    ),
    listed(
        *("suppliers-unassessed", "A.10.3", _("Suppliers not assessed, or rejected")),
        _("A system in use rests on them."),
        unassessed,
    ),
    listed(
        *("conditions-late", "A.10.3", _("Conditions of suppliers overdue")),
        _("The day by which they were to be met has passed."),
        late_conditions,
        day="conditions_due_on",
    ),
)
