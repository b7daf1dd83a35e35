"""The tables of docs/cost.md are what its model prints, and the model reckons right."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docs.cost_model import (
    LARGE,
    MIXES,
    NOT_MODIFIED,
    SMALL,
    UNITS,
    Bytes,
    Cell,
    Count,
    Mix,
    Table,
    Weights,
    compressed_size,
    in_units,
    tables,
    upstream_calls,
    weights_of,
)

from .pages import DOCS

PAGE = DOCS / "cost.md"

# Each part is a power of ten, so that a sum tells what it is made of.
BY_HAND = Weights(
    entry=1,
    loader=10,
    manifest=100,
    core=1_000,
    own=10_000,
    wasm=100_000,
    snapshot=1_000_000,
    packages=10_000_000,
    late=100_000_000,
    late_is_due=False,
    by_address=7,
    calls=2,
)

WHOLE = Mix("whole", new=1, further=0, later=0, republished=0, released=0, unseen=0)

# Of a unit of the second digit: half of it is the rounding's own. The rest lets a size that lies between two roundings
# change by some bytes from commit to commit.
TOLERANCE = 0.6


@pytest.fixture(scope="module")
def printed() -> list[Table]:
    return tables()


def shown() -> list[list[list[str]]]:
    """The page's tables, without the rule below the head."""
    found: list[list[list[str]]] = []
    inside = False
    for line in PAGE.read_text("utf-8").splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        if not inside:
            found.append([])
        inside = True
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not all(re.fullmatch(":?-+:?", cell) for cell in cells):
            found[-1].append(cells)
    return found


def differs(shown: str, cell: Cell) -> bool:
    """Whether what the page shows is further from the model's than rounding takes it."""
    if isinstance(cell, str):
        return shown != cell
    number, unit = shown.split(" ") if isinstance(cell, Bytes) else (shown.replace(",", ""), "B")
    value = float(number) * UNITS[unit]
    if value == 0 or cell.value == 0:
        return value != cell.value
    second_digit = 10.0 ** (len(str(int(value))) - 2)
    return abs(value - cell.value) > TOLERANCE * second_digit


def test_the_page_shows_what_the_model_prints(printed: list[Table]) -> None:
    by_head = {tuple(table[0]): table[1:] for table in shown()}
    for table in printed:
        rows = by_head.get(tuple(table.head))
        assert rows is not None, f"the page lacks this table:\n{table}"
        titles = [row[0] for row in rows]
        assert titles == [str(row[0]) for row in table.rows], f"it prints:\n{table}"
        wrong = [
            f"{row[0]}: {there} instead of {cell}"
            for row, cells in zip(rows, table.rows, strict=True)
            for there, cell in zip(row, cells, strict=True)
            if differs(there, cell)
        ]
        assert not wrong, f"{wrong}; it prints:\n{table}"


@pytest.mark.parametrize(
    ("shown", "cell", "expected"),
    [
        ("7.6 MB", Bytes(7_615_635), False),
        ("7.6 MB", Bytes(7_655_000), False),
        ("7.6 MB", Bytes(7_670_000), True),
        ("390 kB", Bytes(391_968), False),
        ("390 kB", Bytes(397_000), True),
        ("390 kB", Bytes(391_968_000), True),
        ("0 B", Bytes(0), False),
        ("0 B", Bytes(1), True),
        ("880,000", Count(876_000), False),
        ("880,000", Count(870_000), True),
        ("when needed", "when needed", False),
        ("when needed", "with the page", True),
    ],
)
def test_a_figure_is_held_to_its_rounding(shown: str, cell: Cell, expected: bool) -> None:
    assert differs(shown, cell) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (918, "920 B"),
        (996, "1.0 kB"),
        (5_040, "5.0 kB"),
        (119_779, "120 kB"),
        (999_999, "1.0 MB"),
        (7_615_635, "7.6 MB"),
        (4.3e12, "4.3 TB"),
    ],
)
def test_sizes_have_two_digits(value: float, text: str) -> None:
    assert in_units(value) == text


