"""The parts of ``bench_peers`` that need no model: what a peer prints, ratios, and tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.bench import mtmd_cli as bench_mtmd_cli
from scripts.bench import peers as bench_peers
from scripts.bench.timing import Timing, in_turn

# As llama-mtmd-cli prints it, between other lines.
OUTPUT = """\
encoding mtmd batch, n_chunks = 1 (done = 1, total = 3)
mtmd batch encoding done in 2931 ms
A red cup in 3 ms.
llama_perf_context_print:        load time =    1803.20 ms
llama_perf_context_print: prompt eval time =    4801.11 ms /   616 tokens (    7.79 ms per token)
llama_perf_context_print:        eval time =    1310.40 ms /    32 runs   (   40.95 ms per token)
llama_perf_context_print:       total time =    9100.90 ms /   648 tokens
"""


def test_the_timings_of_llama_mtmd_cli_are_read() -> None:
    assert bench_mtmd_cli.parse(OUTPUT) == bench_mtmd_cli.MtmdTimings(
        load_ms=1803.2,
        encode_ms=2931.0,
        prefill_ms=4801.11 - 2931.0,
        step_ms=1310.4 / 32,
        n_prompt=616,
    )


@pytest.mark.parametrize(
    ("left_out", "named"), [(0, None), (1, "encoding"), (3, "load"), (4, "prompt eval")]
)
def test_a_missing_timing_is_named(left_out: int, named: str | None) -> None:
    lines = OUTPUT.splitlines()
    del lines[left_out]
    if named is None:
        bench_mtmd_cli.parse("\n".join(lines))
        return
    with pytest.raises(bench_mtmd_cli.PeerOutputError, match=named):
        bench_mtmd_cli.parse("\n".join(lines))


def test_the_command_names_the_files_and_the_number_of_tokens() -> None:
    line = bench_mtmd_cli.command(
        Path("cli"), Path("m.gguf"), Path("p.gguf"), Path("a.png"), "What?", 32, 2
    )
    assert line[0] == "cli"
    for option, value in (("-m", "m.gguf"), ("--mmproj", "p.gguf"), ("-n", "32"), ("-t", "2")):
        assert line[line.index(option) + 1] == value
    assert "--ignore-eos" in line


def test_start_and_load_is_what_the_stages_leave() -> None:
    run = bench_peers.whole(10_000.0, 2_000.0, 5_000.0, 1_000.0, 616)
    assert run.stages == {
        "start and load": 2_000.0,
        "encode": 2_000.0,
        "read": 5_000.0,
        "write": 1_000.0,
    }


def test_ratios_are_taken_pair_by_pair() -> None:
    ratio = Timing((1.0, 6.0, 3.0)).over(Timing((2.0, 4.0, 3.0)))
    assert ratio.shown(3) == "1.000 (0.500-1.500)"


def test_the_order_turns_round_from_pair_to_pair() -> None:
    calls: list[str] = []
    ways = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    in_turn(3, ways, "model")
    assert calls == ["a", "b", "b", "a", "a", "b"]


def test_the_tables_have_a_line_a_program_and_one_of_ratios() -> None:
    slow = bench_peers.whole(9_000.0, 2_000.0, 5_000.0, 1_000.0, 616)
    fast = bench_peers.whole(4_500.0, 1_000.0, 2_500.0, 500.0, 614)
    rows = bench_peers.whole_rows("model", {"ours": [fast], "llama-mtmd-cli": [slow]})
    assert [row["program"] for row in rows] == ["ours", "llama-mtmd-cli", "ours / llama-mtmd-cli"]
    assert rows[2]["whole"] == rows[2]["read"] == "0.500 (0.500-0.500)"
    assert "616 prompt tokens" in rows[1]["model"]
    asked = bench_peers.question_rows("model", {"ours": [(1_000.0, 50.0)]})
    assert asked[0]["second / first"] == "0.050 (0.050-0.050)"


def test_help_says_how_the_peer_is_built(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench_peers.parse_arguments(["--help"])
    assert "--target llama-mtmd-cli" in capsys.readouterr().out
