"""The plots of docs/quality.md, as SVG: lines differ by mark and dash, never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

mpl.rcParams.update(
    {"svg.hashsalt": "sparc", "svg.fonttype": "none", "font.size": 9, "axes.grid": True,
     "grid.alpha": 0.3, "lines.markersize": 4}
)  # fmt: skip
_STYLES = ("o-", "s--", "^:", "D-.", "v-", "x--", "P:", "*-.")
_FEWEST = 10
"""Captions that a point of a curve must stand for."""


def draw(data: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Draw everything there are figures for; return names of plots to paths beside the report."""
    folder.mkdir(parents=True, exist_ok=True)
    test = data["test"]
    drawn: dict[str, str] = {}

    def keep(name: str, figure: Any) -> None:
        path = folder / f"{name}.svg"
        figure.tight_layout()
        figure.savefig(path, metadata={"Date": None, "Creator": None})
        plt.close(figure)
        drawn[name] = f"{folder.name}/{path.name}"

    if any("attention" in one for one in test):
        keep("attention", _attention(test))
    keep("thirds", _thirds(test))
    keep("alpha", _alpha(data["dev_grid"]))
    keep("beta-and-layer", _beta_and_layer(data["dev_beta"], data["dev_layer"]))
    return drawn


def _attention(test: Sequence[Mapping[str, Any]]) -> Any:
    figure, axes = plt.subplots(1, 4, figsize=(14, 3.6))
    titles = {
        "share": "share of attention on the picture",
        "boosted": "the same with the boost",
        "entropy": "entropy on the picture (1: everywhere alike)",
        "region": "share of that on what is being named",
    }
    for axis, (name, title) in zip(axes, titles.items(), strict=True):
        for style, one in zip(_STYLES, test, strict=False):
            rows = one.get("attention", {}).get("by_step", ())
            fewest = min(_FEWEST, max((row["captions"] for row in rows), default=0))
            points = [
                (row["step"], row[name])
                for row in rows
                if row[name] is not None and row["captions"] >= fewest
            ]
            if points:
                axis.plot(*zip(*points, strict=True), style, label=one["method"])
        axis.set_xlabel("step")
        axis.set_title(title, fontsize=9)
    axes[0].legend(fontsize=7)
    return figure


def _thirds(test: Sequence[Mapping[str, Any]]) -> Any:
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.4))
    for axis, name in zip(axes, ("chair_i", "precision"), strict=True):
        for style, one in zip(_STYLES, test, strict=False):
            values = [third[name] for third in one["thirds"]]
            axis.plot((1, 2, 3), values, style, label=one["method"])
        axis.set_xticks((1, 2, 3))
        axis.set_xlabel("third of the caption")
        axis.set_title({"chair_i": "CHAIR-i", "precision": "precision"}[name], fontsize=9)
    axes[0].legend(fontsize=7)
    return figure


def _alpha(grid: Sequence[Mapping[str, Any]]) -> Any:
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4))
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for row in grid:
        if row["method"] != "none":
            name = (
                "uniform" if row["method"].startswith("uniform") else f"sparc, tau {row['tau']:g}"
            )
            lines.setdefault(name, []).append(row)
    plain = next(row for row in grid if row["method"] == "none")["micro"]
    for axis, name in zip(axes, ("precision", "recall", "f1"), strict=True):
        axis.axhline(plain[name], color="black", linewidth=0.8, label="none")
        for style, (label, rows) in zip(_STYLES, lines.items(), strict=False):
            _line(axis, style, label, [(row["alpha"], row["micro"][name]) for row in rows])
        axis.set_xlabel("alpha")
        axis.set_title("F1" if name == "f1" else name, fontsize=9)
    axes[0].legend(fontsize=7)
    return figure


def _beta_and_layer(betas: Sequence[Mapping[str, Any]], layers: Sequence[Mapping[str, Any]]) -> Any:
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2))
    for axis, key, rows in ((axes[0], "beta", betas), (axes[1], "selected_layer", layers)):
        for style, name in zip(_STYLES, ("precision", "recall", "f1"), strict=False):
            label = "F1" if name == "f1" else name
            _line(axis, style, label, [(row[key], row["micro"][name]) for row in rows])
        axis.set_xlabel({"beta": "beta", "selected_layer": "observed layer"}[key])
    axes[0].legend(fontsize=7)
    return figure


def _line(axis: Axes, style: str, label: str, points: list[tuple[float, float]]) -> None:
    if points:
        axis.plot(*zip(*sorted(points), strict=True), style, label=label)
