"""What is said while a model is being installed: the licence, the room for it, its checksums."""

from __future__ import annotations

from assistant.messages.amounts import megabytes
from assistant.messages.downloads import DOWNLOAD_BROKE_HINT
from assistant.messages.translation import translate as _


def store_unwritable(path: str, reason: str) -> str:
    return _("The models folder {path} cannot be written to: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def fetching(name: str, n_bytes: float) -> str:
    return _("Downloading {name}, {size}.").format(name=name, size=megabytes(n_bytes))


def fetching_rest(name: str, n_bytes: float, n_left: float) -> str:
    return _("Continuing to download {name}, with {left} of {size} left.").format(
        name=name, left=megabytes(n_left), size=megabytes(n_bytes)
    )


def checking(name: str) -> str:
    return _("Checking {name}.").format(name=name)


def found_elsewhere(name: str, folder: str) -> str:
    return _("{name} is already on this machine. It will be used where it is, in {folder}.").format(
        name=name, folder=folder
    )


def hash_from_server(name: str) -> str:
    return _(
        "This program does not know the checksum of {name}, so it will use the one that the server gives."
    ).format(name=name)


def hash_nowhere(name: str) -> str:
    return _("The server gives no checksum for {name}, so damage would go unnoticed.").format(
        name=name
    )


def size_from_server(name: str, n_bytes: float) -> str:
    return _("The size of {name} was not known here. The server says {size}.").format(
        name=name, size=megabytes(n_bytes)
    )


def size_nowhere(name: str) -> str:
    return _("The server does not say how large {name} is, and this program does not know.").format(
        name=name
    )


SIZE_NOWHERE_HINT = _(
    "Download both files with a browser, then install them: sparc-assistant models add NAME"
)

HASH_NOWHERE_HINT = _("To install it anyway, add --unverified.")


def hash_unknown(name: str) -> str:
    return _(
        "{name} has the right size. It could not be checked further; its checksum is now recorded."
    ).format(name=name)


def wrong_hash(name: str, aside: str) -> str:
    return _("{name} is not the right file. It was renamed to {aside}.").format(
        name=name, aside=aside
    )


WRONG_HASH_HINT = _(
    "Run the same command again to download the right one. The wrong file is not used."
)


def no_memory(name: str, needs: float, has: float) -> str:
    return _("{name} needs {needs} of memory, and this machine has {has}.").format(
        name=name, needs=megabytes(needs), has=megabytes(has)
    )


def no_memory_hint(smaller: str) -> str:
    return _(
        "Choose a smaller model, for example {name}. To download this one anyway, add --force."
    ).format(name=smaller)


NO_MEMORY_HINT = _("No model that can be downloaded fits. To download it anyway, add --force.")


NONE_FITS_HINT = _("To download a model anyway, name it: sparc-assistant models pull NAME --force")


def no_disk(name: str, needs: float, free: float) -> str:
    return _("{name} needs {needs} of disk space, and the disk has only {free} free.").format(
        name=name, needs=megabytes(needs), free=megabytes(free)
    )


def no_disk_hint(folder: str) -> str:
    return _(
        "Free some space on the disk that holds {folder}, or set {variable} to another folder."
    ).format(folder=folder, variable="SPARC_ASSISTANT_MODELS_FOLDER")


def pull_running(name: str) -> str:
    return _("Another command is already downloading {name}.").format(name=name)


PULL_RUNNING_HINT = _("Wait until it has finished, or stop it there with Control C.")


def licence(title: str, name: str, link: str) -> str:
    return _("{title} is under this licence: {name}. Read it here: {link}").format(
        title=title, name=name, link=link
    )


LICENCE_PROMPT = _(
    "To accept it and download the model, type yes and press Enter. Enter alone stops."
)

LICENCE_REFUSED = _("The licence was not accepted, so nothing was downloaded.")

LICENCE_NEEDED = _("The licence must be accepted first, and there is no terminal to ask in.")

LICENCE_NEEDED_HINT = _("Read it, then add --accept-licence to the command.")


def already_installed(name: str) -> str:
    return _("{name} is already installed.").format(name=name)


def pulled(name: str) -> str:
    return _("{name} is installed.").format(name=name)


KEPT_FOR_NEXT_TIME = DOWNLOAD_BROKE_HINT
