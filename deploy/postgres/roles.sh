#!/usr/bin/env bash
# On the first start of compose's database: a role and a database for each service, closed to the others. A service is
# whoever has a secret <service>_database_password here.
set -euo pipefail
for secret in "${RELIEF_SECRETS:-/run/secrets}"/*_database_password; do
  service=$(basename "$secret" _database_password)
  password=$(<"$secret")
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="$service" --set password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
