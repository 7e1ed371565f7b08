-- What one notice of a sale that nobody told of yet writes, in one transaction.
\set number random(0, 999)
BEGIN;
SELECT hold_day(false);
SELECT gen_random_uuid() AS notice, gen_random_uuid() AS payment, gen_random_uuid() AS entry, gen_random_uuid() AS said \gset
INSERT INTO notice (id, transmission_id, way, received_at, digest, outcome, event_id)
    VALUES (:notice, :notice, 'webhook', now(), decode(md5(:notice::text) || md5(:notice::text), 'hex'), 'kept',
            'WH-' || :notice::text)
    ON CONFLICT DO NOTHING;
INSERT INTO notice_body (notice_id, body) VALUES (:notice, convert_to(repeat('{"id":"WH-0000000000000001"}', 40), 'UTF8'));
INSERT INTO subscription (id, provider, reference)
    VALUES (gen_random_uuid(), 'paypal', 'I-BENCH' || lpad(:number::text, 5, '0')) ON CONFLICT DO NOTHING;
SELECT id AS subscription FROM subscription
    WHERE (provider, reference) = ('paypal', 'I-BENCH' || lpad(:number::text, 5, '0')) \gset
SELECT id AS gift FROM gift
    WHERE (provider, subscription_id) = ('paypal', 'I-BENCH' || lpad(:number::text, 5, '0')) \gset
INSERT INTO payment (id, version, provider, transaction_id, subscription, gift_id, purpose, currency, gross, fee, net,
                     happened_on, entry_id, reason, actor)
    VALUES (:payment, 1, 'paypal', 'S' || :payment::text, :subscription, :gift, 'education', 'USD', 3000, 117, 2883,
            '2006-11-01', :entry, 'received', 'paypal');
INSERT INTO entry (id, at, on_day, happened_on, kind, document_id, actor)
    VALUES (:entry, now(), '2006-11-01', '2006-11-01', 'gift', :payment, 'paypal');
INSERT INTO posting (entry_id, line, account, amount) VALUES (:entry, 0, 'paypal.USD', 2883),
    (:entry, 1, 'fees.education.USD', 117), (:entry, 2, 'income.education.USD', -3000);
INSERT INTO subscription_news (id, subscription) VALUES (gen_random_uuid(), :subscription);
UPDATE notice SET (event_type, outcome, transaction_id) = ('PAYMENT.SALE.COMPLETED', 'booked', 'S' || :payment::text)
    WHERE id = :notice;
INSERT INTO journal (said_at, message_id, contract, subject, correlation_id, traceparent, data)
    VALUES (now(), :said, 'donations.gift_received.v1', :payment, :said,
    '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
    '{"payment_id":"0192f0c0-0000-7000-8000-000000000000","version": 1,"gift_id":"0192f0c0-0000-7000-8000-000000000000","purpose":"education","counts":10000,"reason":"received","on":"2006-11-01"}');
INSERT INTO outbox (facts)
    VALUES (convert_to('[{"id":"0192f0c0-0000-7000-8000-000000000002","type":"donations.gift_received.v1","source":"donations","time":"2006-11-01T000000.000Z","subject":"0192f0c0-0000-7000-8000-000000000000","correlation_id":"0192f0c0-0000-7000-8000-000000000002","causation_id": null,"traceparent":"00-0123456789abcdef0123456789abcdef-0123456789abcdef-01","data":"{\"payment_id\":\"0192f0c0-0000-7000-8000-000000000000\",\"version\": 1,\"purpose\":\"education\",\"counts\":10000,\"reason\":\"received\",\"on\":\"2006-11-01\"}"}]', 'UTF8'));
COMMIT;
