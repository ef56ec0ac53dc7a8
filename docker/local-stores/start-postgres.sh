#!/bin/sh
# What the official image does at its first start: a cluster, a user, a database, and a password that is asked for.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?must be set}"
  file="$(mktemp)"
  printf '%s' "$POSTGRES_PASSWORD" > "$file"
  initdb --username="${POSTGRES_USER:-postgres}" --pwfile="$file" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 > /dev/null
  rm "$file"
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  if [ "${POSTGRES_DB:-postgres}" != postgres ]; then
    echo "create database \"$POSTGRES_DB\"" | postgres --single -j postgres > /dev/null
  fi
fi
case "${1:-}" in -*) set -- postgres "$@" ;; esac
exec "$@" -c listen_addresses='*'
