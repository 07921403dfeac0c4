"""The runners that are known."""

from __future__ import annotations

RUNNERS = (
    "supabase",
    "flyway",
    "liquibase",
    "dbmate",
    "goose",
    "sql-migrate",
    "tern",
    "drizzle",
    "prisma",
    "atlas",
    "sqlx",
    "diesel",
    "hasura",
    "node-pg-migrate",
    "sqitch",
    "pop",
    "golang-migrate",
    "alembic",
    "django",
    "rails",
    "plain",
)
"""In the order in which they are asked, where what speaks for them is equal."""
