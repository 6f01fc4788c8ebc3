"""A small organisation as a file, and how to find what became of it."""

from __future__ import annotations

from typing import Any

from clauses.models import Position
from evidence.models import Evidence
from organisations.models import Organisation
from records.models import Record
from systems.models import AISystem, Supplier

SMALL = """\
organisation:
  name: Small Wood
  sites: [Cork]
people:
- {id: P01, name: Ann Bee, function: Owner, portal_role: compliance_officer}
- {id: P02, name: Bo Ek, portal_role: contributor}
suppliers:
- {id: SUP-03, name: Sawyer, service: Saws, criticality: low, owner: P02,
   assessed: 2026-04-01, result: approved with conditions, ai_systems: [AIS-07]}
ai_systems:
- {id: AIS-07, name: Sorter, purpose: Sorts boards, role: [user], eu_ai_act_role: none, risk_class: minimal,
   lifecycle_stage: operation_and_monitoring, oversight: A person looks, owner: P01, technical_owner: P02,
   go_live: 2026-02-01}
soa:
  approved_on: 2026-10-01
  default: {applicable: true, status: implemented, basis: [risk], justification: Needed}
  exceptions:
  - {control: A.5.5, applicable: true, status: not_started, basis: [legal, contract], justification: Planned}
  not_applicable:
  - {control: A.6.1.2, justification: We develop nothing}
gap_assessment:
  on: 2026-03-01
  results: {'4.1': met, 6.1.2: not_met}
evidence:
- {id: EV-09, title: Log, kind: log, ai_system: AIS-07, refs: [A.6.2.8, '9.1'], uploaded_by: P02,
   uploaded_on: 2026-11-02, file: log.txt, counts_as: {A.6.2.8: Sample logs}}
- {id: EV-10, title: Plan, kind: document, refs: ['6.2'], uploaded_by: P01, uploaded_on: 2026-11-02, file: plan.pdf}
- {id: EV-11, title: Page, kind: other, refs: [], uploaded_by: P01, uploaded_on: 2026-11-02, url: 'https://w.example/'}
"""


def of(organisation: Organisation, reference: str) -> Any:
    record = Record.objects.get(organisation=organisation, reference=reference)
    for model in (Supplier, AISystem, Evidence, Position):
        if record.kind == model.KIND:
            return model.objects.get(pk=record.pk)
    raise AssertionError(reference)
