"""Keywords of every major, asked of real servers."""

from __future__ import annotations

import pytest
from servers import Server

from schemalint.syntax.keywords import NOT_BARE_LABEL, words


@pytest.mark.server
def test_words(server: Server) -> None:
    with server.connect() as connection:
        rows = connection.execute("select word, catcode, barelabel from pg_get_keywords()").fetchall()
    category = {word: code for word, code, _ in rows}
    ours = words(server.major)
    assert ours.keywords == set(category)
    assert ours.reserved == {word for word, code in category.items() if code == "R"}
    assert ours.not_col_id == {word for word, code in category.items() if code in "RT"}
    assert ours.not_type_function_name == {word for word, code in category.items() if code in "RC"}
    assert {word for word, _, bare in rows if not bare} == NOT_BARE_LABEL
