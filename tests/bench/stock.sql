-- Fills one organisation with systems and evidence; `pick` is a dice that falls the same way each time.
CREATE FUNCTION pg_temp.pick(number int, turn int, among text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT among[1 + abs(hashint4(number * 64 + turn)) %% cardinality(among)]
$$;
CREATE FUNCTION pg_temp.phrase(number int, words int, among text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(pg_temp.pick(number, turn, among), ' ') FROM generate_series(1, words) turn
$$;

WITH added AS (
    INSERT INTO records_record
        (organisation_id, kind, reference, title, owner_id, review_on, version, created_at, changed_at)
    SELECT %(organisation)s, 'ai-system', 'AIS-' || lpad(number::text, greatest(2, length(number::text)), '0'),
        initcap(pg_temp.phrase(number, 2, %(words)s)) || ' system',
        CASE WHEN number %% 100 = 7 THEN %(mine)s
            ELSE (%(owners)s)[1 + number %% cardinality(%(owners)s)] END,
        %(today)s::date - 5 + abs(hashint4(number)) %% 700, 1, now(), now()
    FROM generate_series(1, %(systems)s) number
    RETURNING id, split_part(reference, '-', 2)::int AS number
)
INSERT INTO systems_aisystem
    (record_ptr_id, purpose, roles, act_role, risk_class, class_reason, stage, system_version, model, data_categories,
    personal_data, users, affected, oversight, autonomy, supplier_keys, in_scope, scope_reason, retired_because)
SELECT id, pg_temp.phrase(number, 12, %(words)s), ARRAY[pg_temp.pick(number, 1, %(roles)s)],
    pg_temp.pick(number, 2, %(act_roles)s), pg_temp.pick(number, 3, %(classes)s), 'As assessed', 'inception', '', '',
    '', false, '', '', 'A person decides', '', '', number %% 10 <> 0, 'In use', ''
FROM added;

-- Half of the evidence runs out; a hundredth of that has, as nobody renews everything in turn.
WITH added AS (
    INSERT INTO records_record (organisation_id, kind, reference, title, owner_id, version, created_at, changed_at)
    SELECT %(organisation)s, 'evidence', 'EV-' || lpad(number::text, greatest(2, length(number::text)), '0'),
        initcap(pg_temp.phrase(number, 3, %(words)s)) || ' report',
        CASE WHEN number %% 100 = 7 THEN %(mine)s
            ELSE (%(owners)s)[1 + number %% cardinality(%(owners)s)] END,
        1, now(), now()
    FROM generate_series(1, %(evidence)s) number
    RETURNING id, split_part(reference, '-', 2)::int AS number
)
INSERT INTO evidence_evidence (record_ptr_id, evidence_kind, description, received_on, valid_until)
SELECT id, pg_temp.pick(number, 1, %(kinds)s), pg_temp.phrase(number, 15, %(words)s),
    %(today)s::date - abs(hashint4(number + 1)) %% 300,
    CASE WHEN number %% 2 = 0 THEN %(today)s::date - 10 + abs(hashint4(number)) %% 1000 END
FROM added;

-- Otherwise the database takes the tables for empty and joins row by row.
ANALYZE records_record, evidence_evidence, systems_aisystem;

INSERT INTO evidence_evidenceversion
    (evidence_id, number, key, filename, content_type, size, sha256, url, note, added_at)
SELECT id, 1, organisation_id || '/' || encode(sha256(reference::bytea), 'hex'),
    lower(replace(title, ' ', '-')) || '.pdf', 'application/pdf', 9000, encode(sha256(reference::bytea), 'hex'), '',
    '', now()
FROM records_record WHERE organisation_id = %(organisation)s AND kind = 'evidence';

-- Every item proves one system, and ten prove each requirement: a page shows as much in a small organisation.
INSERT INTO evidence_proof (evidence_id, record_id, added_at)
SELECT item.id, system.id, now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM records_record
    WHERE organisation_id = %(organisation)s AND kind = 'evidence') item
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM records_record
    WHERE organisation_id = %(organisation)s AND kind = 'ai-system') system
ON system.place = 1 + item.place %% %(systems)s;

INSERT INTO evidence_proof (evidence_id, record_id, added_at)
SELECT item.id, position.id, now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM records_record
    WHERE organisation_id = %(organisation)s AND kind = 'position') position
CROSS JOIN generate_series(1, 10) turn
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM records_record
    WHERE organisation_id = %(organisation)s AND kind = 'evidence') item
ON item.place = 1 + (position.place * 10 + turn) %% %(evidence)s
ON CONFLICT DO NOTHING;

INSERT INTO records_searchentry (record_id, words)
SELECT record.id, setweight(records_lexemes(concat_ws(' ', record.reference, record.title)), 'A')
    || setweight(records_lexemes(coalesce(item.description, system.purpose)), 'B')
FROM records_record record
LEFT JOIN evidence_evidence item ON item.record_ptr_id = record.id
LEFT JOIN systems_aisystem system ON system.record_ptr_id = record.id
WHERE record.organisation_id = %(organisation)s AND record.kind IN ('evidence', 'ai-system')
ON CONFLICT DO NOTHING;

DROP FUNCTION pg_temp.phrase;
DROP FUNCTION pg_temp.pick;
