"""What the assistant says while it is used by keys."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages.translation import translate as _

# What each key does; completes "d: ..."


DO_DESCRIBE = _("take a picture and describe it in detail")


DO_BRIEF = _("take a picture and describe it in one sentence")


DO_ASK = _("ask a question about a new picture")


DO_FOLLOW_UP = _("ask a further question about the last picture")


DO_STOP = _("stop sound and work at once")


DO_PAUSE = _("pause speech, or go on")


DO_REPEAT = _("repeat the last answer")


DO_NEXT = _("next sentence")


DO_PREVIOUS = _("previous sentence")


DO_SPELL = _("spell the last words; again spells the words before")


DO_STATUS = _("say what is going on")


DO_CHECK = _("look a second time, and compare")


DO_HISTORY = _("go back to earlier pictures and answers of this run")


DO_SAVE = _("save picture and text")


DO_COPY = _("copy the text")


DO_CAMERA = _("next camera")


DO_FASTER = _("speak faster")


DO_SLOWER = _("speak slower")


DO_STEERING = _("switch the steering of attention, SPARC, on or off")


DO_MODEL = _("choose a model")


DO_SETTINGS = _("settings")


DO_HELP = _("this list of keys")


DO_QUIT = _("quit")


# Keys


KEY_NAMES = {
    "space": _("space"),
    "escape": _("escape"),
    "+": _("plus"),
    "-": _("minus"),
    ",": _("comma"),
    "?": _("question mark"),
    ".": _("full stop"),
    ";": _("semicolon"),
    ":": _("colon"),
    "/": _("slash"),
    "*": _("star"),
    "!": _("exclamation mark"),
    "#": _("number sign"),
}
"""Spoken names of keys that are no letters."""


def key_capital(key: str) -> str:
    return _("capital {key}").format(key=key)


def help_line(keys: Sequence[str], what: str, number: int) -> str:
    shown = _(" or ").join(keys)
    return _("{keys}: {what}. Number {number}.").format(keys=shown, what=what, number=number)


def key_unknown_action(name: str) -> str:
    return _("there is no action {name}").format(name=name)


def key_wrong(name: str, typed: str) -> str:
    return _(
        "{name} cannot be put on {typed}: a key is one character that is no digit, or space, or escape"
    ).format(name=name, typed=repr(typed))


def key_taken(key: str, first: str, second: str) -> str:
    return _("the key {key} cannot do both {first} and {second}").format(
        key=key, first=first, second=second
    )


def keys_wrong(reason: str) -> str:
    return _("The keys in the settings cannot be used: {reason}.").format(reason=reason)


def unknown_key(key: str) -> str:
    return _("{key} is no key of this program. Question mark lists the keys.").format(key=key)


# Start


READY = _("Ready. Press d to describe what the camera sees, or question mark for all keys.")


READY_TYPED = _(
    "Ready. Type d and press Enter to describe what the camera sees, or a question mark for all keys."
)


NOTICE = _(
    "Before the first use: the descriptions come from a model and may be wrong or leave things out. Do not rely on "
    "them for crossing streets, medicines, money, or wherever a mistake can hurt. Everything stays on this machine."
)


NOTICE_ACKNOWLEDGE = _(
    "Press Enter when you have heard this. It is said once; the list of keys repeats it."
)


GOODBYE = _("Goodbye.")


# Answers to keys


STOPPED = _("Stopped.")


NOTHING_TO_STOP = _("Nothing is going on.")


PAUSED = _("Paused. The same key goes on.")


RESUMED = _("Going on.")


NOTHING_SAID_YET = _("There is no answer yet. Describe a picture first.")


LAST_SENTENCE = _("That was the last sentence.")


FIRST_SENTENCE = _("This is the first sentence.")


def spelled(words: str, letters: str) -> str:
    return _("{words}: {letters}.").format(words=words, letters=letters)


STAGE_CAPTURING = _("taking the picture")


def status_idle(model: str, camera: str) -> str:
    return _("Nothing is going on. Model: {model}. Camera: {camera}.").format(
        model=model, camera=camera
    )


def status_busy(stage: str, took_s: float) -> str:
    return _("{stage}, {seconds} seconds.").format(
        stage=stage[:1].upper() + stage[1:], seconds=round(took_s)
    )


def rate(rate_wpm: int) -> str:
    return _("{rate} words a minute.").format(rate=rate_wpm)


def rate_at_limit(rate_wpm: int) -> str:
    return _("{rate} words a minute; it goes no further.").format(rate=rate_wpm)


STEERING_ON = _("Steering of attention is on, from the next answer.")


STEERING_OFF = _("Steering of attention is off, from the next answer.")


COPIED = _("The text is copied.")


COPY_IMPOSSIBLE = _("The text cannot be copied here.")


COPY_IMPOSSIBLE_HINT = _(
    "On a desktop, install xclip or wl-clipboard. The key v saves the text to a file."
)


def saved(picture: str, text: str) -> str:
    return _("Saved as {picture} and {text}.").format(picture=picture, text=text)


def save_failed(place: str, reason: str) -> str:
    return _("The picture could not be saved in {place}: {reason}.").format(
        place=place, reason=reason.rstrip(".")
    )


SAVE_FAILED_HINT = _(
    "Free some space or choose another folder in the settings, then press the key again."
)


def camera_now(name: str) -> str:
    return _("Camera: {name}.").format(name=name)


def camera_only_one(name: str) -> str:
    return _("There is no other camera. Camera: {name}.").format(name=name)


def model_now(name: str) -> str:
    return _("Model: {name}. It is being loaded.").format(name=name)


def model_in_use(name: str) -> str:
    return _("{name}, in use").format(name=name)


NO_CAMERA_OPENED = _("the first that is found")


NO_PICTURE_YET = _("There is no picture yet. Describe one first.")


NO_QUESTION = _("No question was asked.")


def question_too_long(length: int, limit: int) -> str:
    return _(
        "The question has {length} characters, and {limit} can be read. Ask more shortly."
    ).format(length=length, limit=limit)


# Questions to the person


TYPE_QUESTION_NEW = _(
    "Type your question and press Enter. Enter alone takes the picture first. Escape goes back."
)


TYPE_QUESTION = _("Type your question and press Enter. Enter alone goes back.")


def question_asked(question: str) -> str:
    return _("Question: {question}").format(question=question)


PICTURE_TAKEN = _("The picture is taken.")


def choose_history(total: int) -> str:
    if total == 1:
        return _("One answer. Type 1 and press Enter; Enter alone goes back.")
    return _(
        "{total} answers, newest first. Type a number and press Enter; Enter alone goes back."
    ).format(total=total)


def choose_model(total: int) -> str:
    if total == 1:
        return _("One model. Type 1 and press Enter; Enter alone goes back.")
    return _("{total} models. Type a number and press Enter; Enter alone goes back.").format(
        total=total
    )


CHOOSE_SETTING = _(
    "Type the name of a setting, a blank and its new value, and press Enter; Enter alone goes back."
)


def setting_changed(name: str, value: str) -> str:
    return _("{name} is now {value}.").format(name=name, value=value)


def setting_later(name: str, value: str) -> str:
    return _("{name} is now {value}, from the next start.").format(name=name, value=value)


SETTING_UNCLEAR = _("That names no setting and value. For example: rate 200.")


def choice_wrong(typed: str, total: int) -> str:
    return _("{typed} is none of the numbers from 1 to {total}.").format(typed=typed, total=total)


def numbered(number: int, text: str) -> str:
    return _("{number}. {text}").format(number=number, text=text)


def history_line(time: str, question: str, first_sentence: str) -> str:
    return _("{time}, {question} {answer}").format(
        time=time, question=question, answer=first_sentence
    )


HISTORY_EMPTY = _("There are no earlier answers yet.")


KIND_DETAILED = _("described in detail:")


KIND_BRIEF = _("described briefly:")


def back_at(line: str) -> str:
    return _("Back at: {line}").format(line=line)


GONE_BACK = _("Back.")


# The second look


CHECK_STARTED = _("Looking a second time.")


CHECK_NOTHING = _("The two looks have no words to compare.")


def check_both(things: Sequence[str]) -> str:
    return _("Both looks mention: {things}.").format(things=", ".join(things))


CHECK_NONE_AGREED = _("The two looks agree on nothing.")


def check_first_only(things: Sequence[str]) -> str:
    return _("Only the first mentions, so it may be wrong: {things}.").format(
        things=", ".join(things)
    )


def check_second_only(things: Sequence[str]) -> str:
    return _("Only the second mentions, so it may be wrong: {things}.").format(
        things=", ".join(things)
    )


def check_differs(first: str, second: str) -> str:
    return _("The first says {first}, the second {second}.").format(first=first, second=second)


CHECK_AGREES = _("Nothing was mentioned by one look alone. Both may still be wrong.")


CHECK_SAME_ANSWER = _("The second look gives the same answer. Both may still be wrong.")


def check_other_answer(answer: str) -> str:
    return _("The second look answers otherwise, so either may be wrong: {answer}").format(
        answer=answer
    )


CHECK_NEEDS_ANSWER = _("There is nothing to check yet. Describe a picture first.")
