-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION customer_total(customer bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $total$
DECLARE
  cents bigint;
BEGIN
  SELECT coalesce(sum(total_cents), 0) INTO cents FROM orders WHERE customer_id = customer;
  RETURN cents;
END;
$total$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION customer_total(bigint);
