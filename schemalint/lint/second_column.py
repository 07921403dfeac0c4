"""A column is exchanged for another one without a moment at which running code fails: steps in ready SQL."""

from __future__ import annotations

from schemalint.diagnostics import Step
from schemalint.simulator.describe import quote_identifier


def steps(
    table: str, old: str, new: str, old_type: str, new_type: str, *, rename_back: bool = False
) -> tuple[Step, ...]:
    """Add `new`, keep both equal, fill it, and drop `old` when no code asks for it any more; names are not quoted yet.

    With `rename_back` the new column takes the old one's name at the end, in the statement that drops it.
    """
    a, b = quote_identifier(old), quote_identifier(new)
    bare = table.rpartition(".")[2].strip('"')
    sync = quote_identifier(f"{bare}_{new}_sync"[:63])
    to_new, to_old = (f"::{new_type}", f"::{old_type}") if old_type != new_type else ("", "")
    trigger = (
        f"CREATE FUNCTION {sync}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n"
        f"    IF TG_OP = 'INSERT' THEN\n"
        f"        NEW.{b} := coalesce(NEW.{b}, NEW.{a}{to_new});\n"
        f"        NEW.{a} := coalesce(NEW.{a}, NEW.{b}{to_old});\n"
        f"    ELSIF NEW.{b} IS DISTINCT FROM OLD.{b} THEN\n"
        f"        NEW.{a} := NEW.{b}{to_old};\n"
        f"    ELSE\n"
        f"        NEW.{b} := NEW.{a}{to_new};\n"
        f"    END IF;\n"
        f"    RETURN NEW;\n"
        f"END $$;\n"
        f"CREATE TRIGGER {sync} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {sync}();"
    )
    drop = f"DROP TRIGGER {sync} ON {table};\nDROP FUNCTION {sync}();\nALTER TABLE {table} DROP COLUMN {a};"
    if rename_back:
        drop += f"\nALTER TABLE {table} RENAME COLUMN {b} TO {a};"
    return (
        Step(1, f"ALTER TABLE {table} ADD COLUMN {b} {new_type};", "costs nothing"),
        Step(1, trigger, "old and new code see the same value"),
        Step(1, f"UPDATE {table} SET {b} = {a}{to_new} WHERE {b} IS DISTINCT FROM {a}{to_new};", "in batches by key"),
        Step(
            2,
            drop if not rename_back else f"BEGIN;\n{drop}\nCOMMIT;",
            f"in one go, while no code depends on the type of {old}"
            if rename_back
            else f"once no code asks for {old} any more",
        ),
    )
