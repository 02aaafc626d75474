"""The benchmarks' tools: a section replaced and nothing else, and random blocks that are sane weights."""

from __future__ import annotations

import math
from pathlib import Path

import gguf
import numpy as np
import pytest

from scripts.bench import report as bench_report
from scripts.bench.blocks import random_blocks
from scripts.bench.shapes import has_more_bits


def test_a_section_is_replaced_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    report = tmp_path / "docs" / "benchmarks.md"
    bench_report.replace_section(report, "speed", "first")
    bench_report.replace_section(report, "quality", "other")
    report.write_text(report.read_text().replace("# Benchmarks", "# Benchmarks\n\nBy hand."))
    bench_report.replace_section(report, "speed", "second")
    assert report.read_text() == (
        "# Benchmarks\n\nBy hand.\n\n"
        "<!-- speed:start -->\nsecond\n<!-- speed:end -->\n\n"
        "<!-- quality:start -->\nother\n<!-- quality:end -->\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<!-- speed:start -->",
        "<!-- speed:end --> <!-- speed:start -->",
        "<!-- speed:start --> <!-- speed:end --> <!-- speed:start --> <!-- speed:end -->",
    ],
)
def test_markers_that_do_not_pair_up_are_refused_and_nothing_is_written(
    tmp_path: Path, text: str
) -> None:
    report = tmp_path / "benchmarks.md"
    report.write_text(text)
    with pytest.raises(bench_report.ReportError):
        bench_report.replace_section(report, "speed", "new")
    assert report.read_text() == text


def test_a_table_has_the_columns_of_its_first_row() -> None:
    table = bench_report.markdown_table([{"a": "1", "b": "2"}, {"b": "4", "a": "3"}])
    assert table == "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"


@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [
        ("processor\t: 0\nmodel name\t: Example CPU @ 2.00GHz\n", "Example CPU @ 2.00GHz"),
        ("processor\t: 0\n\nModel\t\t: Raspberry Pi 5 Model B\n", "Raspberry Pi 5 Model B"),
    ],
)
def test_the_processor_is_named_on_a_desktop_and_on_a_board(
    tmp_path: Path, cpuinfo: str, name: str
) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(cpuinfo)
    assert bench_report.cpu_name(path) == name


def test_the_command_is_shown_without_this_machines_folders() -> None:
    script = Path(bench_report.__file__).with_name("speed.py")
    shown = bench_report.command_line([str(script), "--cache-dir", "/some/where/shapes"])
    assert shown == "python scripts/bench/speed.py --cache-dir shapes"


@pytest.mark.parametrize("quant", ["Q4_K", "Q6_K", "Q5_0", "Q8_0"])
def test_random_blocks_are_weights_of_a_trained_layers_spread(quant: str) -> None:
    n_in = 512
    raw = random_blocks(np.random.default_rng(0), quant, 64, n_in)
    weights = gguf.quants.dequantize(raw, gguf.GGMLQuantizationType[quant])
    assert weights.shape == (64, n_in)
    assert np.isfinite(weights).all()
    assert abs(float(weights.mean())) * math.sqrt(n_in) < 0.1
    assert float(weights.std()) * math.sqrt(n_in) == pytest.approx(1.0, rel=0.05)


def test_q4_k_m_gives_more_bits_to_half_of_the_layers() -> None:
    assert sum(has_more_bits(il, 32) for il in range(32)) == 16
    assert has_more_bits(0, 32)
    assert has_more_bits(31, 32)
