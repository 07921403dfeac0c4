"""PL/pgSQL bodies: their text to a tree."""
