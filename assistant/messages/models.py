"""What is said about model files: which there are, how to get them, and why one cannot be used."""

from __future__ import annotations

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

# A file that cannot be used


def model_file(name: str) -> str:
    return _("The model file {name}").format(name=name)


def projector_file(name: str) -> str:
    return _("The projector file {name}").format(name=name)


def any_file(name: str) -> str:
    return _("The file {name}").format(name=name)


def file_missing(file: str) -> str:
    return _("{file} does not exist.").format(file=file)


FILE_MISSING_HINT = _("Check the spelling of its name, and that the disk it is on is connected.")


def file_is_folder(path: str) -> str:
    return _("{path} is a folder, not a model file.").format(path=path)


FILE_IS_FOLDER_HINT = _("Give the file inside it whose name ends in gguf.")


def file_unreadable(file: str, reason: str) -> str:
    return _("{file} cannot be read: {reason}.").format(file=file, reason=reason.rstrip("."))


def file_changing(path: str) -> str:
    return _("Another program is writing to the file {path}.").format(path=path)


FILE_CHANGING_HINT = _("Wait until it has finished, then run the same command again.")


def file_not_gguf(file: str) -> str:
    return _("{file} is not a GGUF file.").format(file=file)


FILE_NOT_GGUF_HINT = _(
    "Model files for this program end in gguf. A download page saved by mistake does not work."
)


def file_newer(file: str) -> str:
    return _("{file} has a format that this program does not know.").format(file=file)


FILE_NEWER_HINT = _("Get a newer version of this program, or use another model.")


def file_cut(file: str) -> str:
    return _("{file} is incomplete: its end is missing.").format(file=file)


def file_damaged(file: str) -> str:
    return _("{file} is damaged.").format(file=file)


def file_incomplete(file: str) -> str:
    return _("{file} lacks parts that it needs.").format(file=file)


FILE_AGAIN_HINT = _("Download it again, for example with: sparc-assistant models pull NAME")


# Two files that do not belong together


PAIR_SWAPPED = _("The two model files are swapped: the projector was given as the model.")
PAIR_SWAPPED_HINT = _("Give the large file with --model and the small one with --mmproj.")


def pair_unfit(mmproj: str, model: str) -> str:
    return _("The projector {mmproj} was made for a different model, not for {model}.").format(
        mmproj=mmproj, model=model
    )


PAIR_UNFIT_HINT = _("Give the projector that was published with the model.")


def model_is_projector(name: str) -> str:
    return _("{name} is only a projector, the vision part of a model.").format(name=name)


MODEL_IS_PROJECTOR_HINT = _("Give the language model with --model and this file with --mmproj.")


def model_split(name: str, n_parts: int) -> str:
    return translate_plural(
        "The model file {name} is one of {n} part.",
        "The model file {name} is one of {n} parts.",
        n_parts,
    ).format(name=name, n=n_parts)


MODEL_SPLIT_HINT = _(
    "Join the parts with llama.cpp's gguf-split, or get the model as a single file."
)


def model_wrong_kind(name: str, kind: str) -> str:
    return _("{name} is a model of type {kind}, which cannot describe pictures.").format(
        name=name, kind=kind
    )


MODEL_WRONG_KIND_HINT = _("Use a LLaVA model. To list them: sparc-assistant models list")


def mmproj_is_model(name: str) -> str:
    return _("{name} is a language model, not a projector: it has no vision part.").format(
        name=name
    )


MMPROJ_IS_MODEL_HINT = _(
    "Give the model's projector with --mmproj. Its name often contains mmproj."
)


def mmproj_hears(name: str) -> str:
    return _("{name} is a projector for sound, not for pictures.").format(name=name)


# Getting one


def megabytes(n_bytes: float) -> str:
    if n_bytes >= 1e9:
        return _count_decimal("{n} gigabyte", "{n} gigabytes", n_bytes / 1e9)
    if n_bytes >= 10e6:
        return _count("{n} megabyte", "{n} megabytes", n_bytes / 1e6)
    if n_bytes >= 0.1e6:
        return _count_decimal("{n} megabyte", "{n} megabytes", n_bytes / 1e6)
    return _count("{n} kilobyte", "{n} kilobytes", n_bytes / 1e3)


