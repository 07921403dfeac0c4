"""Tells whether PostgreSQL will accept a migration, whether it will hurt, and what to write instead."""

__version__ = "0.1.0"
