"""What the assistant says while it is used by keys."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages.translation import translate as _

# What each key does; completes "d: ..."


def do_describe() -> str:
    return _("take a picture and describe it in detail")


def do_brief() -> str:
    return _("take a picture and describe it in one sentence")


def do_ask() -> str:
    return _("ask a question about a new picture")


def do_follow_up() -> str:
    return _("ask a further question about the last picture")


def do_stop() -> str:
    return _("stop sound and work at once")


def do_pause() -> str:
    return _("pause speech, or go on")


def do_repeat() -> str:
    return _("repeat the last answer")


def do_next() -> str:
    return _("next sentence")


def do_previous() -> str:
    return _("previous sentence")


def do_spell() -> str:
    return _("spell the last words; again spells the words before")


def do_status() -> str:
    return _("say what is going on")


def do_check() -> str:
    return _("look a second time, and compare")


def do_history() -> str:
    return _("go back to earlier pictures and answers of this run")


def do_save() -> str:
    return _("save picture and text")


def do_copy() -> str:
    return _("copy the text")


def do_camera() -> str:
    return _("next camera")


def do_faster() -> str:
    return _("speak faster")


def do_slower() -> str:
    return _("speak slower")


def do_steering() -> str:
    return _("switch the steering of attention, SPARC, on or off")


def do_model() -> str:
    return _("choose a model")


def do_settings() -> str:
    return _("settings")


def do_help() -> str:
    return _("this list of keys")


def do_quit() -> str:
    return _("quit")


# Keys


def key_names() -> dict[str, str]:
    """Spoken names of keys that are no letters."""
    return {
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


def ready() -> str:
    return _("Ready. Press d to describe what the camera sees, or question mark for all keys.")


def ready_typed() -> str:
    return _(
        "Ready. Type d and press Enter to describe what the camera sees, or a question mark for all keys."
    )


def notice() -> str:
    return _(
        "Before the first use: the descriptions come from a model and may be wrong or leave things out. Do not rely on "
        "them for crossing streets, medicines, money, or wherever a mistake can hurt. Everything stays on this machine."
    )


def notice_acknowledge() -> str:
    return _("Press Enter when you have heard this. It is said once; the list of keys repeats it.")


def goodbye() -> str:
    return _("Goodbye.")


# Answers to keys


def stopped() -> str:
    return _("Stopped.")


def nothing_to_stop() -> str:
    return _("Nothing is going on.")


def paused() -> str:
    return _("Paused. The same key goes on.")


def resumed() -> str:
    return _("Going on.")


def nothing_said_yet() -> str:
    return _("There is no answer yet. Describe a picture first.")


def last_sentence() -> str:
    return _("That was the last sentence.")


def first_sentence() -> str:
    return _("This is the first sentence.")


def spelled(words: str, letters: str) -> str:
    return _("{words}: {letters}.").format(words=words, letters=letters)


def stage_capturing() -> str:
    return _("taking the picture")


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


def steering_on() -> str:
    return _("Steering of attention is on, from the next answer.")


def steering_off() -> str:
    return _("Steering of attention is off, from the next answer.")


def copied() -> str:
    return _("The text is copied.")


def copy_impossible() -> str:
    return _("The text cannot be copied here.")


def copy_impossible_hint() -> str:
    return _("On a desktop, install xclip or wl-clipboard. The key v saves the text to a file.")


def saved(picture: str, text: str) -> str:
    return _("Saved as {picture} and {text}.").format(picture=picture, text=text)


def save_failed(place: str, reason: str) -> str:
    return _("The picture could not be saved in {place}: {reason}.").format(
        place=place, reason=reason.rstrip(".")
    )


def save_failed_hint() -> str:
    return _("Free some space or choose another folder in the settings, then press the key again.")


def camera_now(name: str) -> str:
    return _("Camera: {name}.").format(name=name)


def camera_only_one(name: str) -> str:
    return _("There is no other camera. Camera: {name}.").format(name=name)


def model_now(name: str) -> str:
    return _("Model: {name}. It is being loaded.").format(name=name)


def model_in_use(name: str) -> str:
    return _("{name}, in use").format(name=name)


def no_camera_opened() -> str:
    return _("the first that is found")


def no_picture_yet() -> str:
    return _("There is no picture yet. Describe one first.")


def no_question() -> str:
    return _("No question was asked.")


def question_too_long(length: int, limit: int) -> str:
    return _(
        "The question has {length} characters, and {limit} can be read. Ask more shortly."
    ).format(length=length, limit=limit)


# Questions to the person


def type_question_new() -> str:
    return _(
        "Type your question and press Enter. Enter alone takes the picture first. Escape goes back."
    )


def type_question() -> str:
    return _("Type your question and press Enter. Enter alone goes back.")


def question_asked(question: str) -> str:
    return _("Question: {question}").format(question=question)


def picture_taken() -> str:
    return _("The picture is taken.")


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


def choose_setting() -> str:
    return _(
        "Type the name of a setting, a blank and its new value, and press Enter; Enter alone goes back."
    )


def setting_changed(name: str, value: str) -> str:
    return _("{name} is now {value}.").format(name=name, value=value)


def setting_later(name: str, value: str) -> str:
    return _("{name} is now {value}, from the next start.").format(name=name, value=value)


def setting_unclear() -> str:
    return _("That names no setting and value. For example: rate 200.")


def choice_wrong(typed: str, total: int) -> str:
    return _("{typed} is none of the numbers from 1 to {total}.").format(typed=typed, total=total)


def numbered(number: int, text: str) -> str:
    return _("{number}. {text}").format(number=number, text=text)


def history_line(time: str, question: str, first_sentence: str) -> str:
    return _("{time}, {question} {answer}").format(
        time=time, question=question, answer=first_sentence
    )


def history_empty() -> str:
    return _("There are no earlier answers yet.")


def kind_detailed() -> str:
    return _("described in detail:")


def kind_brief() -> str:
    return _("described briefly:")


def back_at(line: str) -> str:
    return _("Back at: {line}").format(line=line)


def gone_back() -> str:
    return _("Back.")


# The second look


def check_started() -> str:
    return _("Looking a second time.")


def check_nothing() -> str:
    return _("The two looks have no words to compare.")


def check_both(things: Sequence[str]) -> str:
    return _("Both looks mention: {things}.").format(things=", ".join(things))


def check_none_agreed() -> str:
    return _("The two looks agree on nothing.")


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


def check_agrees() -> str:
    return _("Nothing was mentioned by one look alone. Both may still be wrong.")


def check_same_answer() -> str:
    return _("The second look gives the same answer. Both may still be wrong.")


def check_other_answer(answer: str) -> str:
    return _("The second look answers otherwise, so either may be wrong: {answer}").format(
        answer=answer
    )


def check_needs_answer() -> str:
    return _("There is nothing to check yet. Describe a picture first.")
