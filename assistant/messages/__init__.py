"""Every sentence that the program says to a person, in one package: a module a topic.

The same string is shown, spoken and felt (braille), so: the content first, no abbreviations that a voice
stumbles over, no meaning in punctuation or colour, and "may" where the model may be wrong. All pass
through ``_``, or ``translate_plural`` where a number is said, so that ``pygettext`` finds them. What takes
no argument is a constant. Texts of the options (``--help``) stand in ``assistant.cli.help_texts``.
"""

from __future__ import annotations

import shlex
import sys

from assistant.messages.translation import translate, translate_plural
from assistant.messages.translation import translate as _

__all__ = ["translate"]


def install_command(package: str) -> str:
    """Return the command that installs a missing package for the Python that runs."""
    return shlex.join([sys.executable, "-m", "pip", "install", package])


# Progress

LOOKING = _("Looking.")
DONE = _("Done.")
MAY_BE_WRONG = _("The model may be wrong about some of this.")
STAGE_STARTING = _("starting")
STAGE_OPENING = _("waiting for the picture")
STAGE_LOADING = _("loading the model")
STAGE_ENCODING = _("looking at the picture")
STAGE_WRITING = _("writing the answer")


def stage_prefilling(percent: int) -> str:
    return _("reading the picture, {percent} percent").format(percent=percent)


def looking_at(number: int, total: int, name: str) -> str:
    return _("Looking at picture {number} of {total}: {name}.").format(
        number=number, total=total, name=name
    )


def next_question(number: int, total: int) -> str:
    return _("Question {number} of {total}.").format(number=number, total=total)


SKIP_PICTURE = _("To skip to the next picture, press Enter.")
SKIP_QUESTION = _("To skip to the next question, press Enter.")


def still_working(stage: str) -> str:
    return _("Still working: {stage}.").format(stage=stage)


def nearly_full(still_working: str) -> str:
    return _(
        "{still_working} Memory is nearly full, so this is slow. Close other programs, or choose a smaller model."
    ).format(still_working=still_working)


def restarted(reason: str) -> str:
    if not reason:
        return _("The model stopped and was restarted. The answer starts from the beginning.")
    return _(
        "The model stopped: {reason}. It was restarted, and the answer starts from the beginning."
    ).format(reason=reason.rstrip("."))


# How an answer ended


def ended_max_tokens(limit: int) -> str:
    return translate_plural(
        "The answer was cut off at {limit} token. For a longer one, use a larger --max-tokens.",
        "The answer was cut off at {limit} tokens. For a longer one, use a larger --max-tokens.",
        limit,
    ).format(limit=limit)


ENDED_CONTEXT_FULL = _(
    "The answer was cut off because the model's memory is full. A larger --n-ctx may help."
)
ENDED_REPETITION = _("The model started to repeat itself and was stopped.")
ENDED_CANCELLED = _("Stopped.")
NO_WORDS = _("The model gave no answer for this picture.")
PART_LEFT_OUT = _("Part of the answer made no sense and was left out.")
ALL_LEFT_OUT = _(
    "The model's answer made no sense and was left out. Ask something else, or take another picture."
)
ANSWER_MISSING = _("The model process stopped without giving an answer.")


def unsteered(reason: str) -> str:
    return _("Attention was not steered: {reason}.").format(reason=reason.rstrip("."))


# The embedded model

DEMO_MODEL = _("The small demonstration model answers, which only knows drawn scenes.")
"""What is said once while the embedded model is in use, and spoken."""
DEMO_MISSING = _("The demonstration model is not installed.")
DEMO_MISSING_HINT = _("Give the two files of a LLaVA model: --model FILE --mmproj FILE.")


# Pictures


def picture_missing(name: str) -> str:
    return _("There is no file {name}.").format(name=name)


def picture_is_folder(name: str) -> str:
    return _("{name} is a folder, not a picture.").format(name=name)


def picture_is_device(name: str) -> str:
    return _("{name} is a device, not a picture.").format(name=name)


def picture_pipe_silent(name: str, limit_s: float) -> str:
    limit = round(limit_s)
    return translate_plural(
        "{name} is a pipe, and nothing came through it within {limit} second.",
        "{name} is a pipe, and nothing came through it within {limit} seconds.",
        limit,
    ).format(name=name, limit=limit)


def picture_not_opened(name: str, limit_s: float) -> str:
    limit = round(limit_s)
    return translate_plural(
        "{name} could not be opened within {limit} second.",
        "{name} could not be opened within {limit} seconds.",
        limit,
    ).format(name=name, limit=limit)


