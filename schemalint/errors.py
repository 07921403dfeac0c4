"""What a user may see when the job could not be done; the command line prints it and exits with 2."""

from __future__ import annotations


class UserError(Exception):
    """A message for the user: bad configuration, unreadable file, no connection, broken rule file. Never holds credentials."""
