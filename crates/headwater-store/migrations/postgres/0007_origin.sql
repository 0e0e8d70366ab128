-- The public origin that the operator named. What was only served so far stays in `place`.
ALTER TABLE deployment ADD COLUMN origin TEXT COLLATE "C";
