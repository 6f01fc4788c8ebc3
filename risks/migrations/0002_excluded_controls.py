"""A control that treats an open risk cannot be excluded, whatever path writes it (ISO 42001 6.1.3).

The rule joins two floors, so its triggers stand here, on the upper one. Exclusion locks the control's row in
`records_record`, and whoever makes a control necessary shares that lock: of two at the same time the later one sees
what the earlier one did.
"""

from django.db import migrations

FORWARDS = """
CREATE OR REPLACE FUNCTION risks_refuse_exclusion() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    treated text;
BEGIN
    PERFORM 1 FROM records_record WHERE id = NEW.record_ptr_id FOR NO KEY UPDATE;
    SELECT string_agg(DISTINCT record.reference, ', ' ORDER BY record.reference) INTO treated
    FROM risks_treatmentcontrol link
    JOIN risks_treatment treatment ON treatment.record_ptr_id = link.treatment_id
    JOIN risks_risk risk ON risk.record_ptr_id = treatment.treats_id
    JOIN records_record record ON record.id = risk.record_ptr_id
    WHERE link.control_id = NEW.record_ptr_id AND risk.closed_on IS NULL AND treatment.status <> 'dropped';
    IF treated IS NOT NULL THEN
        RAISE EXCEPTION 'a control that treats an open risk cannot be excluded: it treats %', treated
            USING ERRCODE = 'check_violation', CONSTRAINT = 'treats_an_open_risk', DETAIL = treated;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION risks_refuse_excluded(treatments bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    excluded text;
BEGIN
    PERFORM 1 FROM records_record
    WHERE id IN (SELECT control_id FROM risks_treatmentcontrol WHERE treatment_id = ANY(treatments))
    ORDER BY id FOR SHARE;
    SELECT string_agg(DISTINCT control.reference, ', ' ORDER BY control.reference) INTO excluded
    FROM risks_treatmentcontrol link
    JOIN clauses_position position ON position.record_ptr_id = link.control_id
    JOIN records_record control ON control.id = link.control_id
    JOIN risks_treatment treatment ON treatment.record_ptr_id = link.treatment_id
    JOIN risks_risk risk ON risk.record_ptr_id = treatment.treats_id
    WHERE link.treatment_id = ANY(treatments) AND position.applicable IS FALSE
        AND risk.closed_on IS NULL AND treatment.status <> 'dropped';
    IF excluded IS NOT NULL THEN
        RAISE EXCEPTION 'an excluded control cannot treat an open risk: % is excluded', excluded
            USING ERRCODE = 'check_violation', CONSTRAINT = 'excluded_controls_treat_nothing', DETAIL = excluded;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION risks_link_is_included() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM risks_refuse_excluded(ARRAY[NEW.treatment_id]);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION risks_treatment_is_included() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM risks_refuse_excluded(ARRAY[NEW.record_ptr_id]);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION risks_reopened_is_included() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM risks_refuse_excluded(ARRAY(SELECT record_ptr_id FROM risks_treatment WHERE treats_id = NEW.record_ptr_id));
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER risks_treats_an_open_risk BEFORE UPDATE OF applicable ON clauses_position
    FOR EACH ROW WHEN (NEW.applicable IS FALSE AND OLD.applicable IS DISTINCT FROM FALSE)
    EXECUTE FUNCTION risks_refuse_exclusion();
CREATE OR REPLACE TRIGGER risks_control_is_included AFTER INSERT OR UPDATE ON risks_treatmentcontrol
    FOR EACH ROW EXECUTE FUNCTION risks_link_is_included();
CREATE OR REPLACE TRIGGER risks_controls_are_included AFTER UPDATE OF status, treats_id ON risks_treatment
    FOR EACH ROW WHEN ((NEW.status, NEW.treats_id) IS DISTINCT FROM (OLD.status, OLD.treats_id))
    EXECUTE FUNCTION risks_treatment_is_included();
CREATE OR REPLACE TRIGGER risks_reopened_controls_are_included AFTER UPDATE OF closed_on ON risks_risk
    FOR EACH ROW WHEN (NEW.closed_on IS NULL AND OLD.closed_on IS NOT NULL)
    EXECUTE FUNCTION risks_reopened_is_included();
"""
BACKWARDS = """
DROP TRIGGER IF EXISTS risks_treats_an_open_risk ON clauses_position;
DROP TRIGGER IF EXISTS risks_control_is_included ON risks_treatmentcontrol;
DROP TRIGGER IF EXISTS risks_controls_are_included ON risks_treatment;
DROP TRIGGER IF EXISTS risks_reopened_controls_are_included ON risks_risk;
DROP FUNCTION IF EXISTS risks_refuse_exclusion, risks_link_is_included, risks_treatment_is_included,
    risks_reopened_is_included, risks_refuse_excluded;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("risks", "0001_initial"),
        ("clauses", "0003_history_kept"),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
