-- What registering one household of one member writes, in one transaction.
\set key random(1, 9000000000000000000)
BEGIN;
SELECT hold_day(false);
INSERT INTO answer (actor, key, digest) VALUES ('bench', 'POST ' || :key, decode(md5(:key::text) || md5(:key::text), 'hex')) ON CONFLICT DO NOTHING;
SELECT next_codes('code_2006', 1) AS number \gset
SELECT gen_random_uuid() AS household, gen_random_uuid() AS member, gen_random_uuid() AS said \gset
INSERT INTO household (id, code, region, arrived_on, registered_at, registered_on, needs, priorities, status, version)
    VALUES (:household, 'LF-06-' || :number, 'north', '2006-11-01', now(), '2006-11-01', '{kit}', '{}', 'registered', 1);
INSERT INTO member (id, household_id, sex, size, relation, languages, age_band, joined_on)
    VALUES (:member, :household, 'unknown', 'M', 'other', '{}', 'adult', '2006-11-01');
INSERT INTO identity (member_id, given, family, birth_date, estimated)
    VALUES (:member, 'Example', 'Example', '1970-05-17', false);
INSERT INTO timeline (id, household_id, at, "on", contract, actor, summary, data)
    VALUES (gen_random_uuid(), :household, now(), '2006-11-01', 'intake.household_registered.v1', 'bench', 'Registered: 1 person.', '{}');
INSERT INTO journal (said_at, message_id, contract, subject, correlation_id, traceparent, data)
    VALUES (now(), :said, 'intake.household_registered.v1', :household, :said, '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
    '{"household_id":"0192f0c0-0000-7000-8000-000000000000","version": 1,"code":"LF-06-0001","region":"north","registered_on":"2006-11-01","on":"2006-11-01","members":[{"member_id":"0192f0c0-0000-7000-8000-000000000001","age_band":"adult","size":"M"}],"needs":["kit"],"rank":9}');
INSERT INTO outbox (facts)
    VALUES (convert_to('[{"id":"0192f0c0-0000-7000-8000-000000000002","type":"intake.household_registered.v1","source":"intake","time":"2006-11-01T000000.000Z","subject":"0192f0c0-0000-7000-8000-000000000000","correlation_id":"0192f0c0-0000-7000-8000-000000000002","causation_id": null,"traceparent":"00-0123456789abcdef0123456789abcdef-0123456789abcdef-01","data":"{\"household_id\":\"0192f0c0-0000-7000-8000-000000000000\",\"version\": 1,\"code\":\"LF-06-0001\",\"region\":\"north\",\"registered_on\":\"2006-11-01\",\"on\":\"2006-11-01\",\"members\":[{\"member_id\":\"0192f0c0-0000-7000-8000-000000000001\",\"age_band\":\"adult\",\"size\":\"M\"}],\"needs\":[\"kit\"],\"rank\":9}"}]', 'UTF8'));
UPDATE answer SET body = '{"household_id":"0192f0c0-0000-7000-8000-000000000000","code":"LF-06-0001"}' WHERE actor = 'bench' AND key = 'POST ' || :key;
COMMIT;
