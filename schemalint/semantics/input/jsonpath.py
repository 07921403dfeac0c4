"""jsonpath: the grammar of jsonpath_gram.y, by recursive descent over the scanner's tokens."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from schemalint.semantics.input.integers import read_integer
from schemalint.semantics.input.jsonpath_scan import Token, scan, syntax_error
from schemalint.semantics.input.numbers import read_numeric
from schemalint.semantics.input.result import (
    SYNTAX_ERROR,
    Reader,
    Refused,
    Request,
    Undecided,
    invalid_syntax,
    refuse,
)

_COMPARISONS: Final = frozenset(("==", "!=", "<", ">", "<=", ">="))
_SCALARS: Final = frozenset(("STRING", "null", "true", "false", "NUMERIC", "INT", "VARIABLE"))
_PLAIN_METHODS: Final = frozenset(
    "abs size type floor double ceiling keyvalue bigint boolean date integer number string".split()
)
_PRECISION_METHODS: Final = frozenset(("time", "time_tz", "timestamp", "timestamp_tz"))
_METHODS: Final = _PLAIN_METHODS | _PRECISION_METHODS | {"decimal", "datetime"}
_MAX_DEPTH: Final = 40  # the parser recurses some seven calls for each

Kind = Literal["expr", "predicate"]


class _Parser:
    def __init__(self, text: str, request: Request) -> None:
        self.tokens = scan(text, request.server_version)
        self.request = request
        self.token: Token = next(self.tokens)
        self.depth = 0
        self.filters = 0
        self.subscripts = 0
        # What the second pass (flattenJsonPathParseItem) finds first; the first pass must end well before.
        self.misplaced: Refused | None = None

    def advance(self) -> Token:
        token = self.token
        self.token = next(self.tokens)
        return token

    def unexpected(self) -> Refused:
        return syntax_error("syntax error", self.token.near)

    def expect(self, kind: str) -> Token:
        if self.token.kind != kind:
            raise self.unexpected()
        return self.advance()

    def misplace(self, message: str) -> None:
        self.misplaced = self.misplaced or refuse(SYNTAX_ERROR, message)

    def number(self, token: Token) -> None:
        read_numeric(token.value, self.request)

    def disjunction(self) -> Kind:
        """predicate || predicate, or any one expression or predicate."""
        kind = self.conjunction()
        while self.token.kind == "||":
            kind = self._join(kind, self.conjunction)
        return kind

    def conjunction(self) -> Kind:
        kind = self.comparison()
        while self.token.kind == "&&":
            kind = self._join(kind, self.comparison)
        return kind

    def _join(self, left: Kind, operand: Callable[[], Kind]) -> Kind:
        if left != "predicate":
            raise self.unexpected()
        self.advance()
        if operand() != "predicate":
            raise self.unexpected()
        return "predicate"

    def comparison(self) -> Kind:
        """An expression, alone or as the left side of a predicate; or a predicate that stands alone."""
        if self.token.kind == "!":
            self.advance()
            self.delimited_predicate()
            return "predicate"
        if self.token.kind == "exists":
            self.delimited_predicate()
            return "predicate"
        if self.arithmetic(may_be_predicate=True) == "predicate":
            return "predicate"
        if self.token.kind in _COMPARISONS:
            self.advance()
            self.arithmetic()
        elif self.token.kind == "starts":
            self.advance()
            self.expect("with")
            if self.token.kind not in ("STRING", "VARIABLE"):
                raise self.unexpected()
            self.advance()
        elif self.token.kind == "like_regex":
            self.advance()
            self.regex(self.expect("STRING").value)
        else:
            return "expr"
        return "predicate"

    def regex(self, pattern: str) -> None:
        """makeItemLikeRegex: the flags, then the pattern compiled with them."""
        flags = ""
        flagged = self.token.kind == "flag"
        if flagged:
            self.advance()
            if self.token.kind != "STRING":
                raise self.unexpected()
            flags = self.token.value
        for flag in flags:
            if flag not in "ismxq":
                detail = f'Unrecognized flag character "{flag}" in LIKE_REGEX predicate.'
                if self.request.server_version < 15:
                    detail = detail[0].lower() + detail[1:-1]
                raise refuse(SYNTAX_ERROR, "invalid input syntax for type jsonpath", detail=detail)
        if "x" in flags and "q" not in flags:
            message = 'XQuery "x" flag (expanded regular expressions) is not implemented'
            raise refuse("0A000", message)
        _compile(pattern, flags)
        if flagged:
            self.advance()

    def delimited_predicate(self) -> None:
        if self.token.kind == "exists":
            self.advance()
            self.expect("(")
            self.arithmetic()
            self.expect(")")
            return
        self.expect("(")
        if self.nested() != "predicate":
            raise self.unexpected()
        self.expect(")")

    def nested(self) -> Kind:
        """What stands in parentheses; very deep nesting is not followed."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise Undecided
        kind = self.disjunction()
        self.depth -= 1
        return kind

    def arithmetic(self, *, may_be_predicate: bool = False) -> Kind:
        """Operands joined by + - * / %; a predicate in parentheses may stand alone where one may stand."""
        kind = self.signed(may_be_predicate)
        while kind == "expr" and self.token.kind in ("+", "-", "*", "/", "%"):
            self.advance()
            self.signed(False)
        return kind

    def signed(self, may_be_predicate: bool) -> Kind:
        while self.token.kind in ("+", "-"):
            self.advance()
            may_be_predicate = False
        return self.primary(may_be_predicate)

    def primary(self, may_be_predicate: bool) -> Kind:
        token = self.token
        if token.kind == "(":
            return self.parenthesized(may_be_predicate)
        if token.kind == "@" and not self.filters:
            self.misplace("@ is not allowed in root expressions")
        elif token.kind == "last" and not self.subscripts:
            self.misplace("LAST is allowed only in array subscripts")
        elif token.kind not in ("$", "@", "last") and token.kind not in _SCALARS:
            raise self.unexpected()
        if token.kind in ("NUMERIC", "INT"):
            self.number(token)
        self.advance()
        self.accessors()
        return "expr"

    def parenthesized(self, may_be_predicate: bool) -> Kind:
        self.expect("(")
        kind = self.nested()
        self.expect(")")
        if self.accessors() or kind == "expr":
            return "expr"
        if not may_be_predicate:
            raise self.unexpected()
        if self.token.kind == "is":
            self.advance()
            self.expect("unknown")
        return "predicate"

    def accessors(self) -> bool:
        """Any number of accessors; whether there was one."""
        found = False
        while self.token.kind in (".", "[", "?"):
            found = True
            opening = self.advance().kind
            if opening == ".":
                self.member()
            elif opening == "[":
                self.subscript()
            else:
                self.filter()
        return found

    def filter(self) -> None:
        self.expect("(")
        self.filters += 1
        if self.nested() != "predicate":
            raise self.unexpected()
        self.filters -= 1
        self.expect(")")

    def subscript(self) -> None:
        if self.token.kind == "*":
            self.advance()
            self.expect("]")
            return
        self.subscripts += 1
        while True:
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise Undecided
            self.arithmetic()
            if self.token.kind == "to":
                self.advance()
                self.arithmetic()
            self.depth -= 1
            if self.token.kind != ",":
                break
            self.advance()
        self.subscripts -= 1
        self.expect("]")

    def member(self) -> None:
        """What may follow a point: *, a key, ** with its levels, or a method."""
        kind = self.token.kind
        if kind == "**":
            self.advance()
            self.levels()
        elif kind == "*" or kind in ("IDENT", "STRING"):
            self.advance()
        elif kind in _METHODS:
            self.advance()
            if self.token.kind == "(":
                self.advance()
                self.arguments(kind)
                self.expect(")")
        elif kind.isidentifier() and kind.islower():
            self.advance()  # every other keyword is a key too
        else:
            raise self.unexpected()

    def levels(self) -> None:
        if self.token.kind != "{":
            return
        self.advance()
        self.level()
        if self.token.kind == "to":
            self.advance()
            self.level()
        self.expect("}")

    def level(self) -> None:
        if self.token.kind not in ("INT", "last"):
            raise self.unexpected()
        if self.token.kind == "INT":
            read_integer(self.token.value, 32, "integer", self.request)
        self.advance()

    def arguments(self, method: str) -> None:
        if method == "datetime" and self.token.kind == "STRING":
            self.advance()
        elif method in _PRECISION_METHODS and self.token.kind == "INT":
            self.number(self.advance())
        elif method == "decimal" and self.token.kind != ")":
            self.decimal_arguments()

    def decimal_arguments(self) -> None:
        count = 0
        while True:
            if self.token.kind in ("+", "-"):
                self.advance()
            self.number(self.expect("INT"))
            count += 1
            if self.token.kind != ",":
                break
            self.advance()
        if self.token.kind == ")" and count > 2:
            detail = ".decimal() can only have an optional precision[,scale]."
            raise refuse(SYNTAX_ERROR, "invalid input syntax for type jsonpath", detail=detail)


def _compile(pattern: str, flags: str) -> None:
    """jspConvertRegexFlags and RE_compile_and_cache."""
    from schemalint.semantics.regex import check_regex

    if "q" in flags:
        options = "q"
    else:
        options = {(False, False): "p", (False, True): "n", (True, False): "s", (True, True): "w"}[
            "s" in flags, "m" in flags
        ]
    error = check_regex(pattern, options + ("i" if "i" in flags else ""))
    if error is not None:
        raise refuse(error.sqlstate, error.message, hint=error.hint or "")


def _jsonpath_in(text: str, request: Request) -> None:
    """jsonPathFromCstring."""
    parser = _Parser(text, request)
    if parser.token.kind == "END":
        raise invalid_syntax("jsonpath", text)
    if parser.token.kind in ("strict", "lax"):
        parser.advance()
    parser.disjunction()
    if parser.token.kind != "END":
        raise parser.unexpected()
    if parser.misplaced:
        raise parser.misplaced


READERS: Final[Mapping[str, Reader]] = {"jsonpath": _jsonpath_in}
