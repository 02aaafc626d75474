"""What is said about installed models: their names, choosing, checking again and removing."""

from __future__ import annotations

from assistant.messages.amounts import megabytes
from assistant.messages.translation import translate as _


def catalogue_unusable(path: str, reason: str) -> str:
    return _("The list of models {path} cannot be used: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def unknown_model(name: str) -> str:
    return _("There is no model named {name}.").format(name=name)


def known_models(names: str) -> str:
    return _("Known models: {names}.").format(names=names)


def record_unreadable(path: str, reason: str) -> str:
    return _("The list of installed models {path} cannot be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def record_damaged(path: str) -> str:
    return _("The list of installed models {path} is damaged.").format(path=path)


RECORD_DAMAGED_HINT = _(
    "Delete that file, then pull or add the models again. Nothing is downloaded twice."
)


def bad_name(name: str) -> str:
    return _("A model cannot be named {name}.").format(name=name)


BAD_NAME_HINT = _("Choose another name, made of small letters, digits, dots and dashes.")


def name_taken(name: str) -> str:
    return _("A model named {name} is already installed.").format(name=name)


def name_in_catalogue(name: str) -> str:
    return _("{name} is the name of a model that can be downloaded.").format(name=name)


def not_installed(name: str) -> str:
    return _("The model {name} is not installed.").format(name=name)


def installed_names(names: str) -> str:
    return _("Installed models: {names}.").format(names=names)


INSTALLED_HINT = _("To list the models: sparc-assistant models list")

DEMO_STAYS = _(
    "demo comes with the program and is always there. To choose it, use the command models use demo."
)

FILES_ARE_DEMO = _("These files are the small model that comes with the program.")

USE_DEMO_HINT = _("To choose it: sparc-assistant models use demo")


def cannot_delete(path: str, reason: str) -> str:
    return _("{path} cannot be deleted: {reason}.").format(path=path, reason=reason.rstrip("."))


def changed(name: str) -> str:
    return _("A file of the model {name} has changed since it was checked, or is missing.").format(
        name=name
    )


def changed_hint(name: str) -> str:
    return _("Check it with: sparc-assistant models verify {name}").format(name=name)


def changed_passed_over(name: str) -> str:
    return _(
        "The model {name} is not used, because one of its files has changed since it was checked."
    ).format(name=name)


def too_large_now(name: str, needs: float, free: float) -> str:
    return _(
        "The model {name} is not used: it needs {needs} of memory, and this machine has {free} free."
    ).format(name=name, needs=megabytes(needs), free=megabytes(free))


def tight_memory(name: str, needs: float, free: float) -> str:
    return _(
        "Memory may run short: {name} needs {needs}, and this machine has {free} free."
    ).format(name=name, needs=megabytes(needs), free=megabytes(free))


def added(name: str) -> str:
    return _("{name} is installed. Its files stay where they are.").format(name=name)


def removed(name: str, freed: float) -> str:
    return _("{name} was removed, which freed {size}.").format(name=name, size=megabytes(freed))


def removed_own(name: str) -> str:
    return _(
        "{name} was removed from the list. Its files were kept, because this program did not download them."
    ).format(name=name)


def removed_from_list(name: str) -> str:
    return _("{name} was removed from the list.").format(name=name)


def removed_but_kept(paths: str) -> str:
    return _("Kept, because it was changed or is a link: {paths}.").format(paths=paths)


def used(name: str) -> str:
    return _("From now on, {name} is used.").format(name=name)


USED_BEST = _("From now on, the best installed model that fits in memory is used.")


def verified_right(name: str, path: str) -> str:
    return _("{name}: {path} is right.").format(name=name, path=path)


def verified_wrong(name: str, path: str, aside: str) -> str:
    if path == aside:
        return _("{name}: {path} is wrong. The model is no longer used.").format(
            name=name, path=path
        )
    return _("{name}: {path} is wrong. It was renamed to {aside}.").format(
        name=name, path=path, aside=aside
    )


def verified_missing(name: str, path: str) -> str:
    return _("{name}: {path} is missing. The model is no longer used.").format(name=name, path=path)


VERIFY_FAILED = _("Some files are wrong or missing.")


def verify_failed_hint(name: str) -> str:
    return _("Download it again with: sparc-assistant models pull {name}").format(name=name)


def verify_failed_own_hint(name: str) -> str:
    return _("Add it again from good files with: sparc-assistant models add {name}").format(
        name=name
    )


NOTHING_INSTALLED = _("Only the small model that comes with the program is installed.")


def template_unknown(name: str) -> str:
    return _("There is no prompt template named {name}.").format(name=name)


def known_templates(names: str) -> str:
    return _("Known templates: {names}.").format(names=names)


def language_doubt(model: str, language: str) -> str:
    return _("{model} may not know {language} well.").format(model=model, language=language)
