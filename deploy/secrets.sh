#!/usr/bin/env bash
# `./relief secrets init`: a password for each user of docker compose's database and broker, and keys, in ./secrets.
# It needs bash alone, and keeps what is there already.
set -euo pipefail
[ "${1:-}" = init ] && [ $# = 1 ] || { echo "Usage: ./relief secrets init" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."

services=(intake inventory sponsorship events donations)
# A secret of one service alone: the service's name before the secret's, so intake reads this one as relief_register_key.
keys=(intake_register_key donations_notice_key)
passwords=(postgres_password operator_broker_password)
for service in "${services[@]}"; do passwords+=("${service}_database_password" "${service}_broker_password"); done

# The folder is closed. The files are open within it, because containers that are not root read them as mounted.
mkdir -p secrets
chmod 700 secrets
made=0
for name in "${passwords[@]}" "${keys[@]}"; do
  [ -s "secrets/$name" ] && continue
  head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"secrets/$name.new"
  chmod 444 "secrets/$name.new"
  mv "secrets/$name.new" "secrets/$name"
  made=$((made + 1))
done
echo "$made made, the others kept, in $PWD/secrets"
