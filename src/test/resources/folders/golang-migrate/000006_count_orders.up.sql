CREATE FUNCTION count_order() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  UPDATE customers SET orders = orders + 1 WHERE id = NEW.customer_id;
  RETURN NEW;
END;
$body$;

ALTER TABLE customers ADD COLUMN orders integer NOT NULL DEFAULT 0;
UPDATE customers SET orders = (SELECT count(*) FROM orders WHERE orders.customer_id = customers.id);
CREATE TRIGGER count_order AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION count_order();
