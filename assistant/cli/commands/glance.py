"""``sparc-assistant glance PICTURE ...``: what is certain about pictures, without a model."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Any

from assistant import messages
from assistant.cli import help_texts
from assistant.cli.open_pictures import open_pictures, refuse_twice_stdin
from assistant.cli.parser import add_command, add_help, add_output, add_settings
from assistant.errors import ExitCode, UsageError
from assistant.fronts.console import Console
from assistant.messages import camera as camera_words
from assistant.messages import glance as words
from assistant.messages.translation import PROGRAM
from assistant.settings.table import setting_values


def add_parser(commands: Any) -> None:
    """Add ``glance``."""
    glance = add_command(commands, "glance", words.COMMAND, words.COMMAND_LONG)
    add_settings(glance, "describe", ("speech", "camera"))
    output = add_output(glance)
    output.add_argument("--text", action="store_true", help=words.TEXT_OPTION)
    output.add_argument("--json", action="store_true", help=words.JSON_OPTION)
    add_help(glance)
    glance.add_argument("images", nargs="*", metavar="IMAGE", help=help_texts.IMAGE)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Say what is certain about each picture in turn."""
    from assistant.glance.process import GlanceProcess

    if not options.images:
        if options.camera is None:
            raise UsageError(camera_words.NO_IMAGE, messages.wrong_use_hint(f"{PROGRAM} glance"))
        options.images = ["camera"]
    with closing(GlanceProcess()) as glancer:
        glancer.warm()  # it loads its libraries while the front loads its own
        from assistant.app import wiring
        from assistant.cli.glance_job import GlanceJob
        from assistant.cli.named_files import name_files
        from assistant.core.glancing import Glancing
        from assistant.core.history import History
        from assistant.settings.load import read_settings
        from assistant.system.typed_path import typed_path

        wiring.start_logging(is_verbose=options.verbose)
        config_path = typed_path(options.config) if options.config else None
        given = {
            name: value for name, value in setting_values(options).items() if value is not None
        }
        loaded = read_settings(given, config_path=config_path)
        named = name_files(options.images, takes_many=True)
        refuse_twice_stdin(named.pictures)
        settings = wiring.silent_beside(wiring.find_reader(loaded.settings), loaded.settings)
        with open_pictures(named, settings, console, n_questions=1, is_json=options.json) as opened:
            taking = wiring.make_taking(opened.announcer)
            glancing = Glancing(glancer, taking, History(1), words.READ_ALL_COMMAND)
            return GlanceJob(
                named.pictures, taking, glancing, opened.front, opened.load_picture,
                is_text=options.text,
                announcements=named.notices,
                notices=[*loaded.notices, *opened.notices],
                turns=opened.turns,
            ).run()  # fmt: skip
