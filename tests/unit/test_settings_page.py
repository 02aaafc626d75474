"""The page on settings leaves none out."""

from __future__ import annotations

import pytest

from assistant.settings.table import SETTINGS, Setting
from tests.support.assistant_command import ROOT


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_on_the_page(setting: Setting) -> None:
    lines = (ROOT / "docs" / "settings.md").read_text("utf-8").splitlines()
    start = f"- `{setting.section}.{setting.file_key}`, `{setting.variable}`, "
    assert len([line for line in lines if line.startswith(start)]) == 1
