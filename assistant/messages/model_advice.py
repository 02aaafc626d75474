"""What is said of the model that suits this machine, before and while it is fetched."""

from __future__ import annotations

from assistant.messages.amounts import megabytes, time_left
from assistant.messages.translation import translate as _

USUAL_BYTES_PER_S = 5e6
"""What a download is said to take where none was measured yet: 40 megabits a second."""
LIST_THEM = _(
    "For photographs, install a LLaVA model. To list the models: sparc-assistant models list"
)

# The one sentence


def fetch_with_command(name: str, n_bytes: float) -> str:
    return _(
        "For photographs, download {name}, {size}, the best model for this machine: sparc-assistant models pull"
    ).format(name=name, size=megabytes(n_bytes))


def fetch_with_key(name: str, n_bytes: float, key: str) -> str:
    return _(
        "For photographs, press {key} to download {name}, {size}, the best model for this machine."
    ).format(name=name, size=megabytes(n_bytes), key=key)


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
        "{free} is free."
    ).format(name=name, needs=megabytes(needs), free=megabytes(free))


def no_memory(name: str, needs: float, has: float, wanted_gb: int) -> str:
    return _(
        "No model for photographs fits this machine: the smallest, {name}, needs {needs} of memory, and this machine "
        "has {has} in all. A machine with {wanted} gigabytes can run it."
    ).format(name=name, needs=megabytes(needs), has=megabytes(has), wanted=wanted_gb)


def no_disk(name: str, needs: float, free: float) -> str:
    return _(
        "There is not enough disk space for a model for photographs: the smallest download, {name}, needs {needs}, "
        "and {free} is free."
    ).format(name=name, needs=megabytes(needs), free=megabytes(free))


# Before a download


def details(name: str, n_bytes: float, time: str, cost: str, licence: str) -> str:
    return _(
        "{name} suits this machine best: {size} to download, {time}; {cost}; {licence}."
    ).format(name=name, size=megabytes(n_bytes), time=time, cost=cost, licence=licence.rstrip("."))


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