def picture_forbidden(name: str) -> str:
    return _("{name} cannot be read (no permission).").format(name=name)


def picture_forbidden_hint(name: str) -> str:
    return _("Allow it with: chmod u+r {name}").format(name=name)


def picture_unreadable(name: str, reason: str) -> str:
    return _("{name} could not be read: {reason}.").format(name=name, reason=reason.rstrip("."))


def picture_process_cannot_start(reason: str) -> str:
    return _("The program that reads pictures cannot be started: {reason}.").format(
        reason=reason.rstrip(".")
    )


def picture_empty(name: str) -> str:
    return _("{name} is empty.").format(name=name)


def picture_truncated(name: str, kind: str = "") -> str:
    if not kind:
        return _("{name} is damaged or incomplete.").format(name=name)
    return _("{name} is damaged or incomplete: this {kind} picture cannot be opened.").format(
        name=name, kind=kind
    )


def picture_unknown(name: str, kind: str = "") -> str:
    if not kind:
        return _("I cannot open {name}.").format(name=name)
    return _("I cannot open {name}: it is {kind}.").format(name=name, kind=kind)


def picture_too_large(name: str, megapixels: int, limit: int) -> str:
    return translate_plural(
        "{name} is too large: {megapixels} megapixel. The limit is {limit}.",
        "{name} is too large: {megapixels} megapixels. The limit is {limit}.",
        megapixels,
    ).format(name=name, megapixels=megapixels, limit=limit)


def picture_slow(name: str, limit_s: float) -> str:
    limit = round(limit_s)
    return translate_plural(
        "{name} took more than {limit} second to read, so I stopped reading it.",
        "{name} took more than {limit} seconds to read, so I stopped reading it.",
        limit,
    ).format(name=name, limit=limit)


def picture_ends_decoder(name: str) -> str:
    return _("{name} may be damaged: the program that reads pictures crashed on it.").format(
        name=name
    )


def picture_file_too_large(name: str, limit_mb: int) -> str:
    return translate_plural(
        "{name} is too large: the file is bigger than {limit} megabyte.",
        "{name} is too large: the file is bigger than {limit} megabytes.",
        limit_mb,
    ).format(name=name, limit=limit_mb)


PICTURE_UNKNOWN_HINT = _("I can open JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF.")
PICTURE_PIPE_SILENT_HINT = _("Start the program that writes the picture first.")
PICTURE_NOT_OPENED_HINT = _(
    "If it is on another computer or on a drive, check the connection and try again."
)
PICTURE_PROCESS_STOPPED = _("The program that reads pictures was stopped.")
PICTURE_TOO_LARGE_HINT = _("Make the picture smaller first.")
PICTURE_PROCESS_KILLED = _(
    "The program that reads pictures was killed, perhaps because memory ran out."
)
PICTURE_FROM_STDIN = _("Standard input")
PICTURE_STDIN_TWICE = _("Standard input can be read only once, so give the dash only once.")


# Models


