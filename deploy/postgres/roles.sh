#!/usr/bin/env bash
# On the first start of compose's database: a role and a database for each service, closed to the others.
set -euo pipefail
for service in intake inventory sponsorship events donations; do
  password=$(<"/run/secrets/${service}_database_password")
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="$service" --set password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
