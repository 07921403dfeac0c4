"""What many families of statements share: roles, options, and objects by name and arguments."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import A_Const, DefArg, DefElem, Float, RangeVar, RoleSpec, TypeName
from schemalint.syntax.tokens import FLOAT, INTEGER, QUOTED, STRING, SYMBOL, WORD

# --- Roles

_SPECIAL_ROLES = {
    "current_role": "ROLESPEC_CURRENT_ROLE",
    "current_user": "ROLESPEC_CURRENT_USER",
    "session_user": "ROLESPEC_SESSION_USER",
}


def role_spec(c: Cursor) -> RoleSpec:
    """RoleSpec."""
    start = c.start
    special = _SPECIAL_ROLES.get(c.match[c.at] or "")
    if special is not None:
        c.at += 1
        return RoleSpec(roletype=special, start=start, end=c.end)
    name = c.non_reserved_word()
    if name == "public":
        return RoleSpec(roletype="ROLESPEC_PUBLIC", start=start, end=c.end)
    if name == "none":
        raise ParseError('role name "none" is reserved', start, c.end, "42939")
    return RoleSpec(roletype="ROLESPEC_CSTRING", rolename=name, start=start, end=c.end)


def role_id(c: Cursor) -> str:
    """RoleId: a role that must be named."""
    role = role_spec(c)
    if role.rolename is not None:
        return role.rolename
    if role.roletype == "ROLESPEC_PUBLIC":
        raise ParseError('role name "public" is reserved', role.start, role.end, "42939")
    word = role.roletype.removeprefix("ROLESPEC_")
    raise ParseError(f"{word} cannot be used as a role name here", role.start, role.end, "42939")


def role_list(c: Cursor) -> tuple[RoleSpec, ...]:
    """role_list."""
    return c.list_of(role_spec)


# --- Constants outside expressions


def is_ident(c: Cursor, ahead: int = 0) -> bool:
    """IDENT: a name that is no keyword of any kind."""
    kind = c.kind(ahead)
    return kind == QUOTED or (kind == WORD and c.peek(ahead) not in c.keywords)


def is_numeric_only(c: Cursor) -> bool:
    """Whether NumericOnly is next."""
    return c.tokens.kind[c.at] in (INTEGER, FLOAT) or c.match[c.at] in ("+", "-")


def numeric_only(c: Cursor) -> int | Float:
    """NumericOnly."""
    start = c.start
    sign = c.take_any("+", "-")
    kind = c.tokens.kind[c.at]
    if kind == FLOAT:
        value = c.next_value()
        return Float(fval="-" + value if sign == "-" else value, start=start, end=c.end)
    value_int = c.integer()
    return -value_int if sign == "-" else value_int


def numeric_constant(c: Cursor) -> A_Const:
    """NumericOnly as a constant expression."""
    start = c.start
    value = numeric_only(c)
    if isinstance(value, Float):
        return A_Const(val=value.fval, kind="Float", start=start, end=c.end)
    return A_Const(val=value, kind="Integer", start=start, end=c.end)


def non_reserved_word_or_string(c: Cursor) -> str:
    """NonReservedWord_or_Sconst."""
    return c.next_value() if c.is_string() else c.non_reserved_word()


def is_boolean_or_string(c: Cursor) -> bool:
    """Whether opt_boolean_or_string is next."""
    kind = c.tokens.kind[c.at]
    if kind == WORD:
        word = c.match[c.at]
        return word not in c.reserved or word in ("true", "false", "on")
    return kind in (QUOTED, STRING)


def boolean_or_string(c: Cursor) -> str:
    """opt_boolean_or_string."""
    if c.match[c.at] in ("true", "false", "on"):
        return c.next_value()
    return non_reserved_word_or_string(c)


# --- Options


def def_arg(c: Cursor) -> DefArg:
    """def_arg: any simple identifier comes out as a type name."""
    from schemalint.syntax.expressions import qual_all_op
    from schemalint.syntax.typenames import func_type

    kind = c.tokens.kind[c.at]
    word = c.match[c.at]
    if kind == STRING:
        return c.next_value()
    if kind in _NUMBERS or (word in ("+", "-") and c.kind(1) in _NUMBERS):  # a sign alone is an operator
        return numeric_only(c)
    if kind == WORD and (word == "none" or word in c.reserved):
        return c.next_value()
    if (kind == SYMBOL and word not in _PUNCTUATION) or (word == "operator" and c.peek(1) == "("):
        return qual_all_op(c)
    return func_type(c)


_NUMBERS = (INTEGER, FLOAT)
_PUNCTUATION = frozenset("(),.;[]:") | {"::", ":=", ".."}


def def_elem(c: Cursor) -> DefElem:
    """def_elem."""
    start = c.start
    name = c.col_label()
    arg = def_arg(c) if c.take("=") else None
    return DefElem(defname=name, arg=arg, start=start, end=c.end)


def definition(c: Cursor) -> tuple[DefElem, ...]:
    """definition: `( name [= value], ... )`."""
    return c.paren_list(def_elem)


def opt_definition(c: Cursor) -> tuple[DefElem, ...]:
    """opt_definition: WITH and a definition, or nothing."""
    return definition(c) if c.take("with") else ()


def reloption(c: Cursor) -> DefElem:
    """reloption_elem: `[namespace.]name [= value]`."""
    start = c.start
    name, namespace = c.col_label(), None
    if c.take("."):
        namespace, name = name, c.col_label()
    arg = def_arg(c) if c.take("=") else None
    return DefElem(defname=name, arg=arg, defnamespace=namespace, start=start, end=c.end)


def reloptions(c: Cursor) -> tuple[DefElem, ...]:
    """reloptions: `( [namespace.]name [= value], ... )`."""
    return c.paren_list(reloption)


def opt_reloptions(c: Cursor) -> tuple[DefElem, ...]:
    """opt_reloptions: WITH and reloptions, or nothing."""
    return reloptions(c) if c.take("with") else ()


def generic_option(c: Cursor) -> DefElem:
    """generic_option_elem."""
    start = c.start
    name = c.col_label()
    return DefElem(defname=name, arg=c.string(), start=start, end=c.end)


def generic_options(c: Cursor) -> tuple[DefElem, ...]:
    """create_generic_options: `OPTIONS ( name 'value', ... )`, or nothing."""
    return c.paren_list(generic_option) if c.take("options") else ()


_OPTION_ACTIONS = {"set": "DEFELEM_SET", "add": "DEFELEM_ADD", "drop": "DEFELEM_DROP"}


def alter_generic_option(c: Cursor) -> DefElem:
    """alter_generic_option_elem."""
    start = c.start
    action = "DEFELEM_UNSPEC"
    word = c.match[c.at]
    if word in _OPTION_ACTIONS and c.is_col_label(1):
        action = _OPTION_ACTIONS[word]
        c.at += 1
    name = c.col_label()
    arg = None if action == "DEFELEM_DROP" else c.string()
    return DefElem(defname=name, arg=arg, defaction=action, start=start, end=c.end)


def alter_generic_options(c: Cursor) -> tuple[DefElem, ...]:
    """alter_generic_options."""
    c.expect("options")
    return c.paren_list(alter_generic_option)


def utility_option(c: Cursor) -> DefElem:
    """utility_option_elem."""
    start = c.start
    if c.take_any("analyze", "analyse"):
        name = "analyze"
    else:
        name = c.non_reserved_word()
    arg: DefArg = None
    if is_boolean_or_string(c):
        arg = boolean_or_string(c)
    elif is_numeric_only(c):
        arg = numeric_only(c)
    return DefElem(defname=name, arg=arg, start=start, end=c.end)


def utility_options(c: Cursor) -> tuple[DefElem, ...]:
    """`( utility_option_list )`."""
    return c.paren_list(utility_option)


# --- Names


def opt_or_replace(c: Cursor) -> bool:
    """opt_or_replace."""
    return c.take("or", "replace")


def any_name_list(c: Cursor) -> tuple[tuple[str, ...], ...]:
    """any_name_list."""
    return c.list_of(Cursor.any_name)


def func_name(c: Cursor) -> tuple[str, ...]:
    """func_name: also handler names and whatever else is called."""
    if c.peek(1) == ".":
        return c.any_name()
    if not c.is_type_function_name():
        raise c.error(1 if c.is_col_id() else 0)
    return (c.next_value(),)


def handler_name(c: Cursor) -> tuple[str, ...]:
    """handler_name."""
    return c.any_name()


def range_var_of(names: tuple[str, ...], start: int, end: int) -> RangeVar:
    """A relation from a qualified name that the grammar read as names (makeRangeVarFromAnyName)."""
    if len(names) > 3:
        dotted = ".".join(names)
        raise ParseError(f"improper qualified name (too many dotted names): {dotted}", start, end)
    catalog = names[0] if len(names) == 3 else None
    schema = names[-2] if len(names) > 1 else None
    return RangeVar(catalogname=catalog, schemaname=schema, relname=names[-1], inh=False, start=start, end=end)


def type_of_names(names: tuple[str, ...], start: int, end: int) -> TypeName:
    """A type from a qualified name (makeTypeNameFromNameList)."""
    return TypeName(names=names, start=start, end=end)


def string_constant(value: str, start: int, end: int) -> A_Const:
    """makeStringConst."""
    return A_Const(val=value, kind="String", start=start, end=end)
