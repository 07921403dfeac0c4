"""Settings kept for new sessions (pg_db_role_setting.c, guc_funcs.c)."""

from __future__ import annotations

from schemalint.simulator.guc import check_stored_value, find_option
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import VariableSetStmt

At = tuple[int, int] | None


def alter_setting(session: Session, config: tuple[str, ...], stmt: VariableSetStmt, at: At = None) -> tuple[str, ...]:
    """The `name=value` texts after SET or RESET (AlterSetting; update_proconfig_value for functions)."""
    from schemalint.simulator.settings import setting_text

    if stmt.kind == "VAR_RESET_ALL":
        return ()
    if not config and stmt.kind not in ("VAR_SET_VALUE", "VAR_SET_CURRENT"):
        return ()
    name = stmt.name or ""
    value = setting_text(session, stmt, at) if stmt.kind in ("VAR_SET_VALUE", "VAR_SET_CURRENT") else None
    setting = find_option(session, name, at)
    key = name if setting is None else setting.name
    check_stored_value(session, setting, value, at)
    kept = tuple(entry for entry in config if entry.partition("=")[0].lower() != key.lower())
    return kept if value is None else (*kept, f"{key}={value}")
