"""What the assistant says while it is used by keys."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

# What each key does; completes "d: ..."

DO_DESCRIBE = _("take a picture and describe it in detail")
DO_BRIEF = _("take a picture and describe it in one sentence")
DO_ASK = _("ask a question about a new picture")
DO_FOLLOW_UP = _("ask another question about the last picture")
DO_STOP = _("stop everything at once")
DO_PAUSE = _("pause or continue speech")
DO_REPEAT = _("repeat the last answer")
DO_NEXT = _("read the next sentence")
DO_PREVIOUS = _("read the previous sentence")
DO_SPELL = _(
    "spell the last words; press again for the spelling alphabet, and once more for the words before"
)
DO_STATUS = _("say what is happening")
DO_CHECK = _("check the last answer by asking the model again")
DO_HISTORY = _("go back to an earlier picture and answer")
DO_SAVE = _("save the picture and the text")
DO_COPY = _("copy the text")
DO_CAMERA = _("switch to the next camera")
DO_FASTER = _("speak faster")
DO_SLOWER = _("speak slower")
DO_STEERING = _("turn attention steering, called SPARC, on or off")
DO_MODEL = _("choose a model")
DO_SETTINGS = _("change settings")
DO_HELP = _("list all keys")
DO_QUIT = _("quit")
DO_NEXT_LETTER = _("read the next character")
DO_PREVIOUS_LETTER = _("read the previous character")
DO_NEXT_WORD = _("read the next word")
DO_PREVIOUS_WORD = _("read the previous word")
DO_SENTENCE = _("read this sentence again")
DO_MUTE = _("turn speech off or on")
DO_TEXT = _("read the text in a new picture, or all of it after a glance")
DO_GLANCE = _("take a picture and say at once what is certain: light, colours, codes and text")


# Keys

KEY_NAMES = {
    "space": _("space"),
    "escape": _("escape"),
    "left": _("left arrow"),
    "right": _("right arrow"),
    "ctrl+left": _("control left arrow"),
    "ctrl+right": _("control right arrow"),
    " ": _("space"),
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
    "'": _("apostrophe"),
    "\u2019": _("apostrophe"),
    "\u2018": _("opening single quotation mark"),
    '"': _("quotation mark"),
    "\u201c": _("opening quotation mark"),
    "\u201d": _("closing quotation mark"),
    "(": _("left parenthesis"),
    ")": _("right parenthesis"),
    "[": _("left bracket"),
    "]": _("right bracket"),
    "{": _("left brace"),
    "}": _("right brace"),
    "<": _("less-than"),
    ">": _("greater-than"),
    "=": _("equals"),
    "@": _("at sign"),
    "&": _("ampersand"),
    "%": _("percent"),
    "$": _("dollar"),
    "_": _("underline"),
    "\\": _("backslash"),
    "|": _("vertical bar"),
    "^": _("caret"),
    "~": _("tilde"),
    "`": _("backtick"),
    "\u2013": _("dash"),
    "\u2014": _("dash"),
    "\u2026": _("ellipsis"),
    "\u00b0": _("degree"),
}
"""Spoken names of keys and signs that are not letters."""
HYPHEN = _("hyphen")
"""What the sign of the minus key is in a word."""


def key_capital(key: str) -> str:
    return _("capital {key}").format(key=key)


def help_line(keys: Sequence[str], what: str, number: int) -> str:
    shown = _(" or ").join(keys)
    return _("{keys}: {what}. Number {number}.").format(keys=shown, what=what, number=number)


def key_unknown_action(name: str) -> str:
    return _("there is no action {name}").format(name=name)


def key_wrong(name: str, typed: str) -> str:
    return _(
        "{typed} cannot be the key for {name}: use one character that is not a digit, or space, escape, left or right"
    ).format(name=name, typed=repr(typed))


def key_taken(key: str, first: str, second: str) -> str:
    return _("the key {key} cannot do both {first} and {second}").format(
        key=key, first=first, second=second
    )


def unknown_key(key: str) -> str:
    return _("{key} does nothing here. Press question mark for the list of keys.").format(key=key)


UNKNOWN_SIGN = _("This key does nothing here. Press question mark for the list of keys.")


# Start

READY = _("Ready. Press d to describe what the camera sees, or question mark for all keys.")
READY_TYPED = _(
    "Ready. Type d and press Enter to describe what the camera sees, or a question mark for all keys."
)
NOTICE = _(
    "Before the first use: the descriptions come from a model, so they may be wrong or leave things out. Do not rely "
    "on them for crossing streets, for medicines or money, or anywhere a mistake could do harm. Everything stays on "
    "this machine."
)
NOTICE_ACKNOWLEDGE = _(
    "Press Enter when you have heard this. It is said only once. The list of keys repeats it."
)
GOODBYE = _("Goodbye.")


# Answers to keys

STOPPED = _("Stopped.")
NOTHING_TO_STOP = _("There is nothing to stop.")
PAUSED = _("Paused. Press the same key to continue.")
RESUMED = _("Continuing.")


def read_on(key: str) -> str:
    return _("Press {key} to read on.").format(key=key)


NOTHING_SAID_YET = _("There is no answer yet. Describe a picture first.")
LAST_SENTENCE = _("That was the last sentence.")
FIRST_SENTENCE = _("This is the first sentence.")


def spelled(words: str, letters: str) -> str:
    return _("{words}: {letters}.").format(words=words, letters=letters)


def as_in(letter: str, word: str) -> str:
    """Return a letter with a word that begins with it; the comma makes voices say a lone "a" as a letter."""
    return _("{letter}, as in {word}").format(letter=letter, word=word)


def east_asian(sign: str, name: str) -> str:
    """Return a sign and its name: a voice of its language says the sign, another one only the name."""
    return _("{sign}, {name}").format(sign=sign, name=name)


def chinese_character(code: str) -> str:
    return _("Chinese character {code}").format(code=code)


def emoji(name: str) -> str:
    return _("emoji {name}").format(name=name)


def flag(letters: str) -> str:
    return _("flag {letters}").format(letters=letters)


def nameless(code: str) -> str:
    return _("sign without a name, {code}").format(code=code)


PHONETIC = {
    "a": _("Alpha"), "b": _("Bravo"), "c": _("Charlie"), "d": _("Delta"), "e": _("Echo"), "f": _("Foxtrot"),
    "g": _("Golf"), "h": _("Hotel"), "i": _("India"), "j": _("Juliett"), "k": _("Kilo"), "l": _("Lima"),
    "m": _("Mike"), "n": _("November"), "o": _("Oscar"), "p": _("Papa"), "q": _("Quebec"), "r": _("Romeo"),
    "s": _("Sierra"), "t": _("Tango"), "u": _("Uniform"), "v": _("Victor"), "w": _("Whiskey"), "x": _("X-ray"),
    "y": _("Yankee"), "z": _("Zulu"),
}  # fmt: skip
"""The words of the international spelling alphabet."""

LAST_LETTER = _("That was the last character.")
FIRST_LETTER = _("This is the first character.")
LAST_WORD = _("That was the last word.")
FIRST_WORD = _("This is the first word.")
MUTED = _("Speech is off. Press the same key to turn it on.")
UNMUTED = _("Speech is on.")


WHO_SPEAKS = _("Who should speak?")


def who_speaks(reader: str) -> str:
    return _("{reader} is running, so you may hear everything twice. {question}").format(
        reader=reader, question=WHO_SPEAKS
    )


def only_reader_speaks(reader: str) -> str:
    return _("Only {reader}").format(reader=reader)


BOTH_SPEAK = _("This program too")
WHO_SPEAKS_TYPED = _("Type 1 or 2 and press Enter. Press Enter alone to be asked again next time.")
BOTH_SPEAK_NOW = _("This program speaks too.")


def reader_speaks_now(key: str) -> str:
    return _("This program is silent from now on. The key {key} turns its speech on.").format(
        key=key
    )


STAGE_CAPTURING = _("taking the picture")


def status_idle(model: str, camera: str) -> str:
    return _("Nothing is happening. Model: {model}. Camera: {camera}.").format(
        model=model, camera=camera
    )


def status_busy(stage: str, took_s: float) -> str:
    seconds = round(took_s)
    return translate_plural(
        "{stage}, {seconds} second.", "{stage}, {seconds} seconds.", seconds
    ).format(stage=stage[:1].upper() + stage[1:], seconds=seconds)


def status_reading(number: int, total: int) -> str:
    return _("Reading sentence {number} of {total}.").format(number=number, total=total)


def status_paused(number: int, total: int) -> str:
    return _("Paused at sentence {number} of {total}.").format(number=number, total=total)


def rate(rate_wpm: int) -> str:
    return translate_plural("{rate} word a minute.", "{rate} words a minute.", rate_wpm).format(
        rate=rate_wpm
    )


def rate_at_limit(rate_wpm: int) -> str:
    return translate_plural(
        "{rate} word a minute. This is the limit.",
        "{rate} words a minute. This is the limit.",
        rate_wpm,
    ).format(rate=rate_wpm)


STEERING_ON = _("Attention steering is on from the next answer.")
STEERING_ON_UNMEASURED = _(
    "Attention steering is on from the next answer. It was not measured with this model, so the answers may get worse."
)
STEERING_OFF = _("Attention steering is off from the next answer.")


def steering_is_off(key: str) -> str:
    return _("Attention steering is off. {key} turns it on.").format(key=key)


def steering_is_off_unmeasured(key: str) -> str:
    return _(
        "Attention steering is off, because it was not measured with this model. {key} turns it on."
    ).format(key=key)


SAYS_YES = _(
    "This model says yes to every question whether something is there. Rely on its descriptions only."
)
SAVING = _("Saving.")
COPYING = _("Copying.")
CHANGING_CAMERA = _("Looking for another camera.")
OPENING_MODEL = _("Opening the model.")
COPIED = _("The text was copied.")
COPY_IMPOSSIBLE = _("The text cannot be copied here.")
COPY_IMPOSSIBLE_HINT = _(
    "On a desktop, install xclip or wl-clipboard. Or press v to save the text to a file."
)


def saved(folder: str, name: str) -> str:
    return _("Saved in {folder}, as {name}.").format(folder=folder, name=name)


def saved_name(number: int) -> str:
    return _("picture {number}").format(number=number)


def folder_inside(name: str, parent: str) -> str:
    return _("{name} in {parent}").format(name=name, parent=parent)


def saved_text(question: str, answer: Sequence[str], when: str, model: str) -> str:
    """Return the text of the file: what was asked and answered first, where it came from last."""
    source = _("Answered by {model} on {when}.") if model else _("Answered on {when}.")
    lines = (
        question[:1].upper() + question[1:],
        *answer,
        "",
        source.format(model=model, when=when),
        NOTICE_SHORT,
    )
    return "\n".join(lines)


NOTICE_SHORT = _(
    "The answer comes from a model, so it may be wrong or leave things out. Do not rely on it where a mistake could "
    "do harm."
)
ANSWER_STOPPED = _("The answer was stopped here.")


def save_failed(place: str, reason: str) -> str:
    return _("The picture could not be saved in {place}: {reason}.").format(
        place=place, reason=reason.rstrip(".")
    )


SAVE_FAILED_HINT = _(
    "Free some space, or choose another folder in the settings. Then press the key again."
)


def camera_now(name: str) -> str:
    return _("Camera: {name}.").format(name=name)


def camera_only_one(name: str) -> str:
    return _("There is no other camera. Camera: {name}.").format(name=name)


def model_now(name: str) -> str:
    return _("Model: {name}. It is loading.").format(name=name)


def model_in_use(name: str) -> str:
    return _("{name}, in use").format(name=name)


NO_CAMERA_OPENED = _("the first one found")
NO_PICTURE_YET = _("There is no picture yet. Describe a picture first.")


def asked(question: str) -> str:
    return _("Asked: {question}").format(question=question)


NO_QUESTION = _("No question was asked.")


def question_too_long(length: int, limit: int) -> str:
    return translate_plural(
        "The question has {length} character, but the limit is {limit}. Ask a shorter question.",
        "The question has {length} characters, but the limit is {limit}. Ask a shorter question.",
        length,
    ).format(length=length, limit=limit)


# Questions to the person

TYPE_QUESTION_NEW = _(
    "Type your question and press Enter. Press Enter alone to take the picture first. Escape goes back."
)
TYPE_QUESTION = _("Type your question and press Enter. Press Enter alone to go back.")
PICTURE_TAKEN = _("The picture was taken.")


def choose_history(total: int) -> str:
    return translate_plural(
        "One answer. Type 1 and press Enter. Press Enter alone to go back.",
        "{total} answers, newest first. Type a number and press Enter. Press Enter alone to go back.",
        total,
    ).format(total=total)


def choose_model(total: int) -> str:
    return translate_plural(
        "One model. Type 1 and press Enter. Press Enter alone to go back.",
        "{total} models. Type a number and press Enter. Press Enter alone to go back.",
        total,
    ).format(total=total)


CHOOSE_SETTING = _(
    "Type the name of a setting, a space and its new value, then press Enter. Press Enter alone to go back."
)


SETTING_UNCLEAR = _("Type a setting and a value, for example: rate 200.")


def choice_wrong(typed: str, total: int) -> str:
    if total == 1:
        return _("There is only number 1.")
    return _("{typed} is not in the list. Type a number from 1 to {total}.").format(
        typed=typed, total=total
    )


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
    return _("Back to: {line}").format(line=line)


GONE_BACK = _("Back.")


# The check

CHECK_STARTED = _("Checking again.")
CHECK_NOTHING = _("There is nothing to compare in the two descriptions.")


def check_both(things: Sequence[str], more: int = 0) -> str:
    return _("Both descriptions mention: {things}.").format(things=_list_some(things, more))


CHECK_NONE_AGREED = _("The two descriptions have nothing in common.")


def check_first_only(things: Sequence[str], more: int = 0) -> str:
    return _("Only the first mentions this, so it may be wrong: {things}.").format(
        things=_list_some(things, more)
    )


def check_second_only(things: Sequence[str], more: int = 0) -> str:
    return _("Only the second mentions this, so it may be wrong: {things}.").format(
        things=_list_some(things, more)
    )


def _list_some(things: Sequence[str], more: int) -> str:
    listed = ", ".join(things)
    if not more:
        return listed
    return translate_plural("{things}, and {more} more", "{things}, and {more} more", more).format(
        things=listed, more=more
    )


def check_more_differ(more: int) -> str:
    return translate_plural(
        "They differ in {more} more thing.", "They differ in {more} more things.", more
    ).format(more=more)


def check_differs(first: str, second: str) -> str:
    return _("The first says {first}. The second says {second}.").format(first=first, second=second)


CHECK_AGREES = _("Both descriptions mention the same things. Both may still be wrong.")
CHECK_SAME_ANSWER = _("The second answer is the same. Both may still be wrong.")


def check_other_answer(answer: str) -> str:
    return _("The second answer is different, so either may be wrong: {answer}").format(
        answer=answer
    )


CHECK_NEEDS_ANSWER = _("There is nothing to check yet. Describe a picture first.")


# Power and heat, when the status is asked for


def on_battery(*, saves: bool) -> str:
    if not saves:
        return _("This machine is running on battery.")
    return _("This machine is running on battery, so pictures are not prepared in advance.")


def under_voltage(*, saves: bool) -> str:
    if not saves:
        return _("The power supply is too weak.")
    return _("The power supply is too weak, so pictures are not prepared in advance.")


def hot(celsius: float) -> str:
    degrees = round(celsius)
    return translate_plural(
        "The processor is hot, {celsius} degree, so answers use about half of its cores at most.",
        "The processor is hot, {celsius} degrees, so answers use about half of its cores at most.",
        degrees,
    ).format(celsius=degrees)