def test_each_page_load_is_the_sum_of_what_it_fetches() -> None:
    assert BY_HAND.unstarted == 11
    assert BY_HAND.addressed == 11_111
    assert BY_HAND.until_ready == 11_111_111
    assert BY_HAND.first_visit == 111_111_111
    assert BY_HAND.asked == 7 * NOT_MODIFIED
    assert BY_HAND.released == 1_011_111
    assert BY_HAND.beside_another == 10_010_111


def test_a_late_library_that_is_due_comes_before_the_widget_is_ready_and_once() -> None:
    due = replace(BY_HAND, late_is_due=True)
    assert due.until_ready == due.first_visit == 111_111_111


def test_a_mix_weighs_its_page_loads() -> None:
    assert WHOLE.bytes_for(BY_HAND) == 111_111_111 * 1_000_000
    assert replace(WHOLE, unseen=1).bytes_for(BY_HAND, visits=1) == 11
    half = replace(WHOLE, new=0.5, further=0.5, unseen=0.5)
    expected = 0.25 * 111_111_111 + 0.25 * 11 + 0.5 * 7 * NOT_MODIFIED
    assert half.bytes_for(BY_HAND, visits=1) == pytest.approx(expected)
    known = replace(WHOLE, new=0, later=0.25, republished=0.25, released=0.5)
    assert known.bytes_for(BY_HAND, visits=1) == pytest.approx(0.5 * 11_111 + 0.5 * 1_011_111)


def test_each_start_makes_the_prefetched_calls() -> None:
    assert WHOLE.calls_for(BY_HAND) == 2_000_000
    # Whoever goes on to another page has the widget there, as before.
    half = replace(WHOLE, new=0.5, further=0.5, unseen=0.5)
    assert half.calls_for(BY_HAND, visits=100) == pytest.approx(150)


def test_a_service_hears_of_no_more_calls_than_its_answers_expire() -> None:
    assert upstream_calls(1_000_000, 600) == 4_320
    assert upstream_calls(100, 600) == 100
    assert upstream_calls(1_000_000, 0) == 1_000_000


@pytest.mark.parametrize("wrong", [{"new": 0.9}, {"new": 1.5, "later": -0.5}, {"unseen": 1.1}])
def test_shares_that_are_none_of_a_whole_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="shares of 'whole'"):
        replace(WHOLE, **wrong)


def test_a_directory_is_taken_apart_by_its_manifest(tmp_path: Path) -> None:
    (tmp_path / "loader").mkdir()
    (tmp_path / "assets").mkdir()
    sizes = {
        "index.html": 1,
        "loader/loader.js": 10,
        "main.py": 100,
        "main.pyc": 200,
        "style.css": 400,
    }
    sizes |= {"thumbnail.png": 5_000, "assets/late.py": 5_000, "core.mjs": 1_000, "late.bin": 2_000}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(b"x" * size)
    (tmp_path / "bundle.json").write_text(
        '{"files": [{"path": "core.mjs", "part": "core"}, {"path": "late.bin", "part": "late", "due": true}'
        ', {"path": "main.py"}, {"path": "main.pyc"}, {"path": "style.css"}, {"path": "thumbnail.png"}'
        ', {"path": "assets/late.py"}]}'
    )
    found = weights_of(tmp_path, calls=3)
    assert (found.entry, found.loader, found.core, found.own, found.late) == (
        1,
        10,
        1_000,
        700,
        2_000,
    )
    assert (found.wasm, found.snapshot, found.packages) == (0, 0, 0)
    assert found.late_is_due
    # The entry, the loader, bundle.json, the core, and three of its own.
    assert (found.by_address, found.calls) == (7, 3)


def test_only_text_is_compressed(tmp_path: Path) -> None:
    text, binary = tmp_path / "loader.js", tmp_path / "wasm.bin"
    text.write_bytes(b"x" * 10_000)
    binary.write_bytes(b"x" * 10_000)
    assert compressed_size(text) < 100
    assert compressed_size(binary) == 10_000


def test_the_tables_are_of_both_examples_and_all_mixes(printed: list[Table]) -> None:
    parts, loads, mixes, million = printed
    assert SMALL in parts.head
    assert LARGE in loads.head
    assert list(mixes.head[1:]) == list(million.head[1:]) == [mix.name for mix in MIXES]
