"""Every sentence that the program says to a person, in one package: a module a topic.

The same string is shown, spoken and felt (braille), so: the content first, no abbreviations that a voice
stumbles over, no meaning in punctuation or colour, and "may" where the model may be wrong. All pass
through ``_``, so that ``pygettext`` finds them. What takes no argument is a constant.
Texts of the options (``--help``) stand in ``assistant.settings.help_texts``, which follows the same rules.
"""

from __future__ import annotations

from assistant.messages.translation import translate
from assistant.messages.translation import translate as _

__all__ = ["translate"]

# Progress


LOOKING = _("Looking.")


def looking_at(number: int, total: int, name: str) -> str:
    return _("Looking at picture {number} of {total}: {name}.").format(
        number=number, total=total, name=name
    )


def next_question(number: int, total: int) -> str:
    return _("Question {number} of {total}.").format(number=number, total=total)


DONE = _("Done.")


MAY_BE_WRONG = _("The model may be wrong about parts of what it says.")


def still_working(stage: str) -> str:
    return _("Still working: {stage}.").format(stage=stage)


def nearly_full(still_working: str) -> str:
    return _(
        "{still_working} Memory is nearly full, which makes it slow. Close other programs, or choose a smaller model."
    ).format(still_working=still_working)


STAGE_STARTING = _("starting")


STAGE_OPENING = _("waiting for the picture")


STAGE_LOADING = _("loading the model")


STAGE_ENCODING = _("looking at the picture")


def stage_prefilling(percent: int) -> str:
    return _("reading the picture, {percent} percent").format(percent=percent)


STAGE_WRITING = _("writing the answer")


def model_loaded(name: str) -> str:
    return _("Model loaded: {name}.").format(name=name)


def restarted(reason: str) -> str:
    if not reason:
        return _("The model stopped and was started again. The answer begins anew.")
    return _("The model stopped ({reason}) and was started again. The answer begins anew.").format(
        reason=reason.rstrip(".")
    )


def seconds(value: float) -> str:
    return _("{value} seconds").format(value=f"{value:.1f}" if value < 10 else f"{value:.0f}")


# How an answer ended


def ended_max_tokens(limit: int) -> str:
    return _("The answer was cut at {limit} tokens; a larger --max-tokens lets it go on.").format(
        limit=limit
    )


ENDED_CONTEXT_FULL = _(
    "The answer was cut because the model's memory is full; a larger --n-ctx may help."
)


ENDED_REPETITION = _("The model began to repeat itself and was stopped.")


ENDED_CANCELLED = _("Stopped.")


def unsteered(reason: str) -> str:
    return _("Attention was not steered: {reason}.").format(reason=reason.rstrip("."))


NO_WORDS = _("The model found no words for this picture.")


ANSWER_MISSING = _("The model process ended without an answer.")


# The embedded model


DEMO_MODEL = _("This is the small demonstration model. It knows drawn scenes only.")
"""What is said once while the embedded model is in use, and spoken."""


DEMO_MODEL_HINT = _(
    "For photographs, get a real LLaVA; to hear which there are: sparc-assistant models list"
)


# Pictures


def picture_missing(name: str) -> str:
    return _("There is no file {name}.").format(name=name)


def picture_is_folder(name: str) -> str:
    return _("{name} is a folder, not a picture.").format(name=name)


def picture_forbidden(name: str) -> str:
    return _("{name} may not be read.").format(name=name)


def picture_forbidden_hint(name: str) -> str:
    return _("Allow it with: chmod u+r {name}").format(name=name)


def picture_unreadable(name: str, reason: str) -> str:
    return _("{name} could not be read: {reason}.").format(name=name, reason=reason.rstrip("."))


def picture_process_cannot_start(reason: str) -> str:
    return _("The process that reads pictures cannot be started: {reason}.").format(
        reason=reason.rstrip(".")
    )


def picture_empty(name: str) -> str:
    return _("{name} is empty.").format(name=name)


def picture_truncated(name: str) -> str:
    return _("{name} is damaged: it ends too early or its data is broken.").format(name=name)


def picture_unknown(name: str) -> str:
    return _("{name} is not a picture that can be read.").format(name=name)


