"""Names that may stand inside `[. .]`, `[= =]` and `[: :]`."""

from __future__ import annotations

# Collating elements (the table of regc_locale.c): the ASCII control codes, then ASCII punctuation and digits.
COLLATING_ELEMENTS: dict[str, int] = {
    name: code
    for code, names in {
        **dict(
            enumerate(
                "NUL|SOH|STX|ETX|EOT|ENQ|ACK|BEL alert|BS backspace|HT tab|LF newline|VT vertical-tab|FF form-feed|"
                "CR carriage-return|SO|SI|DLE|DC1|DC2|DC3|DC4|NAK|SYN|ETB|CAN|EM|SUB|ESC|IS4 FS|IS3 GS|IS2 RS|IS1 US|"
                "space|exclamation-mark|quotation-mark|number-sign|dollar-sign|percent-sign|ampersand|apostrophe|"
                "left-parenthesis|right-parenthesis|asterisk|plus-sign|comma|hyphen hyphen-minus|period full-stop|"
                "slash solidus|zero|one|two|three|four|five|six|seven|eight|nine|colon|semicolon|less-than-sign|"
                "equals-sign|greater-than-sign|question-mark|commercial-at".split("|")
            )
        ),
        0x5B: "left-square-bracket",
        0x5C: "backslash reverse-solidus",
        0x5D: "right-square-bracket",
        0x5E: "circumflex circumflex-accent",
        0x5F: "underscore low-line",
        0x60: "grave-accent",
        0x7B: "left-brace left-curly-bracket",
        0x7C: "vertical-line",
        0x7D: "right-brace right-curly-bracket",
        0x7E: "tilde",
        0x7F: "DEL",
    }.items()
    for name in names.split()
}

CHARACTER_CLASSES = frozenset(
    {
        "alnum",
        "alpha",
        "ascii",
        "blank",
        "cntrl",
        "digit",
        "graph",
        "lower",
        "print",
        "punct",
        "space",
        "upper",
        "xdigit",
        "word",
    }
)