def time_left(left_s: float) -> str:
    if left_s < 90:
        return _count("{n} second", "{n} seconds", left_s)
    if left_s < 5400:
        return _count("{n} minute", "{n} minutes", left_s / 60)
    return _count_decimal("{n} hour", "{n} hours", left_s / 3600)


def _count(one: str, many: str, value: float) -> str:
    return translate_plural(one, many, round(value)).format(n=round(value))


def _count_decimal(one: str, many: str, value: float) -> str:
    """Return the number with one decimal place, which is not said when it is zero."""
    rounded = round(value, 1)
    if rounded.is_integer():
        return _count(one, many, rounded)
    return translate_plural(one, many, 2).format(n=rounded)  # decimals take the plural


def progress_line(percent: int, rate: float, left_s: float | None) -> str:
    if left_s is None:
        return _("{percent} percent. No data is coming in. Still trying.").format(percent=percent)
    return _("{percent} percent, {rate} a second, {left} left.").format(
        percent=percent, rate=megabytes(rate), left=time_left(left_s)
    )


def progress_spoken(percent: int) -> str:
    return _("{percent} percent.").format(percent=percent)


PROGRESS_STALLED = _("No data is coming in. Still trying.")


def download_broke(name: str) -> str:
    return _("The connection failed several times while {name} was being downloaded.").format(
        name=name
    )


DOWNLOAD_BROKE_HINT = _("What was downloaded is kept. Run the same command again to continue.")


def download_unreachable(host: str) -> str:
    return _("The server {host} cannot be reached.").format(host=host)


DOWNLOAD_UNREACHABLE_HINT = _(
    "Check that this machine is online, then run the same command again. What was downloaded is kept."
)


def download_failed(name: str, kind: str) -> str:
    return _("{name} could not be downloaded for an unknown reason: {kind}.").format(
        name=name, kind=kind
    )


def download_trouble(host: str, status: int) -> str:
    return _("The server {host} has a problem (error {status}).").format(host=host, status=status)


def download_refused(host: str, status: int) -> str:
    return _("The server {host} refused the download (error {status}).").format(
        host=host, status=status
    )


SERVER_TROUBLE_HINT = _("Try again later. What was downloaded is kept.")
ENDPOINT_HINT = _("Check the address in the variable HF_ENDPOINT.")


def certificate_untrusted(host: str, reason: str) -> str:
    return _("The certificate of the server {host} is not trusted: {reason}.").format(
        host=host, reason=reason.rstrip(".")
    )


CERTIFICATE_HINT = _(
    "Check the date of this machine. If your network has a certificate of its own, name its file in the variable "
    "SSL_CERT_FILE."
)


def certificates_missing(variable: str) -> str:
    return _("The certificates that the variable {variable} names cannot be read.").format(
        variable=variable
    )


CERTIFICATES_HINT = _("Set it to the right path, or unset it.")


def connection_insecure(host: str, reason: str) -> str:
    return _("No secure connection to the server {host} can be made: {reason}.").format(
        host=host, reason=reason.rstrip(".")
    )


def variable_no_number(variable: str) -> str:
    return _("The variable {variable} is not a number.").format(variable=variable)


def variable_unset_hint(variable: str) -> str:
    return _("Correct or unset the variable {variable}, then run the same command again.").format(
        variable=variable
    )


def proxy_wrong(variable: str) -> str:
    return _("The proxy in the variable {variable} cannot be used.").format(variable=variable)


def proxy_wrong_hint(variable: str) -> str:
    return _("Set {variable} to your proxy's address, which begins with http, or unset it.").format(
        variable=variable
    )


def proxy_unreachable(variable: str) -> str:
    return _("The proxy in the variable {variable} cannot be reached.").format(variable=variable)