PICTURE_UNKNOWN_HINT = _("JPEG, PNG, WebP, GIF, BMP and TIFF can be read.")


def picture_too_large(name: str, megapixels: int, limit: int) -> str:
    return _("{name} is too large: {megapixels} megapixels, and {limit} can be read.").format(
        name=name, megapixels=megapixels, limit=limit
    )


PICTURE_TOO_LARGE_HINT = _("Make it smaller first.")


def picture_slow(name: str, limit_s: float) -> str:
    return _("{name} was not read to its end within {limit} seconds, so it was given up.").format(
        name=name, limit=round(limit_s)
    )


PICTURE_PROCESS_KILLED = _(
    "The process that reads pictures was ended from outside, perhaps because memory ran out."
)


def picture_ends_decoder(name: str) -> str:
    return _("{name} may be damaged: the program that reads pictures ended at it.").format(
        name=name
    )


def picture_file_too_large(name: str, limit_mb: int) -> str:
    return _("{name} is too large a file: more than {limit} MB.").format(name=name, limit=limit_mb)


PICTURE_FROM_STDIN = _("Standard input")


PICTURE_STDIN_TWICE = _("Standard input can be read once only, so the dash may be given once.")


# Models


def model_missing(path: str) -> str:
    return _("There is no model file {path}.").format(path=path)


def model_is_folder(path: str) -> str:
    return _("{path} is a folder, not a model file.").format(path=path)


