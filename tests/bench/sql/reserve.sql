-- What a hundred reservations write, in one transaction.
BEGIN;
SELECT hold_day(false);
SELECT on_hand, reserved FROM shelf WHERE item = 'kit' FOR UPDATE;
WITH taken AS MATERIALIZED (
    SELECT gen_random_uuid() AS message, gen_random_uuid() AS household, gen_random_uuid() AS said, n
    FROM generate_series(1, 100) n
), claimed AS (
    INSERT INTO inbox (message_id, contract, digest)
    SELECT message, 'intake.household_registered.v1', decode(md5(message::text), 'hex') FROM taken
    ON CONFLICT DO NOTHING
), households AS (
    INSERT INTO household (id, code, version, region, registered_on, active, needs, members, people)
    SELECT household, 'LF-06-' || n, 1, 'north', '2006-11-01', true, '{kit}',
           jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'size', 'M')), 1 FROM taken
    ON CONFLICT DO NOTHING
), reservations AS (
    INSERT INTO reservation (id, household_id, kind, requested_item, item, depot, region, wanted, reserved, rank,
                             registered_on, reason)
    SELECT gen_random_uuid(), household, 'kit', 'kit', 'kit', 'depot', 'north', 1, 1, 9, '2006-11-01', 'set_aside'
    FROM taken
), movements AS (
    INSERT INTO movement (id, at, on_day, depot, item, kind, actor, reserved, household_id, reason)
    SELECT gen_random_uuid(), now(), '2006-11-01', 'depot', 'kit', 'reserved', 'bench', 1, household, 'set_aside'
    FROM taken
), told AS (
    INSERT INTO journal (said_at, message_id, contract, subject, correlation_id, causation_id, traceparent, data)
    SELECT now(), said, 'inventory.supplies_reserved.v1', household, message, message,
           '00-' || md5(said::text) || '-' || left(md5(message::text), 16) || '-01',
           json_build_object('household_id', household, 'on', '2006-11-01', 'lines', json_build_array(json_build_object(
               'item', 'kit', 'quantity', 1, 'unit', 'piece', 'depot', 'depot', 'reason', json_build_object('code', 'set_aside'))))
    FROM taken RETURNING message_id, subject, data
)
INSERT INTO outbox (facts)
SELECT convert_to(json_agg(json_build_object('id', message_id, 'type', 'inventory.supplies_reserved.v1',
    'source', 'inventory', 'time', now(), 'subject', subject, 'correlation_id', message_id, 'causation_id', message_id,
    'traceparent', md5(message_id::text), 'data', data))::text, 'UTF8')
FROM told;
UPDATE shelf SET reserved = reserved + 100 WHERE item = 'kit';
INSERT INTO total (item, kind, wanted, reserved) VALUES ('kit', 'kit', 100, 100)
ON CONFLICT (item, kind) DO UPDATE SET wanted = total.wanted + 100, reserved = total.reserved + 100;
COMMIT;
