"""What the database lets nobody change any more once the report of an audit is issued, or the audit is cancelled."""

from __future__ import annotations

import pgtrigger

REPORT_STAYS = """
    IF OLD.state IN ('report_issued', 'cancelled') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'an audit that is over stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# Whoever writes while somebody issues the report waits for that here, and is then refused.
ONLY_WHILE_OPEN = """
    IF TG_OP <> 'INSERT' THEN
        SELECT state INTO stands FROM audits_audit WHERE record_ptr_id = OLD.{audit} FOR SHARE;
    END IF;
    IF COALESCE(stands, '') NOT IN ('report_issued', 'cancelled') AND TG_OP <> 'DELETE' THEN
        SELECT state INTO stands FROM audits_audit WHERE record_ptr_id = NEW.{audit} FOR SHARE;
    END IF;
    IF stands IN ('report_issued', 'cancelled') THEN
        RAISE EXCEPTION 'an audit that is over stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
"""
LINK_OF_ITEM_STAYS = """
    IF TG_OP = 'DELETE' THEN
        item := OLD.item_id;
    ELSE
        item := NEW.item_id;
    END IF;
    SELECT audit.state INTO stands FROM audits_audit audit
        JOIN audits_checklistitem line ON line.audit_id = audit.record_ptr_id WHERE line.id = item FOR SHARE OF audit;
    IF stands IN ('report_issued', 'cancelled') THEN
        RAISE EXCEPTION 'an audit that is over stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
"""
ISSUED_FINDING_STAYS = """
    IF OLD.issued_on IS NOT NULL AND (
        (NEW.found_in_id, NEW.grade, NEW.requirement_id, NEW.demands, NEW.observed, NEW.objective_evidence)
            IS DISTINCT FROM
        (OLD.found_in_id, OLD.grade, OLD.requirement_id, OLD.demands, OLD.observed, OLD.objective_evidence)
        OR (NEW.issued_on, NEW.raised_by_id, NEW.raised_on, NEW.repeats_id) IS DISTINCT FROM
        (OLD.issued_on, OLD.raised_by_id, OLD.raised_on, OLD.repeats_id)
    ) THEN
        RAISE EXCEPTION 'an issued finding stays as it was issued' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
LINK_OF_FINDING_STAYS = """
    IF TG_OP = 'DELETE' THEN
        named := OLD.finding_id;
    ELSE
        named := NEW.finding_id;
    END IF;
    SELECT issued_on INTO issued FROM audits_finding WHERE record_ptr_id = named FOR SHARE;
    IF issued IS NOT NULL THEN
        RAISE EXCEPTION 'an issued finding stays as it was issued' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
"""
# Annex A controls may be left out with a reason, clauses 4 to 10 may not.
CLAUSES_ALWAYS_APPLY = """
    IF NEW.conclusion = 'not_applicable' AND EXISTS (
        SELECT 1 FROM clauses_requirement WHERE id = NEW.requirement_id AND kind = 'clause'
    ) THEN
        RAISE EXCEPTION 'a clause always applies (ISO 42001 clauses 4-10)' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
ANY_WRITE = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def report_stays() -> pgtrigger.Trigger:
    """Nothing in an audit changes once it is over."""
    return pgtrigger.Trigger(name="report_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=REPORT_STAYS)


def only_while_open(audit: str = "audit_id", *, operation: pgtrigger.Operation = ANY_WRITE) -> pgtrigger.Trigger:
    """Nothing that belongs to an audit changes once it is over; `audit` is the column that names it."""
    return pgtrigger.Trigger(
        name="only_while_open",
        when=pgtrigger.Before,
        operation=operation,
        declare=[("stands", "TEXT")],
        func=ONLY_WHILE_OPEN.replace("{audit}", audit),
    )


def link_of_item_stays() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="only_while_open",
        when=pgtrigger.Before,
        operation=ANY_WRITE,
        declare=[("stands", "TEXT"), ("item", "BIGINT")],
        func=LINK_OF_ITEM_STAYS,
    )


def clauses_always_apply() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="clauses_always_apply",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=CLAUSES_ALWAYS_APPLY,
    )


def issued_finding_stays() -> pgtrigger.Trigger:
    """What the auditor wrote stays; what is answered and verified goes on."""
    return pgtrigger.Trigger(
        name="issued_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=ISSUED_FINDING_STAYS
    )


def link_of_finding_stays() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="issued_stays",
        when=pgtrigger.Before,
        operation=ANY_WRITE,
        declare=[("issued", "DATE"), ("named", "BIGINT")],
        func=LINK_OF_FINDING_STAYS,
    )
