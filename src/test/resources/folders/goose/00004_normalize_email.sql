-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION normalize_email() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  -- one address, one spelling;
  NEW.email := lower(NEW.email);
  RETURN NEW;
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER normalize_email BEFORE INSERT OR UPDATE ON customers
  FOR EACH ROW EXECUTE FUNCTION normalize_email();
UPDATE customers SET email = email;

-- +goose Down
DROP TRIGGER normalize_email ON customers;
DROP FUNCTION normalize_email();
