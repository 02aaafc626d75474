"""A LLaVA on llama.cpp: loads the pair of files, and answers questions about pictures."""

from __future__ import annotations

import logging
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from assistant import messages
from assistant.core import languages
from assistant.core.events import Answer, DescribeRequest, ImageRgb, Turn, Unfamiliar
from assistant.core.questions import DETAILED_PROMPT
from assistant.errors import UnfamiliarPictureError, UsageError
from assistant.inference import native_log
from assistant.inference.answer_run import AnswerRun, ReadyQuestion
from assistant.inference.familiarity import Familiarity
from assistant.inference.gguf import memory_need, mmproj, pairing
from assistant.inference.gguf.header import GgufHeader
from assistant.inference.llama import KV_TYPES, DecodeAborted
from assistant.inference.loaded import IsCancelled, LoadedModel, PicturePrefix
from assistant.inference.loading import load_pair, start_reading
from assistant.inference.optional_steering import OptionalSteering
from assistant.inference.options import EngineOptions
from assistant.inference.picture_detail import choose_detail
from assistant.inference.picture_encoder import Prompt
from assistant.inference.picture_memory import PictureMemory
from assistant.inference.prompt_reader import Emit, PromptReader
from assistant.inference.prompts import (
    ANSWER_ROOM,
    TEMPLATE_KEY,
    check_template,
    count_turns_to_drop,
    render,
    too_long,
)
from assistant.inference.thread_governor import ThreadGovernor
from assistant.messages import engine as words
from assistant.system import processor
from assistant.system.memory import free_memory
from assistant.system.power import threads_now
from sparc_ggml.config import SparcConfig, SparcConfigError
from sparc_ggml.errors import SparcError
from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.probe import make_probe

_LOGGER = logging.getLogger(__name__)


