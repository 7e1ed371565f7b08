#!/usr/bin/env bash
# A role and a database for each service, closed to the others; the server's own databases are closed to all of them.
# A service is whoever has a secret <service>_database_password here. Compose's database runs this at its first start; run again, it adds what is new.
set -euo pipefail
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --command 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'
for secret in "${RELIEF_SECRETS:-/run/secrets}"/*_database_password; do
  service=$(basename "$secret" _database_password)
  if [ ! -s "$secret" ]; then echo "The secret $secret is empty: remove it, then ./relief secrets init" >&2; exit 1; fi
  # psql reads the password itself: on its command line it would stand in the list of processes.
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="$service" --set file="$secret" <<'SQL'
\set password `cat :'file'`
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') AS is_new \gset
\if :is_new
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
\endif
SQL
done
