"""YAML as we accept it from people."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_orch.yaml_text import YamlError, YamlFileError, dump_yaml, load_yaml, load_yaml_file

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghij")
)


def test_an_alias_repeats_what_its_anchor_names() -> None:
    document = load_yaml("base: &base {rows: 3, where: [a]}\nfirst: *base\nsecond: *base\n")
    assert document.value["first"] == document.value["second"] == {"rows": 3, "where": ["a"]}
    assert document.value["first"] is not document.value["second"]
    assert document.line("second") == 3


def test_scalars_are_read_as_json_would() -> None:
    text = "a: no\nb: 010\nc: [1, 2.5, 1e3, .5, true, ~]\nd: 2020-01-01\ne:\nf: [., e5, -, 1.2.3]"
    assert load_yaml(text).value == {
        "a": "no",
        "b": "010",
        "c": [1, 2.5, 1000.0, 0.5, True, None],
        "d": "2020-01-01",
        "e": None,
        "f": [".", "e5", "-", "1.2.3"],
    }


def test_places_are_remembered() -> None:
    document = load_yaml("solids:\n  load:\n    config: {rows: x}\n")
    assert document.line("solids", "load", "config") == 3
    assert document.nearest_place(("solids", "load", "nothing", "deeper")) == (2, 3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: 2\na: 3", "line 3, column 1: the key 'a' stands here for the second time, first in line 1"),
        ("a: &x [*x]", "nested deeper than 64 through aliases"),
        (BOMB, "more than 10000 values through aliases"),
        ("a: *x", "line 1, column 4"),
        ("a: [1", "line 1"),
        ("\ta: 1", "line 1, column 1"),
        (
            "a: !!python/object/apply:os.system [x]",
            "the tag tag:yaml.org,2002:python/object/apply:os.system is not accepted",
        ),
        ("a: 1e999", "too large"),
        ("[" * 1200, "nested deeper than 64"),
        ("[" + "1," * 100_001 + "]", "more than 100000 values"),
        ("a: b".encode("utf-16"), "the text is in UTF-16, expected UTF-8: save it"),
        ("a: b".encode("utf-32"), "the text is in UTF-32, expected UTF-8: save it"),
        ("a: b".encode("utf-16-le"), "not text in UTF-8: it is binary, or in another encoding such as UTF-16"),
        (b"\x7fELF\x02\x01\x01\x00\xff", "it is binary"),
        ("a: 1\nb: é".encode("latin-1"), "line 2, column 4: the byte 0xe9 is not UTF-8"),
        ("a: 1\nb: \x07", "line 2, column 4: the character U+0007 can not stand in YAML"),
        ("x" * (1024 * 1024 + 1), "at most"),
        ("n: " + "9" * 10_000, "line 1, column 4: the number has 10000 digits, at most 4300 are read"),
        ("? " + "9" * 5_000, "line 1, column 3: the number has 5000 digits"),
    ],
)
def test_what_is_not_accepted_is_refused_with_its_place(text: str | bytes, sentence: str) -> None:
    with pytest.raises(YamlError) as refused:
        load_yaml(text)
    assert sentence in str(refused.value)


def test_a_file_is_told_once_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    said = {
        b"a: [": f"{path}:1:5: ",
        "a: b".encode("utf-16"): f"{path}: the text is in UTF-16",
        b"#" * (1024 * 1024 + 5): f"{path}: the file has 1048581 bytes, at most 1048576 are read",
    }
    for content, sentence in said.items():
        path.write_bytes(content)
        with pytest.raises(YamlFileError) as refused:
            load_yaml_file(path)
        assert refused.value.message.startswith(sentence)
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert (load_yaml_file(path).value, load_yaml_file(path).text) == ({"a": 1}, "a: 1")


_plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc 01:#-", min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_plain)
def test_what_is_written_is_read_back(value: object) -> None:
    assert load_yaml(dump_yaml(value)).value == value
