"""Names that may stand inside `[. .]`, `[= =]` and `[: :]`."""

from __future__ import annotations

# Collating elements (the table of regc_locale.c), by the code of the first name of each line.
_NAMES = {
    0x00: "NUL|SOH|STX|ETX|EOT|ENQ|ACK|BEL alert|BS backspace|HT tab|LF newline|VT vertical-tab|FF form-feed",
    0x0D: "CR carriage-return|SO|SI|DLE|DC1|DC2|DC3|DC4|NAK|SYN|ETB|CAN|EM|SUB|ESC|IS4 FS|IS3 GS|IS2 RS|IS1 US",
    0x20: "space|exclamation-mark|quotation-mark|number-sign|dollar-sign|percent-sign|ampersand|apostrophe",
    0x28: "left-parenthesis|right-parenthesis|asterisk|plus-sign|comma|hyphen hyphen-minus|period full-stop",
    0x2F: "slash solidus|zero|one|two|three|four|five|six|seven|eight|nine|colon|semicolon|less-than-sign",
    0x3D: "equals-sign|greater-than-sign|question-mark|commercial-at",
    0x5B: "left-square-bracket|backslash reverse-solidus|right-square-bracket|circumflex circumflex-accent",
    0x5F: "underscore low-line|grave-accent",
    0x7B: "left-brace left-curly-bracket|vertical-line|right-brace right-curly-bracket|tilde|DEL",
}
COLLATING_ELEMENTS = {
    name: code
    for first, line in _NAMES.items()
    for code, names in enumerate(line.split("|"), first)
    for name in names.split()
}

CHARACTER_CLASSES = frozenset(
    ("alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word")
) | {"xdigit"}
