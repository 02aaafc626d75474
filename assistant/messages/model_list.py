"""What the list of models says of each, and what measuring one says."""

from __future__ import annotations

from assistant.messages.amounts import megabytes
from assistant.messages.translation import translate as _

BENCH_LOADING = _("Loading the model.")

BENCH_LOOKING = _("Looking at a picture.")

BENCH_READING = _("Reading the picture. With a large model this can take minutes.")

BENCH_WRITING = _("Writing.")

BENCH_FAILED = _("The time could not be measured: the model gave no answer.")


def bench_start(name: str) -> str:
    return _("Measuring how long {name} takes for a picture.").format(name=name)


def bench_result(name: str, seconds: str) -> str:
    return _("{name} takes about {seconds} for a picture. The result is saved.").format(
        name=name, seconds=seconds
    )


def bench_forgotten(name: str, seconds: str) -> str:
    return _("{name} takes about {seconds} for a picture. The result could not be saved.").format(
        name=name, seconds=seconds
    )


def list_head(name: str, title: str) -> str:
    return _("{name}: {title}.").format(name=name, title=title)


LIST_IN_USE = _("Installed, and used unless you choose another.")

LIST_INSTALLED = _("Installed.")


def list_changed(name: str) -> str:
    return _(
        "Installed, but a file has changed. Check it with: sparc-assistant models verify {name}"
    ).format(name=name)


def list_download(n_bytes: float) -> str:
    return _("Not installed. Download size: {size}.").format(size=megabytes(n_bytes))


def list_fits(needs: float) -> str:
    return _("Fits this machine. It needs {needs} of memory.").format(needs=megabytes(needs))


def list_fits_later(needs: float, free: float) -> str:
    return _(
        "Fits this machine once enough memory is free. It needs {needs} of memory. Free now: {free}."
    ).format(needs=megabytes(needs), free=megabytes(free))


def list_too_large(needs: float, has: float) -> str:
    return _(
        "Does not fit this machine. It needs {needs} of memory, and this machine has {has}."
    ).format(needs=megabytes(needs), has=megabytes(has))


def list_memory_unknown(needs: float) -> str:
    return _("Needs {needs} of memory.").format(needs=megabytes(needs))


def list_measured(seconds: str, day: str) -> str:
    return _("Takes about {seconds} for a picture, measured on {day}.").format(
        seconds=seconds, day=day
    )


def list_estimated(seconds: str, name: str) -> str:
    return _("May take about {seconds} for a picture, estimated from {name}.").format(
        seconds=seconds, name=name
    )


LIST_UNMEASURED = _("The time for a picture is not known yet.")

LIST_BENCH_HINT = _("To measure an installed model here: sparc-assistant models bench NAME")


def list_licence(licence: str, link: str) -> str:
    return _("Licence: {licence}, {link}").format(licence=licence, link=link)


def list_languages(names: str) -> str:
    return _("Languages: {names}.").format(names=names)


LIST_DEMO = _("The small model that comes with the program. It knows drawn scenes only")


def list_own(path: str) -> str:
    return _("Your own files: {path}").format(path=path)


# Which to take


def take_best(name: str, within_s: float) -> str:
    return _(
        "{name} suits this machine best: of the models that fit and describe a picture within {n} seconds, it should "
        "describe best."
    ).format(name=name, n=round(within_s))


def take_quickest(name: str, within_s: float) -> str:
    return _(
        "{name} suits this machine best: none that fits describes a picture within {n} seconds, and it is the quickest."
    ).format(name=name, n=round(within_s))


TAKE_INSTALLED = _("It is installed.")


def take_by_command(size: str) -> str:
    return _("To download it, {size}: sparc-assistant models pull").format(size=size)


LIST_STEERING = {
    "published": _("Attention steering is on, with the values that its authors published."),
    "borrowed": _(
        "Attention steering is on, with values of another model. It was not measured with this one."
    ),
    "off": _(
        "Attention steering is off, because it was not measured with this model. "
        "In the program o turns it on, and everywhere the option --method sparc."
    ),
}

LIST_ROUNDED = _(
    "Its vision part is rounded to 8 bits, so what the model sees is off by up to 2 percent. "
    "In half precision it would be less than a tenth of a percent."
)

LIST_UNKNOWN_SIZE = _(
    "The exact download size is not known here. It comes from the server, before the download."
)

LIST_UNKNOWN_HASH = _(
    "The checksum of one of its files is not known here, so the file is compared with the one that the server states."
)


def list_estimated_from_cores(seconds: str) -> str:
    return _("May take about {seconds} for a picture, estimated from the processor.").format(
        seconds=seconds
    )
