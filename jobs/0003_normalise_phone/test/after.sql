-- Each statement must return true.
SELECT array_agg(coalesce(phone_e164, '-') || ' ' || coalesce(phone_status, '-') ORDER BY id) = ARRAY[
    '+4930123456 ok',
    '+16502530000 ok',
    '+41446681800 ok',
    '+41446681800 ok',
    '+16502530000 ok',
    '- invalid',
    '- invalid',
    '- invalid',
    '- invalid',
    '- invalid',
    '- none']
FROM customers
WHERE id <= 11;

SELECT count(*) = 4000
FROM customers
WHERE id >= 1000
    AND phone_e164 = '+1650253' || id
    AND phone_status = 'ok';

SELECT indisvalid FROM pg_index WHERE indexrelid = 'customers_phone_e164'::regclass;
