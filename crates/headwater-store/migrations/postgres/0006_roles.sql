-- What an API client may do: words separated by spaces. Clients from before keep what they could do: everything.
ALTER TABLE api_clients ADD COLUMN roles TEXT NOT NULL DEFAULT 'use read manage credentials';
