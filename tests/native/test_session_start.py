"""A session starts its worker before it knows the model; a start that fails leaves no process."""

from __future__ import annotations

import os
from typing import Any

import pytest

from assistant.app import wiring
from assistant.app.open_session import make_plan, open_session
from assistant.cli.main import parse
from assistant.errors import ModelError
from scripts.faults.record import children_of
from scripts.faults.under_test import Shown


def test_a_model_that_cannot_be_opened_leaves_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ModelError("This model is not for this program.", "Take another.")

    monkeypatch.setattr(wiring, "engine_options", refuse)
    before = set(children_of(os.getpid()))
    plan = make_plan(parse(["plain", "--no-speech", "--camera", "none.png"]))
    with pytest.raises(ModelError, match="not for this program"), open_session(plan, Shown()):
        pass
    assert set(children_of(os.getpid())) <= before