def model_unreadable(path: str, reason: str) -> str:
    return _("The model file {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def model_not_gguf(path: str) -> str:
    return _("{path} is not a GGUF file.").format(path=path)


MODEL_NEEDS_BOTH = _("A LLaVA is two files, and only one was given.")


MODEL_NEEDS_BOTH_HINT = _(
    "Give both: --model FILE for the language model and --mmproj FILE for its eyes."
)


DEMO_MISSING = _("The demonstration model is not installed here.")


DEMO_MISSING_HINT = _("Give a LLaVA's two files: --model FILE --mmproj FILE.")


# Settings


def config_missing(path: str) -> str:
    return _("There is no settings file {path}.").format(path=path)


def config_unreadable(path: str, reason: str) -> str:
    return _("The settings file {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def config_unknown_key(path: str, key: str) -> str:
    return _("The settings file {path} has an unknown key {key}.").format(path=path, key=key)


def config_known_keys(keys: str) -> str:
    return _("Known are: {keys}.").format(keys=keys)


def setting_wrong(where: str, value: str, wanted: str) -> str:
    return _("{where} is {value}; it must be {wanted}.").format(
        where=where, value=value, wanted=wanted
    )


def wanted_whole_number(low: int, high: int) -> str:
    return _("a whole number from {low} to {high}").format(low=low, high=high)


def wanted_number(low: float, high: float) -> str:
    return _("a number from {low} to {high}").format(low=f"{low:g}", high=f"{high:g}")


WANTED_ANY_NUMBER = _("a number")


def wanted_choice(choices: tuple[str, ...]) -> str:
    return _("one of {choices}").format(choices=", ".join(choices))


WANTED_BOOL = _("true or false")


WANTED_TEXT = _("a text that is not empty")


WANTED_LAYERS = _("the first and the last layer, for example 0-31")


def sparc_wrong(reason: str) -> str:
    return _("A steering value cannot be used: {reason}.").format(reason=reason.rstrip("."))


def trace_unwritable(path: str, reason: str) -> str:
    return _("The trace file {path} cannot be written: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


# Speech


def speech_off(reason: str) -> str:
    return _("Nothing can be spoken: {reason}. The text still comes.").format(
        reason=reason.rstrip(".")
    )


NO_PLAYER = _("the program aplay is missing")


NO_PLAYER_HINT = _("Install it with: sudo apt install alsa-utils")


NO_VOICE_ENGINE = _("the speech engine espeak is missing")


NO_VOICE_ENGINE_HINT = _("Install it with: sudo apt install espeak-ng")


def player_failed(reason: str) -> str:
    if not reason:
        return _("the sound could not be played")
    return _("the sound could not be played: {reason}").format(reason=reason)


PLAYER_FAILED_HINT = _("See which sound devices there are with: aplay -l")


SPEECH_DIED = _("the speech process ended by itself again and again")


SPEECH_HUNG = _("the sound device does not answer")


def voice_unknown(voice: str) -> str:
    return _("There is no voice named {voice}; the usual voice speaks.").format(voice=voice)


def voice_unknown_hint(examples: str) -> str:
    return _("Some voices: {examples}.").format(examples=examples)


# The process


def wrong_use(reason: str) -> str:
    return _("Wrong use: {reason}.").format(reason=reason.rstrip("."))


def wrong_use_hint(command: str) -> str:
    return _("For help: {command} --help").format(command=command)


INTERRUPTED = _("Stopped.")


NO_MEMORY = _("There is not enough free memory.")


NO_PROCESS = _("This machine runs as many processes as it may, and no other can be started.")


NO_MEMORY_HINT = _("Close other programs and try again.")


def output_unwritable(reason: str) -> str:
    return _("The text cannot be written: {reason}.").format(reason=reason.rstrip("."))


OUTPUT_UNWRITABLE_HINT = _("Make room where the output goes, or let it go somewhere else.")


def unexpected(reason: str) -> str:
    return _("Something went wrong inside the program: {reason}.").format(reason=reason.rstrip("."))


UNEXPECTED_HINT = _("Run it again with --verbose to see where.")


# The model process


def model_unloadable(name: str) -> str:
    return _("The model file {name} cannot be loaded.").format(name=name)


MODEL_UNLOADABLE_HINT = _(
    "It may be damaged or of a newer kind; get it again, or choose another with --model."
)


CONTEXT_IMPOSSIBLE = _(
    "The model's context cannot be made: memory may be short, or a setting may not fit."
)


CONTEXT_IMPOSSIBLE_HINT = _("Try a smaller --n-ctx, or --flash-attn on.")


def mmproj_unfit(mmproj: str, model: str) -> str:
    return _("The projector file {mmproj} cannot be used with the model {model}.").format(
        mmproj=mmproj, model=model
    )


MMPROJ_UNFIT_HINT = _(
    "They must come from the same model; choose a pair with --model and --mmproj."
)


def mmproj_not_for_pictures(name: str) -> str:
    return _("The file {name} is not a projector for pictures.").format(name=name)


MMPROJ_NOT_FOR_PICTURES_HINT = _("Give the mmproj file of the model with --mmproj.")


def mmproj_damaged(name: str) -> str:
    return _("The projector file {name} is not a readable GGUF file.").format(name=name)


MMPROJ_DAMAGED_HINT = _("It may be cut short; get it again.")


def mmproj_unreadable(name: str, reason: str) -> str:
    return _("The projector file {name} could not be read: {reason}.").format(
        name=name, reason=reason.rstrip(".")
    )


def mmproj_copy_failed(name: str, reason: str) -> str:
    return _("A corrected copy of {name} cannot be written: {reason}.").format(
        name=name, reason=reason.rstrip(".")
    )


def mmproj_copy_no_space(name: str, needed_mb: int) -> str:
    return _("A corrected copy of {name} needs {needed} megabytes, and the disk is full.").format(
        name=name, needed=needed_mb
    )


def mmproj_copy_hint(folder: str) -> str:
    return _("Check the folder {folder} and the free space there.").format(folder=folder)


KIND_UNSUPPORTED = _("This kind of picture model is not supported yet.")


KIND_UNSUPPORTED_HINT = _("Use a LLaVA model.")


def prompt_too_long(n_tokens: int, n_ctx: int) -> str:
    return _("The picture and the question need {n} tokens, and the context holds {n_ctx}.").format(
        n=n_tokens, n_ctx=n_ctx
    )


PROMPT_TOO_LONG_HINT = _("Ask a shorter question, or give a larger --n-ctx.")


def template_unknown(name: str) -> str:
    return _("There is no prompt template named {name}.").format(name=name)


def template_unusable(reason: str) -> str:
    return _("The model file's own prompt template cannot be used: {reason}.").format(
        reason=reason.rstrip(".")
    )


TEMPLATE_WITHOUT_PICTURE = _("The model file's own prompt template has no place for a picture.")


def template_hint(names: str) -> str:
    return _("Choose one with --template; there are: {names}.").format(names=names)


PICTURE_REFUSED = _("The picture could not be prepared for the model.")


PICTURE_NOT_ENCODED = _("The picture could not be encoded.")


ANOTHER_PICTURE_HINT = _("Try another picture.")


VERBOSE_HINT = _("Run it again with --verbose to see why.")


NUMBERS_NOT_FINITE = _("The model's numbers are not finite.")


DAMAGED_MODEL_HINT = _("The model file may be damaged; get it again, or use another.")


def decode_failed(status: int) -> str:
    return _("The model stopped with error {status} of llama.cpp.").format(status=status)


NO_LOGITS = _("The model gave no result.")


WORKER_REASON_MEMORY = _("it was ended from outside, perhaps because memory ran out")


WORKER_REASON_HUNG = _("it gave no sign of life")


def worker_reason_crash(name: str) -> str:
    return _("it crashed with {name}").format(name=name)


WORKER_REASON_ILLEGAL = _("llama.cpp was built for another processor")


def worker_reason_ended(code: int) -> str:
    return _("it ended by itself with code {code}").format(code=code)


def worker_died(reason: str) -> str:
    return _("The model process failed: {reason}.").format(reason=reason)


WORKER_DIED_HINT = _("Try again; if it fails again, use a smaller model or run it with --verbose.")


def worker_cannot_start(reason: str) -> str:
    return _("The model process cannot be started: {reason}.").format(reason=reason.rstrip("."))


# Why attention is not steered (each completes the sentence of ``unsteered``)


UNSTEERED_RECURRENT = _("this model has recurrent layers in place of attention")


UNSTEERED_WINDOW = _("this model's attention has a sliding window")


UNSTEERED_CELLS = _("it is not known where the picture lies in the model's memory")


def unsteered_build(reason: str) -> str:
    return _("this build of llama.cpp is not known: {reason}").format(reason=reason)


# Seeing SPARC


def heatmap_unwritable(path: str, reason: str) -> str:
    return _("The heat map {path} cannot be written: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


HEATMAP_BAD_PLACE = _("its folder is missing or may not be written to")


HEATMAP_IMPOSSIBLE = _("No heat map can be drawn: this model cuts the picture into tiles.")


HEATMAP_ONE_ANSWER = _("A heat map shows one answer: give one picture and one question.")


def heatmap_scale(times: int) -> str:
    return _("{times} times").format(times=times) if times != 1 else _("once")


HEATMAP_LEGEND = _("How often SPARC boosted each\npatch; clear: never.")


def trace_unreadable(path: str, reason: str) -> str:
    return _("The trace file {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def trace_damaged(path: str, line: int) -> str:
    return _("{path} is not a trace: line {line} is not of the kind that --trace writes.").format(
        path=path, line=line
    )


def trace_model(name: str) -> str:
    return _("Model: {name}.").format(name=name)


def trace_tokens(prompt: int, image: int) -> str:
    return _("Prompt tokens: {prompt}, of which the picture: {image}.").format(
        prompt=prompt, image=image
    )


def trace_parameters(
    method: str, alpha: str, beta: str, tau: str, layer: int, first: int, last: int
) -> str:
    return _(
        "Method: {method}, alpha {alpha}, beta {beta}, tau {tau}; "
        "observed layer {layer}, scaled layers {first} to {last}."
    ).format(method=method, alpha=alpha, beta=beta, tau=tau, layer=layer, first=first, last=last)


def trace_step(step: int, piece: str, n_selected: int, gain: str) -> str:
    return _("Step {step}, {piece}: patches selected {n}, largest gain {gain}.").format(
        step=step, piece=piece or _("no text"), n=n_selected, gain=gain
    )


def trace_steps(n_steps: int, gain: str) -> str:
    return _("Steps: {n}. Largest gain: {gain}.").format(n=n_steps, gain=gain)


def trace_patch(row: int, rows: int, column: int, columns: int, times: int) -> str:
    return _("Row {row} of {rows}, column {column} of {columns}: times boosted {times}.").format(
        times=times, row=row, rows=rows, column=column, columns=columns
    )
