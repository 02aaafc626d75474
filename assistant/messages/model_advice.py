"""What is said of the model that suits this machine, before and while it is fetched."""

from __future__ import annotations

from assistant.messages.amounts import megabytes, time_left
from assistant.messages.translation import translate as _

USUAL_BYTES_PER_S = 5e6
"""What a download is said to take where none was measured yet: 40 megabits a second."""
LIST_THEM = _(
    "For photographs, install a vision model. To list the models: sparc-assistant models list"
)

# The one sentence


def fetch_with_command(name: str, size: str) -> str:
    return _(
        "For photographs, download {name}, {size}, the best model for this machine: sparc-assistant models pull"
    ).format(name=name, size=size)


def fetch_with_key(name: str, size: str, key: str) -> str:
    return _(
        "For photographs, press {key} to download {name}, {size}, the best model for this machine."
    ).format(name=name, size=size, key=key)


def installed(name: str) -> str:
    return _(
        "For photographs, use {name}, which is installed: sparc-assistant models use {name}"
    ).format(name=name)


def installed_key(name: str, key: str) -> str:
    return _("For photographs, press {key} to choose {name}, which is installed.").format(
        name=name, key=key
    )


def installed_too_large(name: str, needs: float, free: float) -> str:
    return _(
        "For photographs, close other programs and use {name}, which is installed: it needs {needs} of memory, and "
        "this machine has {free} free."
    ).format(name=name, needs=megabytes(needs), free=megabytes(free))


def no_memory(name: str, needs: float, has: float, wanted_gb: int) -> str:
    return _(
        "No model for photographs fits this machine: the smallest, {name}, needs {needs} of memory, and this machine "
        "has {has} in all. A machine with {wanted} gigabytes can run it."
    ).format(name=name, needs=megabytes(needs), has=megabytes(has), wanted=wanted_gb)


def no_disk(name: str, needs: float, free: float) -> str:
    return _(
        "There is not enough disk space for a model for photographs: the smallest download, {name}, needs {needs}, "
        "and this machine has {free} free."
    ).format(name=name, needs=megabytes(needs), free=megabytes(free))


# Before a download


def details(name: str, size: str, time: str, cost: str, licence: str) -> str:
    return _(
        "{name} suits this machine best: {size} to download, {time}; {cost}; {licence}."
    ).format(name=name, size=size, time=time, cost=cost, licence=licence.rstrip("."))


def size_expected(n_bytes: float) -> str:
    return _("about {size}").format(size=megabytes(n_bytes))


def time_at_last_rate(n_bytes: float, bytes_per_s: float) -> str:
    return _("about {time} at the rate of the last download").format(
        time=time_left(n_bytes / bytes_per_s)
    )


def time_at_usual_rate(n_bytes: float) -> str:
    return _("about {time} at {rate} a second").format(
        time=time_left(n_bytes / USUAL_BYTES_PER_S), rate=megabytes(USUAL_BYTES_PER_S)
    )


def cost_measured(seconds: str) -> str:
    return _("about {seconds} for a picture, as measured here").format(seconds=seconds)


def cost_estimated(seconds: str) -> str:
    return _("an estimated {seconds} for a picture").format(seconds=seconds)


# In a session


def offer(name: str, n_bytes: float, time: str) -> str:
    return _("Download {name}: {size}, {time}").format(
        name=name, size=megabytes(n_bytes), time=time
    )


def offer_rest(name: str, n_bytes: float, time: str) -> str:
    return _("Continue to download {name}: {size} left, {time}").format(
        name=name, size=megabytes(n_bytes), time=time
    )


def offer_stop(name: str, progress: str) -> str:
    return _("Stop downloading {name}: {progress}").format(name=name, progress=progress)


def confirm(details: str, link: str) -> str:
    return _(
        "{details} Read the licence here: {link} To accept it and start the download, choose the same line again."
    ).format(details=details, link=link)


def fetch_started(name: str, n_bytes: float) -> str:
    return _(
        "Downloading {name}, {size}, in the background. Go on as before; you will hear when it is ready."
    ).format(name=name, size=megabytes(n_bytes))


def fetch_said(name: str, progress: str) -> str:
    return _("{name}: {progress}").format(name=name, progress=progress)


def fetch_status(name: str, progress: str) -> str:
    return _("Downloading {name}: {progress}").format(name=name, progress=progress)


def fetch_ready(name: str) -> str:
    return _("{name} is ready and in use.").format(name=name)


def fetch_ready_beside(name: str) -> str:
    return _("{name} is ready. You can choose it among the models.").format(name=name)


def fetch_ready_too_large(name: str, needs: float, free: float) -> str:
    return _(
        "{name} is installed but not in use yet: it needs {needs} of memory, and this machine has {free} free. "
        "Close other programs, then choose it."
    ).format(name=name, needs=megabytes(needs), free=megabytes(free))


def fetch_stopped(name: str) -> str:
    return _(
        "The download of {name} was stopped. What came is kept. To continue, choose it again."
    ).format(name=name)


def fetch_farewell(name: str) -> str:
    return _(
        "The download of {name} stops here. What came is kept, and choosing it again continues."
    ).format(name=name)


def fetch_ended(name: str) -> str:
    return _("The download of {name} ended unexpectedly.").format(name=name)


FETCH_BEGINS = _("Beginning.")
FETCH_NOT_STARTED = _("The download cannot be started: the system allows no further process.")
FETCH_AGAIN_HINT = _("What came is kept. To continue, choose the model again.")
