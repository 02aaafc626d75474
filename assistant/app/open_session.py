"""Puts a session together: camera, model, voice and settings, behind whatever front shows it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from assistant import messages
from assistant.app import wiring
from assistant.app.live_voice import LiveEarcons, LiveSpeaker
from assistant.app.model_fetching import ModelFetching
from assistant.app.model_in_use import ModelShelf
from assistant.app.setting_checks import check_setting, with_what_works
from assistant.core.actions import Action, Keymap, spoken_key
from assistant.core.announcer import Announcer
from assistant.core.glancing import Glancing
from assistant.core.history import History
from assistant.core.look_ahead import LookAhead
from assistant.core.ports import Describer
from assistant.core.questions import DETAILED
from assistant.core.session import Session
from assistant.core.session_jobs import Jobs
from assistant.core.session_ports import Front, Kind, Line, Prompts
from assistant.errors import AssistantError
from assistant.model_store.find import ModelFiles, installed_models
from assistant.settings.preferences import StoredPreferences
from assistant.settings.table import Settings, setting_values
from assistant.system.power import PowerWatch
from assistant.system.typed_path import typed_path


@contextmanager
def open_session(plan: Plan, front: Front, prompts: Prompts | None = None) -> Iterator[Session]:
    """Open everything, greet, and take everything down again, sound first.

    Args:
        plan: what it is made of.
        front: shows it.
        prompts: what is said when something is to be typed or chosen; None for a keyboard's words.

    Raises:
        AssistantError: a process cannot be started.
    """
    from assistant.inference.worker.process import WorkerProcess

    early = WorkerProcess()  # it loads its libraries while the front loads its own
    workers = [early]
    from assistant.app.saving import FileKeeper
    from assistant.camera import quality
    from assistant.camera.chooser import CameraChooser
    from assistant.camera.scene_change import StillnessDetector
    from assistant.glance.process import GlanceProcess
    from assistant.inference.worker.client import InferenceClient
    from assistant.speech.factory import open_earcons

    preferences = plan.preferences
    reader = wiring.find_reader(plan.settings)
    settings = wiring.silent_beside(reader, plan.settings)
    preferences.speak(is_on=settings.speech.is_on)

    def open_describer(files: ModelFiles) -> Describer:
        options = wiring.engine_options(settings, files, is_verbose=plan.is_verbose)
        return InferenceClient(options, worker=workers.pop() if workers else None)

    def on_problem(error: AssistantError) -> None:
        # Only shown: it is speech that does not work.
        front.show(Line(Kind.ERROR, str(error)))

    with ExitStack() as stack:
        stack.callback(early.end)  # where the model cannot be opened, nobody else does
        shelf = ModelShelf(plan.files, installed_models, open_describer)
        stack.callback(shelf.close)
        cameras = CameraChooser(settings.camera.source)
        stack.callback(cameras.close)
        glancer = GlanceProcess()
        stack.callback(glancer.close)
        jobs = Jobs()
        history = History(settings.assistant.history_size)
        speaker = LiveSpeaker(settings, lambda now: wiring.speaker(now, on_problem))
        stack.callback(speaker.close)  # here too: what follows may fail for want of a thread
        earcons = LiveEarcons(settings, lambda is_on: open_earcons(is_on=is_on))
        announcer = Announcer(front, speaker, earcons)
        ahead: list[LookAhead] = []
        read_all = (prompts or Prompts()).read_all(spoken_key(plan.keymap.keys[Action.TEXT][0]))
        answering = wiring.make_answering(
            shelf.describer,
            announcer,
            lambda: wiring.answer_options(preferences.settings, shelf.files),
            history,
            make_glancing=lambda taking: Glancing(
                glancer, taking, history, read_all, lambda: fetching.advice()
            ),
        )

        def use(describer: Describer) -> None:
            answering.describer = describer

        shelf.fetching = fetching = ModelFetching(
            announcer,
            lambda name: shelf.take_over(name, announcer, jobs, use),
            # A device without letters is told the command.
            spoken_key(plan.keymap.keys[Action.MODEL][0]) if prompts is None else "",
        )
        session = Session(
            answering, announcer, speaker, cameras, shelf, preferences,
            FileKeeper(wiring.save_folder(settings)), history, plan.keymap, jobs, prompts,
            lambda: [*fetching.status(), *wiring.machine_state(settings)],
            lambda: ahead[0].take() if ahead else None,
            reader if settings.speech.beside_reader == "ask" else "",
        )  # fmt: skip
        stack.callback(session.close)
        if settings.camera.look_ahead != "off":
            watch = PowerWatch()
            saves = settings.camera.look_ahead == "auto"
            ahead.append(
                LookAhead(
                    cameras.peek, StillnessDetector, lambda: answering.describer,
                    lambda: jobs.is_busy or (saves and watch.is_short()), DETAILED.text,
                )
            )  # fmt: skip
            stack.callback(ahead[0].close)
        # Opened last, so closed first: sound stops before anything else is taken down.
        stack.callback(earcons.close)
        stack.callback(speaker.close)

        def on_change(now: Settings) -> None:
            speaker.apply(now)
            earcons.apply(now)

        preferences.check, preferences.on_change = check_setting, on_change
        for notice in plan.notices:
            session.tell(notice)
        if shelf.is_demo:
            session.tell(messages.DEMO_MODEL)
            session.tell(fetching.advice())
        quality.warm()
        if settings.answer.has_glance:
            glancer.warm()  # after the model's process, which is waited for first
        yield session


@dataclass(frozen=True)
class Plan:
    """What a session is to be made of.

    Attributes:
        settings: the settings at the start.
        preferences: reads and changes them.
        files: the model to begin with.
        keymap: which key does what.
        notices: what is said first, for example about settings that cannot be used.
        is_verbose: whether the log is shown.
    """

    settings: Settings
    preferences: StoredPreferences
    files: ModelFiles
    keymap: Keymap
    notices: tuple[str, ...] = ()
    is_verbose: bool = False


def is_plain_wanted(
    wished: str, environment: Mapping[str, str] = os.environ, *, is_terminal: bool
) -> bool:
    """Return whether the line mode suits the terminal better than the full screen.

    Args:
        wished: "on" and "off" decide; "auto" looks.
        environment: ``TERM=dumb`` and ``ACCESSIBLE`` ask for plain lines.
        is_terminal: whether both input and output are one.
    """
    if wished != "auto":
        return wished == "on" or not is_terminal
    return (
        not is_terminal
        or environment.get("TERM", "") in {"", "dumb", "unknown"}
        or bool(environment.get("ACCESSIBLE"))
    )


def make_plan(options: argparse.Namespace) -> Plan:
    """Read the settings and find the model; what cannot be used of the settings is told, and does not end the start.

    Raises:
        AssistantError: an option cannot be used, or there is no model.
    """
    wiring.start_logging(is_verbose=options.verbose)
    config_path = typed_path(options.config) if options.config else None
    preferences = StoredPreferences(setting_values(options), os.environ, config_path)
    settings, files, replaced = with_what_works(
        preferences.settings, preferences.asked_for, is_session=True
    )
    settings.steering.applied_to(files.preset)
    notices = [*preferences.notices, *replaced, *wiring.model_notices(settings, files)]
    keymap = Keymap.from_rebindings(settings.keys)
    return Plan(settings, preferences, files, keymap, tuple(notices), options.verbose)