def proxy_needs_package(variable: str) -> str:
    return _(
        "The proxy in the variable {variable} is a SOCKS proxy, which needs one more package."
    ).format(variable=variable)


def proxy_needs_package_hint(command: str) -> str:
    return _("To install it: {command}").format(command=command)


PROXY_LOCKED = _("The proxy asks for a user name and a password.")
PROXY_LOCKED_HINT = _(
    "Put them into the proxy's address, in the variable HTTPS_PROXY: http://USER:PASSWORD@HOST"
)
TOKEN_WRONG = _("The access token has characters that cannot be sent.")
TOKEN_WRONG_HINT = _("Put the right token into the variable HF_TOKEN, or unset it.")


def endpoint_wrong(endpoint: str) -> str:
    return _("The variable HF_ENDPOINT is not a web address: {endpoint}.").format(
        endpoint=endpoint.rstrip(".")
    )


ENDPOINT_WRONG_HINT = _("Set it to an address that begins with https, or unset it.")


def download_other(name: str) -> str:
    return _("The file {name} on the server is not the one that this program expects.").format(
        name=name
    )


def download_too_long(name: str) -> str:
    return _("The server is sending more data for {name} than this program expects.").format(
        name=name
    )


def download_pause(seconds: float) -> str:
    return _("The server asks for a pause. Continuing in {time}.").format(time=time_left(seconds))


def download_wrong_size(name: str, size: int) -> str:
    return _("{name} has {size} on the server, which is not the expected size.").format(
        name=name, size=megabytes(size)
    )


DOWNLOAD_WRONG_SIZE_HINT = _("The file may have been replaced on the server. Choose another model.")
DOWNLOAD_OFFLINE = _("Downloads are turned off by the variable HF_HUB_OFFLINE.")
DOWNLOAD_OFFLINE_HINT = _("Unset it, then run the same command again.")


def download_gone(name: str, repository: str) -> str:
    return _("The server has no file {name} in {repository}.").format(
        name=name, repository=repository
    )


DOWNLOAD_GONE_HINT = _(
    "It may have moved. Choose another model, or add files that you have with: sparc-assistant models add"
)


def download_locked(repository: str) -> str:
    return _("The server does not let this machine read {repository}.").format(
        repository=repository
    )


DOWNLOAD_LOCKED_HINT = _(
    "You may need an account there. Put its access token in the variable HF_TOKEN."
)
DOWNLOAD_TOKEN_HINT = _(
    "The access token in the variable HF_TOKEN may be wrong, or its account may have no access yet."
)
DOWNLOAD_BUSY = _("The server asks for a pause, because there were too many downloads.")
DOWNLOAD_BUSY_HINT = _("What was downloaded is kept. Run the same command again in a few minutes.")


def download_unwritable(name: str, reason: str) -> str:
    return _("{name} could not be stored: {reason}.").format(name=name, reason=reason.rstrip("."))


# What is installed


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


def projector_corrected(name: str) -> str:
    return _(
        "Made a corrected copy of {name}. Without it, one layer of the model's vision part would not run."
    ).format(name=name)


def projector_updated(name: str) -> str:
    return _(
        "Made a corrected copy of {name}, because the file is of an old kind that does not say what it is."
    ).format(name=name)


def projector_copying(name: str) -> str:
    return _("Making a corrected copy of {name}.").format(name=name)


def no_memory(name: str, needs: float, has: float) -> str:
    return _("{name} needs {needs} of memory, and this machine has {has}.").format(
        name=name, needs=megabytes(needs), has=megabytes(has)
    )


def no_memory_hint(smaller: str) -> str:
    return _(
        "Choose a smaller model, for example {name}. To download this one anyway, add --force."
    ).format(name=smaller)


NO_MEMORY_HINT = _("No model that can be downloaded fits. To download it anyway, add --force.")


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


# Choosing


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


# Measuring


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


def about_seconds(value: float) -> str:
    if value < 10:
        return _count_decimal("{n} second", "{n} seconds", value)
    return time_left(value)


# The list


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


# The commands


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