def model_unreadable(path: str, reason: str) -> str:
    return _("The model file {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def model_not_gguf(path: str) -> str:
    return _("{path} is not a GGUF file.").format(path=path)


MODEL_NEEDS_BOTH = _("A LLaVA model is two files, and only one was given.")
MODEL_NEEDS_BOTH_HINT = _(
    "Give both: --model FILE for the language model and --mmproj FILE for its vision part."
)


# Settings


def config_missing(path: str) -> str:
    return _("There is no settings file {path}.").format(path=path)


def config_unreadable(path: str, reason: str) -> str:
    return _("The settings file {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def config_known_keys(keys: str) -> str:
    return _("Known keys: {keys}.").format(keys=keys)


def setting_wrong(where: str, value: str, wanted: str) -> str:
    return _("{where} is {value}, but it must be {wanted}.").format(
        where=where, value=value, wanted=wanted
    )


def wanted_whole_number(low: int, high: int) -> str:
    return _("a whole number from {low} to {high}").format(low=low, high=high)


def wanted_number(low: float, high: float) -> str:
    return _("a number from {low} to {high}").format(low=f"{low:g}", high=f"{high:g}")


def wanted_choice(choices: tuple[str, ...]) -> str:
    return _("one of {choices}").format(choices=", ".join(choices))


WANTED_ANY_NUMBER = _("a number")
WANTED_BOOL = _("on or off")
WANTED_TEXT = _("text that is not empty")
WANTED_LAYERS = _("the first and the last layer, for example 0-31")


def sparc_wrong(reason: str) -> str:
    return _("A steering value cannot be used: {reason}.").format(reason=reason.rstrip("."))


# Speech


def speech_off(reason: str) -> str:
    return _("Speech does not work: {reason}. You still get the text.").format(
        reason=reason.rstrip(".")
    )


def player_failed(reason: str) -> str:
    if not reason:
        return _("the sound could not be played")
    return _("the sound could not be played: {reason}").format(reason=reason)


def voice_unknown(voice: str) -> str:
    return _("There is no voice named {voice}. The default voice is used instead.").format(
        voice=voice
    )


def voice_unknown_hint(examples: str) -> str:
    return _("Some voices: {examples}.").format(examples=examples)


NO_PLAYER = _("the program aplay is missing")
NO_PLAYER_HINT = _("Install it with: sudo apt install alsa-utils")
NO_VOICE_ENGINE = _("the speech engine espeak is missing")
NO_VOICE_ENGINE_HINT = _("Install it with: sudo apt install espeak-ng")
PLAYER_FAILED_HINT = _("To list the sound devices: aplay -l")
SPEECH_DIED = _("the speech program keeps stopping")
SPEECH_HUNG = _("the sound device does not answer")


# The process


def wrong_use(reason: str) -> str:
    return _("I do not understand the command: {reason}.").format(reason=reason.rstrip("."))


def wrong_use_hint(command: str) -> str:
    return _("For help: {command} --help").format(command=command)


def output_unwritable(reason: str) -> str:
    return _("The output cannot be written: {reason}.").format(reason=reason.rstrip("."))


def unexpected(reason: str) -> str:
    return _("Something went wrong inside the program: {reason}.").format(reason=reason.rstrip("."))


INTERRUPTED = _("Stopped.")
NO_MEMORY = _("There is not enough free memory.")
NO_PROCESS = _("No more programs can be started on this machine.")
NO_MEMORY_HINT = _("Close other programs and try again.")
OUTPUT_UNWRITABLE_HINT = _("Free some space, or send the output somewhere else.")
UNEXPECTED_HINT = _("Run it again with --verbose to see where.")


# The model process


def model_unloadable(name: str) -> str:
    return _("The model file {name} cannot be loaded.").format(name=name)


def mmproj_unloadable(name: str) -> str:
    return _("The projector file {name} cannot be loaded.").format(name=name)


def mmproj_unfit(mmproj: str, model: str) -> str:
    return _("The projector file {mmproj} cannot be used with the model {model}.").format(
        mmproj=mmproj, model=model
    )


def mmproj_not_for_pictures(name: str) -> str:
    return _("The file {name} is not a projector for pictures.").format(name=name)


def mmproj_damaged(name: str) -> str:
    return _("The projector file {name} is not a readable GGUF file.").format(name=name)


def mmproj_unreadable(name: str, reason: str) -> str:
    return _("The projector file {name} could not be read: {reason}.").format(
        name=name, reason=reason.rstrip(".")
    )


def mmproj_copy_failed(name: str, reason: str) -> str:
    return _("A corrected copy of {name} cannot be written: {reason}.").format(
        name=name, reason=reason.rstrip(".")
    )


def mmproj_copy_no_space(name: str, needed_mb: int) -> str:
    return translate_plural(
        "A corrected copy of {name} needs {needed} megabyte, but the disk is full.",
        "A corrected copy of {name} needs {needed} megabytes, but the disk is full.",
        needed_mb,
    ).format(name=name, needed=needed_mb)


def mmproj_copy_hint(folder: str) -> str:
    return _("Check the folder {folder} and its free space.").format(folder=folder)


MODEL_UNLOADABLE_HINT = _(
    "It may be damaged, or too new for this program. Download it again, or choose another."
)
CONTEXT_IMPOSSIBLE = _(
    "The model's context cannot be created. Memory may be short, or a setting may not fit."
)
CONTEXT_IMPOSSIBLE_HINT = _("Try a smaller --n-ctx, or --flash-attn on.")
MMPROJ_UNFIT_HINT = _(
    "They must come from the same model. Choose a pair with --model and --mmproj."
)
MMPROJ_NOT_FOR_PICTURES_HINT = _("Give the model's mmproj file with --mmproj.")
MMPROJ_DAMAGED_HINT = _("It may be incomplete. Download it again.")


def template_unknown(name: str) -> str:
    return _("There is no prompt template named {name}.").format(name=name)


def template_unusable(reason: str) -> str:
    return _("The model file's own prompt template cannot be used: {reason}.").format(
        reason=reason.rstrip(".")
    )


def template_hint(names: str) -> str:
    return _("Choose one of these with --template: {names}.").format(names=names)


def decode_failed(status: int) -> str:
    return _("The model stopped with llama.cpp error {status}.").format(status=status)


TEMPLATE_MISSING = _("The model file does not say how a question to it must be written.")
TEMPLATE_WITHOUT_PICTURE = _("The model file's own prompt template has no place for a picture.")
PICTURE_REFUSED = _("The picture could not be prepared for the model.")
PICTURE_NOT_ENCODED = _("The model could not process the picture.")
ANOTHER_PICTURE_HINT = _("Try another picture.")
VERBOSE_HINT = _("Run it again with --verbose to see why.")
NUMBERS_NOT_FINITE = _("The model's results are not valid numbers.")
DAMAGED_MODEL_HINT = _("The model file may be damaged. Download it again, or use another model.")
NO_LOGITS = _("The model gave no result.")


def worker_reason_crash(name: str) -> str:
    return _("it crashed with {name}").format(name=name)


def worker_reason_ended(code: int) -> str:
    return _("it exited with code {code}").format(code=code)


def worker_died(reason: str) -> str:
    return _("The model process failed: {reason}.").format(reason=reason)


def worker_cannot_start(reason: str) -> str:
    return _("The model process cannot be started: {reason}.").format(reason=reason.rstrip("."))


WORKER_REASON_MEMORY = _("it was killed, perhaps because memory ran out")
WORKER_REASON_HUNG = _("it stopped responding")
WORKER_REASON_ILLEGAL = _("llama.cpp was built for another processor")
WORKER_DIED_HINT = _("Try again. If it fails again, use a smaller model, or run it with --verbose.")


# Why attention is not steered (each completes the sentence of ``unsteered``)

UNSTEERED_RECURRENT = _("this model uses recurrent layers instead of attention")
UNSTEERED_CELLS = _("the picture's place in the model's memory is unknown")


def unsteered_build(reason: str) -> str:
    return _("this build of llama.cpp is not supported: {reason}").format(reason=reason)


# Heat maps and traces


def heatmap_scale(times: int) -> str:
    return translate_plural("once", "{times} times", times).format(times=times)


HEATMAP_IMPOSSIBLE = _("No heat map can be drawn: this model cuts the picture into tiles.")
HEATMAP_ONE_ANSWER = _("A heat map shows one answer. Give one picture and one question.")
HEATMAP_LEGEND = _("How often SPARC boosted each\npatch; clear means never.")


def trace_unreadable(path: str, reason: str) -> str:
    return _("The trace file {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def trace_damaged(path: str, line: int) -> str:
    return _("{path} is not a trace: line {line} was not written by --trace.").format(
        path=path, line=line
    )


def trace_model(name: str) -> str:
    return _("Model: {name}.").format(name=name)


def trace_tokens(prompt: int, image: int) -> str:
    return translate_plural(
        "Prompt: {prompt} token, {image} of them from the picture.",
        "Prompt: {prompt} tokens, {image} of them from the picture.",
        prompt,
    ).format(prompt=prompt, image=image)


def trace_parameters(
    method: str, alpha: str, beta: str, tau: str, layer: int, first: int, last: int
) -> str:
    return _(
        "Method: {method}, alpha {alpha}, beta {beta}, tau {tau}; "
        "observed layer {layer}, scaled layers {first} to {last}."
    ).format(method=method, alpha=alpha, beta=beta, tau=tau, layer=layer, first=first, last=last)


def trace_step(step: int, piece: str, n_selected: int, gain: str) -> str:
    return translate_plural(
        "Step {step}, {piece}: {n} patch selected, largest gain {gain}.",
        "Step {step}, {piece}: {n} patches selected, largest gain {gain}.",
        n_selected,
    ).format(step=step, piece=piece or _("no text"), n=n_selected, gain=gain)


def trace_steps(n_steps: int, gain: str) -> str:
    return translate_plural(
        "{n} step. Largest gain: {gain}.", "{n} steps. Largest gain: {gain}.", n_steps
    ).format(n=n_steps, gain=gain)


def trace_patch(row: int, rows: int, column: int, columns: int, times: int) -> str:
    return translate_plural(
        "Row {row} of {rows}, column {column} of {columns}: boosted once.",
        "Row {row} of {rows}, column {column} of {columns}: boosted {times} times.",
        times,
    ).format(times=times, row=row, rows=rows, column=column, columns=columns)