def _lock_note(options: EngineOptions, model: GgufHeader) -> str:
    """Return what to say where the kernel does not let so much memory be locked."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if not options.locks_memory or allowed == resource.RLIM_INFINITY or allowed >= model.size:
        return ""
    return words.lock_impossible(allowed)


class Engine:
    """One loaded LLaVA; answers one request at a time; a context manager."""

    def __init__(self, options: EngineOptions, is_cancelled: IsCancelled = lambda: False) -> None:
        """Load the pair of files; ``is_cancelled`` is asked between tokens and batches, and while llama.cpp reads.

        Raises:
            ModelError: a file is missing, damaged, or does not fit the other.
        """
        started = time.perf_counter()
        native_log.redirect()
        headers = pairing.check_pair(options.model_path, options.mmproj_path)
        check_template(options.template, has_own=TEMPLATE_KEY in headers[0].values)
        n_threads = options.n_threads or processor.threads_for(headers[0].size)
        # Whoever names a number of threads gets that number.
        n_governed = 1 if options.n_threads is not None else n_threads
        options = replace(options, n_threads=n_threads)
        plan = self._plan(options, *headers)
        n_batch = options.n_batch or processor.batch_for(headers[0].size, plan.kv_type)
        n_batch = max(n_batch, mmproj.least_batch(headers[1]))
        options = replace(options, n_batch=n_batch)
        projector = mmproj.open_projector(
            options.mmproj_path, options.cache_dir, corrects=options.corrects_pictures,
            detail=choose_detail(options.detail),
        )  # fmt: skip
        self._ready: ReadyQuestion | None = None
        self._sys_root = Path("/sys")
        self._unsteered_reason = (
            "" if options.kv_type in (*KV_TYPES, "auto") else words.kv_type_unknown(options.kv_type)
        )
        probe: AttentionProbe | None = None
        try:
            probe = make_probe(n_threads, is_native=options.uses_native)
        except SparcError as error:
            self._unsteered_reason = messages.unsteered_build(str(error))
        if plan.repacks:  # else memory is short: what is read early would push out what is in use
            start_reading([options.model_path, projector.path])
        model, encoder, self._stack = load_pair(
            options, projector, probe, plan, pairing.vocabulary_repairs(headers[0]), is_cancelled
        )

        def set_threads(n: int) -> None:
            _LOGGER.info("other programs leave room for %d threads", n)
            model.set_threads(n)
            if probe is not None:
                probe.set_threads(model.n_threads)

        self.loaded = LoadedModel(
            options, model, encoder, projector, probe, is_cancelled,
            PictureMemory(options.kept_pictures_mb), ThreadGovernor(n_governed, set_threads),
        )  # fmt: skip
        if options.familiarity_path is not None:
            self.loaded.familiarity = Familiarity(options.familiarity_path, options.mmproj_path)
        notes = (projector.note, plan.note, _lock_note(options, headers[0]))
        self.loaded.notes = tuple(filter(None, notes))
        self.loaded.load_ms = (time.perf_counter() - started) * 1000

    @staticmethod
    def _plan(options: EngineOptions, model: GgufHeader, projector: GgufHeader) -> memory_need.Plan:
        name = options.model_name or options.model_path.stem
        return memory_need.plan(
            memory_need.sizes_of(model, projector, name),
            free_memory(),
            n_ctx=options.n_ctx,
            kv_type=options.kv_type if options.kv_type in KV_TYPES else "auto",
            n_batch=options.n_batch or processor.batch_for(model.size, "q8_0"),
            has_flash_attention=options.flash_attn != "off",
            is_checked=options.checks_memory,
        )

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free everything; idempotent."""
        self._stack.close()

    def answer(self, request: DescribeRequest, emit: Emit = lambda _event: None) -> Answer:
        """Answer one question about one picture.

        The picture and the turns stay in the KV cache: the next question about the picture reads only what is new.
        Without room for all turns and an answer, the oldest turns are dropped.

        Raises:
            UsageError: the prompt does not fit the context, or a parameter does not fit the model.
            UnfamiliarPictureError: the picture is none of the model's world; ``Unfamiliar`` was emitted.
            ModelError: what tells that is damaged.
            InferenceError: llama.cpp failed.
        """

        def meet(distance: float) -> None:
            assert self.loaded.familiarity is not None
            if not request.is_anyway:
                self.loaded.familiarity.check_sound()
            emit(Unfamiliar(distance))
            if not request.is_anyway:
                raise UnfamiliarPictureError(words.UNFAMILIAR)

        model, picture = self.loaded.model, self.loaded.pictures.key_of(request.image_rgb)
        self._cool_down()
        steering = self._steering(request.sparc, request.has_attention)
        run = AnswerRun(self.loaded, request, emit, steering)
        ready, self._ready = self._ready, None
        prompt, n_dropped = self._fitting_prompt(request, picture)
        with prompt:
            reader = PromptReader(self.loaded, picture, prompt, emit, meet)
            if ready is not None and not (
                reader.has_picture
                and ready.tail == tuple(reader.tail)
                and ready.steering.config == steering.config
                and not steering.is_watched
            ):
                ready.steering.finish()
                ready = None
            if prompt.n_tokens >= model.n_ctx:
                n_question = model.vocabulary.count_tokens(request.question)
                raise too_long(prompt.n_tokens, n_question, model.n_ctx, model.n_ctx_train)
            return run.write(prompt, reader, n_dropped, ready)

    def prepare(
        self,
        image_rgb: ImageRgb,
        question: str = "",
        emit: Emit = lambda _event: None,
        is_awaited: Callable[[], bool] = lambda: False,
    ) -> None:
        """Read the picture's part of the prompt, and the question, so that the answer can begin at once.

        Ends early, and quietly, when ``is_cancelled`` says so. What was encoded by then is kept.

        Without a question, or once a request ``is_awaited``, which reads its own, the picture alone is read.

        Raises:
            InferenceError: llama.cpp failed.
        """

        def meet(_distance: float) -> None:
            raise UnfamiliarPictureError(words.UNFAMILIAR)

        given_up, self._ready = self._ready, None
        if given_up is not None:
            given_up.steering.finish()
        self._cool_down()
        loaded, picture = self.loaded, self.loaded.pictures.key_of(image_rgb)
        request = DescribeRequest(image_rgb, question or DETAILED_PROMPT)
        with self._tokenize(request, request.turns, picture) as prompt:
            if prompt.n_tokens >= loaded.model.n_ctx:
                return
            reader = PromptReader(loaded, picture, prompt, emit, meet)
            loaded.model.set_abort(loaded.is_cancelled)
            is_done = False
            try:
                prefix = reader.read_picture()
                is_done = True
                if question and loaded.model.can_trim and not is_awaited():
                    self._ready = self._read_question(reader, prefix)
            except DecodeAborted:
                _LOGGER.info("reading ahead was cancelled")
            except UnfamiliarPictureError:
                _LOGGER.info("the picture ahead is none of the model's world")
            finally:
                loaded.model.set_abort(None)
                if not is_done:
                    loaded.forget()

    def _cool_down(self) -> None:
        """Leave half of the threads idle while the processor is hot; the picture's encoder keeps its own."""
        n_threads = self.loaded.options.n_threads
        if n_threads is None:
            return
        self.loaded.model.limit_threads(threads_now(n_threads, self._sys_root))
        if self.loaded.probe is not None:
            self.loaded.probe.set_threads(self.loaded.model.n_threads)

    def _read_question(self, reader: PromptReader, prefix: PicturePrefix) -> ReadyQuestion:
        """Read the question with the model's own steering, which most requests ask for."""
        steering = self._steering(None)
        reader.mute()  # it may be read once more, for a request with other steering
        try:
            steering.start(self.loaded.probe, prefix)
            past = reader.read_question(prefix, has_turns=False)
            steering.begin()
        except BaseException:
            steering.finish()
            raise
        return ReadyQuestion(tuple(reader.tail), steering, past)

    def _fitting_prompt(self, request: DescribeRequest, picture: str) -> tuple[Prompt, int]:
        """Return the prompt with the newest turns that leave room for an answer, and how many turns it lacks."""
        model, prefix, turns = self.loaded.model, self.loaded.prefix, request.turns
        n_free = model.n_ctx - min(request.decode.max_tokens, ANSWER_ROOM)
        prompt, n_dropped = self._tokenize(request, turns, picture), 0
        if prompt.n_tokens > n_free and turns:
            lengths = [model.vocabulary.count_tokens(turn.question + turn.answer) for turn in turns]
            is_same = prefix is not None and prefix.picture == picture
            n_before = self.loaded.n_dropped_turns if is_same else 0
            n_dropped = count_turns_to_drop(lengths, prompt.n_tokens - n_free, n_before)
            while True:
                prompt.close()
                prompt = self._tokenize(request, turns[n_dropped:], picture)
                if prompt.n_tokens <= n_free or n_dropped == len(turns):
                    break
                n_dropped += 1
        return prompt, n_dropped

    def _tokenize(self, request: DescribeRequest, turns: Sequence[Turn], picture: str) -> Prompt:
        model = self.loaded.model
        vocabulary = model.vocabulary
        question = languages.asked_in(request.question, self.loaded.options.language)
        prompt = render(
            vocabulary.disarm(question),
            self.loaded.options.template,
            model.chat_template(),
            vocabulary.special_text("bos"),
            vocabulary.special_text("eos"),
            adds_bos=vocabulary.adds_bos,
            turns=[
                Turn(vocabulary.disarm(turn.question), vocabulary.disarm(turn.answer))
                for turn in turns
            ],
        )
        is_encoded = self.loaded.pictures.get(picture) is not None
        return self.loaded.encoder.tokenize(prompt, request.image_rgb, is_encoded)

    def _steering(self, wanted: SparcConfig | None, is_watched: bool = False) -> OptionalSteering:
        try:
            config = (wanted or self.loaded.options.preset).for_depth(self.loaded.model.n_layer)
        except SparcConfigError as error:
            raise UsageError(messages.sparc_wrong(str(error))) from error
        reason = self._unsteered_reason or self.loaded.model.unsteerable_reason
        if config.method != "none" and reason:
            return OptionalSteering(replace(config, method="none"), reason)
        return OptionalSteering(config, is_watched=is_watched)
