"""What is said about settings and the file that keeps them."""

from __future__ import annotations

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural


def unknown(name: str) -> str:
    return _("There is no setting {name}.").format(name=name)


UNKNOWN_HINT = _("To list all settings: sparc-assistant settings")


def did_you_mean(name: str) -> str:
    return _("Did you mean {name}?").format(name=name)


# The settings file


def line(number: int, file_name: str) -> str:
    if not number:
        return _("The settings file {file_name}").format(file_name=file_name)
    return _("Line {number} of {file_name}").format(number=number, file_name=file_name)


def name_in(name: str, where: str) -> str:
    return _("{where}: {name}").format(name=name, where=where)


def variable(name: str) -> str:
    return _("The variable {name}").format(name=name)


def line_ignored(where: str, reason: str) -> str:
    return _("{where} is ignored. {reason}").format(where=where, reason=reason)


def not_understood(written: str) -> str:
    return _("I do not understand: {written}").format(written=written)


def needs_quotes(value: str) -> str:
    return _('Put the value in quotes: "{value}".').format(value=value)


def given_twice(key: str, first_line: int) -> str:
    return _("{key} is already set in line {first_line}.").format(key=key, first_line=first_line)


def no_such_key(key: str, section: str) -> str:
    return _("There is no setting {key} under [{section}].").format(key=key, section=section)


def no_such_table(section: str) -> str:
    return _("There are no settings called {section}.").format(section=section)


def belongs_below(key: str, section: str) -> str:
    return _("{key} must stand below a line with [{section}].").format(key=key, section=section)


def more_problems(n_more: int) -> str:
    return translate_plural(
        "{n_more} more line is ignored.", "{n_more} more lines are ignored.", n_more
    ).format(n_more=n_more)


def rest_is_used(path: str) -> str:
    return _("All other settings are used. The settings file is {path}.").format(path=path)


DEFAULTS_USED = _("The default settings are used.")


def unknown_variable(name: str, near: str) -> str:
    if not near:
        return _("The variable {name} does nothing: there is no such setting.").format(name=name)
    return _("The variable {name} does nothing. Did you mean {near}?").format(name=name, near=near)


def unwritable(path: str, reason: str) -> str:
    return _("The settings file {path} could not be written: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def locked(path: str) -> str:
    return _("Another program is changing the settings file {path}.").format(path=path)


def unchanged(where: str, reason: str) -> str:
    return _("The setting was not saved. {where} is wrong. {reason}").format(
        where=where, reason=reason
    )


def unchanged_hint(path: str) -> str:
    return _("Correct it in a text editor, or delete the file {path}, then try again.").format(
        path=path
    )


NO_PLAIN_FILE = _("it is not a regular file")
"""Completes the sentence of ``unwritable``."""
TOO_LARGE = _("it is too large for a settings file")
UNWRITABLE_HINT = _("Check the free space and the permissions of the folder.")
LOCKED_HINT = _("Close the other program and try again.")


# Changing one


def now(name: str, value: str) -> str:
    return _("{name} is now {value}.").format(name=name, value=value)


def later(name: str, value: str) -> str:
    return _("{name} will be {value} from the next start.").format(name=name, value=value)


def default_now(name: str, value: str, *, is_at_once: bool) -> str:
    if not is_at_once:
        return _("{name} will be back to its default, {value}, from the next start.").format(
            name=name, value=value
        )
    return _("{name} is back to its default, {value}.").format(name=name, value=value)


def stays(name: str, value: str, source: str) -> str:
    """Say that another place decides; ``source`` is one of the words below."""
    return _("{name} stays {value}, {source}.").format(name=name, value=value, source=source)


def this_run_only(reason: str) -> str:
    return _("{reason} The setting applies until you quit.").format(reason=reason)


def change_wrong(typed: str) -> str:
    return _("I do not understand {typed}. Type one setting and one value.").format(typed=typed)


CHANGE_WRONG_HINT = _(
    "For example: sparc-assistant settings rate 200. Put a value with spaces in quotes."
)
DEFAULT_NEEDS_NAME = _("Name the setting that goes back to its default.")
DEFAULT_HINT = _("For example: sparc-assistant settings rate --default")
WANTED_KEYS = _("one character that is not a digit, or space, or escape")
KEYS_WRONG_HINT = _("Put one of the two on another key first.")


def keys_wrong(reason: str) -> str:
    return _("{reason}.").format(reason=reason[:1].upper() + reason[1:])


# What cannot be used


def folder_unusable(folder: str, reason: str) -> str:
    return _("Nothing can be saved in {folder}: {reason}.").format(folder=folder, reason=reason)


FOLDER_HINT = _("Choose another folder.")
NO_FOLDER = _("it is not a folder")
NO_PERMISSION = _("no permission")


def driver_missing(driver: str) -> str:
    return _("{driver} cannot speak here, because its program is missing.").format(driver=driver)


def no_voice(name: str) -> str:
    return _("There is no voice named {name}.").format(name=name)


def template_unknown(name: str, known: str) -> str:
    return _("There is no prompt template {name}. Known templates: {known}.").format(
        name=name, known=known
    )


BOTH_FILES_HINT = _(
    "Set both files at once: sparc-assistant settings model FILE mmproj FILE. Or put both back to "
    "their defaults first."
)


def camera_doubt(problem: str) -> str:
    return _("It does not work now: {problem}").format(problem=problem)


def model_unusable(reason: str, used: str) -> str:
    return _("The chosen model cannot be used, so {used} is used instead. {reason}").format(
        reason=reason, used=used
    )


def template_unusable(reason: str) -> str:
    return _("{reason} The model's own is used.").format(reason=reason)


def driver_unusable(driver: str) -> str:
    return _(
        "The setting speech-driver is {driver}, but its program is missing. Another voice speaks instead."
    ).format(driver=driver)


# The list


def group(title: str) -> str:
    return _("{title}:").format(title=title)


def value_line(name: str, value: str, source: str, meaning: str) -> str:
    return _("{name}: {meaning} Now {value}, {source}.").format(
        name=name, value=value, source=source, meaning=meaning
    )


def from_environment(variable: str) -> str:
    return _("from the variable {variable}").format(variable=variable)


def nothing_found(word: str) -> str:
    return _("No setting mentions {word}.").format(word=word)


def key_meaning(what: str) -> str:
    return _("Key: {what}.").format(what=what)


NOT_SET = _("not set")
ON = _("on")
OFF = _("off")
FROM_OPTION = _("from the command line")
FROM_FILE = _("from the settings file")
FROM_DEFAULT = _("the default")
