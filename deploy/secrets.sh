#!/usr/bin/env bash
# `./relief secrets init`: a password for each user of docker compose's database and broker, and keys, in ./secrets.
# Bash alone; what is there already is kept.
set -euo pipefail
[ "${1:-}" = init ] && [ $# = 1 ] || { echo "Usage: ./relief secrets init" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The folder is closed. The files are open within it, because containers that are not root read them as mounted.
mkdir -p secrets
chmod 700 secrets
made=0
for name in postgres_password operator_broker_password intake_register_key \
  {intake,inventory,sponsorship,events,donations}_{database,broker}_password; do
  [ -s "secrets/$name" ] && continue
  head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"secrets/$name.new"
  chmod 444 "secrets/$name.new"
  mv "secrets/$name.new" "secrets/$name"
  made=$((made + 1))
done
echo "$made made, the others kept, in $PWD/secrets"
