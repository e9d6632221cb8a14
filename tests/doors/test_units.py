"""Units of one sort become one, and only those that everybody agrees on tell what is better."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.importers.metrics.units import shown, unit_of
from store.text import clean_line


@pytest.mark.parametrize(
    ("raw", "name", "factor", "better"),
    [
        ("ns", "s", 1e-9, "smaller"),
        ("ns/op", "s", 1e-9, "smaller"),
        ("ns/iter", "s", 1e-9, "smaller"),
        ("us", "s", 1e-6, "smaller"),
        ("\u00b5s", "s", 1e-6, "smaller"),
        ("\u03bcs/op", "s", 1e-6, "smaller"),
        ("ms", "s", 1e-3, "smaller"),
        ("Milliseconds", "s", 1e-3, "smaller"),
        ("sec/op", "s", 1.0, "smaller"),
        ("s", "s", 1.0, "smaller"),
        ("minutes", "s", 60.0, "smaller"),
        ("B", "B", 1.0, "smaller"),
        ("B/op", "B", 1.0, "smaller"),
        ("kB", "B", 1e3, "smaller"),
        ("KB", "B", 1e3, "smaller"),
        ("KiB", "B", 1024.0, "smaller"),
        ("MB", "B", 1e6, "smaller"),
        ("MiB", "B", 1048576.0, "smaller"),
        ("Megabytes", "B", 1e6, "smaller"),
        ("MB/s", "B/s", 1e6, "bigger"),
        ("B/s", "B/s", 1.0, "bigger"),
        ("ops/s", "1/s", 1.0, "bigger"),
        ("ops/sec", "1/s", 1.0, "bigger"),
        ("iter/sec", "1/s", 1.0, "bigger"),
        ("req/s", "1/s", 1.0, "bigger"),
        ("allocs/op", "allocs", 1.0, "smaller"),
        ("Percent", "Percent", 1.0, ""),
        ("errors/s", "errors/s", 1.0, ""),
        ("Mb", "Mb", 1.0, ""),
        ("M", "M", 1.0, ""),
        ("", "1", 1.0, ""),
    ],
)
def test_a_unit_is_brought_to_the_one_of_its_sort(raw: str, name: str, factor: float, better: str):
    unit = unit_of(raw)
    assert (unit.name, unit.factor, unit.better) == (name, factor, better)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1.5, "s", "1.5 s"),
        (0.0223, "s", "22.3 ms"),
        (2.23e-5, "s", "22.3 \u00b5s"),
        (3e-9, "s", "3 ns"),
        (0.0, "s", "0 ns"),
        (512.0, "B", "512 B"),
        (3_200_000.0, "B", "3.2 MB"),
        (4e8, "B/s", "400 MB/s"),
        (41_500.4, "1/s", "41,500/s"),
        (12.0, "allocs", "12 allocs"),
        (7.0, "1", "7"),
        (50.0, "Percent", "50 Percent"),
    ],
)
def test_a_value_is_shown_as_a_person_writes_it(value: float, unit: str, words: str):
    assert shown(value, unit) == words


@given(st.text(max_size=200))
def test_any_text_is_a_unit_of_its_own(raw: str):
    unit = unit_of(raw)
    assert unit.factor > 0
    assert 0 < len(unit.name) <= 60
    assert clean_line(unit.name).text == unit.name
