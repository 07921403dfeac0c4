"""PostgreSQL's regular expressions, LIKE and SIMILAR TO patterns: what the server refuses, and what a pattern can match.

Follows src/backend/regex and src/backend/utils/adt/{regexp,like_match}.c of PostgreSQL 15 to 18.
"""

from __future__ import annotations

from schemalint.semantics.regex.facts import RegexFacts, analyze_regex, check_regex
from schemalint.semantics.regex.like import check_like
from schemalint.semantics.regex.refusals import RegexError
from schemalint.semantics.regex.similar import check_similar

__all__ = ["RegexError", "RegexFacts", "analyze_regex", "check_like", "check_regex", "check_similar"]
