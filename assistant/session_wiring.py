"""Puts a session together: camera, model, voice and settings, behind whatever front shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from assistant import messages, resident, wiring
from assistant.catalogue import ModelFiles, installed_models
from assistant.core.announcer import Announcer
from assistant.core.answering import Answering
from assistant.core.events import ImageRgb
from assistant.core.history import History
from assistant.core.look_ahead import LookAhead
from assistant.core.ports import Describer
from assistant.core.questions import DETAILED
from assistant.core.session import Session
from assistant.core.session_jobs import Jobs
from assistant.core.session_ports import Front, Kind, Line, Prompts
from assistant.errors import AssistantError
from assistant.messages import camera as camera_words
from assistant.model_shelf import ModelShelf
from assistant.power import PowerWatch
from assistant.session_plan import Plan


@contextmanager
def open_session(plan: Plan, front: Front, prompts: Prompts | None = None) -> Iterator[Session]:
    """Opens everything, greets, and takes everything down again, sound first.

    Args:
        plan: what it is made of.
        front: shows it.
        prompts: what is said when something is to be typed or chosen; None for a keyboard's words.

    Raises:
        AssistantError: a process cannot be started.
    """
    from assistant.inference.worker_process import WorkerProcess

    early = WorkerProcess()  # it loads its libraries while the front loads its own
    workers = [early]
    from assistant.camera import quality
    from assistant.camera.chooser import CameraChooser
    from assistant.camera.scene_change import StillnessDetector
    from assistant.inference.client import InferenceClient
    from assistant.keeping import FileKeeper
    from assistant.speech.factory import open_earcons

    settings = plan.settings

    def inspect(image_rgb: ImageRgb) -> list[str]:
        problems = [problem.sentence for problem in quality.assess(image_rgb)]
        return [*problems, camera_words.describing_anyway()] if problems else []

    def open_describer(files: ModelFiles) -> Describer:
        options = wiring.engine_options(settings, files, is_verbose=plan.is_verbose)
        return InferenceClient(options, worker=workers.pop() if workers else None)

    def on_problem(error: AssistantError) -> None:
        # Only shown: it is speech that does not work.
        front.show(Line(Kind.ERROR, str(error)))

    with ExitStack() as stack:
        stack.callback(early.end)  # where the model cannot be opened, nobody else does
        shelf = ModelShelf(
            plan.files, installed_models, open_describer, lambda: plan.preferences.settings
        )
        stack.callback(shelf.close)
        cameras = CameraChooser(settings.camera.source)
        stack.callback(cameras.close)
        jobs = Jobs()
        history = History(settings.assistant.history_size)
        speaker = wiring.speaker(settings, on_problem)
        stack.callback(speaker.close)  # here too: what follows may fail for want of a thread
        earcons = open_earcons(is_on=settings.speech.is_on and settings.speech.has_earcons)
        announcer = Announcer(front, speaker, earcons)
        ahead: list[LookAhead] = []
        answering = Answering(
            shelf.describer,
            announcer,
            cameras,
            shelf,
            plan.preferences,
            inspect,
            history,
            lambda: ahead[0].take() if ahead else None,
        )
        session = Session(
            answering, announcer, speaker, cameras, shelf, plan.preferences,
            FileKeeper(wiring.save_folder(settings)), history, plan.keymap, jobs, prompts,
            lambda: wiring.machine_state(settings),
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
        for notice in plan.notices:
            session.tell(notice)
        if shelf.is_demo:
            session.tell(messages.demo_model())
        quality.warm()
        resident.stay()
        yield session
