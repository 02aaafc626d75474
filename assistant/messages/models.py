"""What is said about model files: which there are, getting them, and why one cannot be used."""

from __future__ import annotations

from assistant.messages.translation import translate as _

# A file that cannot be used


def file_missing(path: str) -> str:
    return _("There is no model file {path}.").format(path=path)


FILE_MISSING_HINT = _(
    "See whether the name is spelled right, and whether the disk that it is on is there."
)


def file_is_folder(path: str) -> str:
    return _("{path} is a folder, not a model file.").format(path=path)


FILE_IS_FOLDER_HINT = _("Give the file inside it that ends in gguf.")


def file_unreadable(path: str, reason: str) -> str:
    return _("The model file {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def file_changing(path: str) -> str:
    return _("The file {path} is being written by another program.").format(path=path)


FILE_CHANGING_HINT = _("Wait until that is done, and run the same command again.")


def file_not_gguf(name: str) -> str:
    return _("{name} is not a GGUF file.").format(name=name)


FILE_NOT_GGUF_HINT = _(
    "Models for this program end in gguf; a download page saved by mistake does not work."
)


def file_newer(name: str) -> str:
    return _("The model file {name} is of a kind that this program does not know.").format(
        name=name
    )


FILE_NEWER_HINT = _("Get a newer version of this program, or use another model.")


def file_cut(name: str) -> str:
    return _("The model file {name} is not whole: its end is missing.").format(name=name)


def file_damaged(name: str) -> str:
    return _("The model file {name} is damaged.").format(name=name)


def file_incomplete(name: str) -> str:
    return _("The model file {name} lacks parts that a model needs.").format(name=name)


FILE_AGAIN_HINT = _("Get it again, for example with: sparc-assistant models pull")


# Two files that do not belong together


PAIR_SWAPPED = _("The two model files are swapped: the projector was given as the model.")


PAIR_SWAPPED_HINT = _("Give the large file with --model and the small one with --mmproj.")


def pair_unfit(mmproj: str, model: str) -> str:
    return _("The projector {mmproj} belongs to another model than {model}.").format(
        mmproj=mmproj, model=model
    )


PAIR_UNFIT_HINT = _("Give the projector that was published with the model.")


def model_is_projector(name: str) -> str:
    return _("{name} is a projector alone: it sees, and cannot write.").format(name=name)


MODEL_IS_PROJECTOR_HINT = _("Give the language model with --model and this file with --mmproj.")


def model_split(name: str, n_parts: int) -> str:
    return _("The model file {name} is one of {n} parts.").format(name=name, n=n_parts)


MODEL_SPLIT_HINT = _("Join the parts with llama.cpp's gguf-split, or get the model as one file.")


def model_wrong_kind(name: str, kind: str) -> str:
    return _("{name} is a model of the kind {kind}, which cannot describe pictures.").format(
        name=name, kind=kind
    )


MODEL_WRONG_KIND_HINT = _("Use a LLaVA model; for a list say: sparc-assistant models list")


def mmproj_is_model(name: str) -> str:
    return _("{name} is a model for text and has no eyes: it is not a projector.").format(name=name)


MMPROJ_IS_MODEL_HINT = _(
    "Give the model's projector with --mmproj; its name often has mmproj in it."
)


def mmproj_hears(name: str) -> str:
    return _("{name} is a projector for sound, not for pictures.").format(name=name)


# Getting one


def megabytes(n_bytes: float) -> str:
    if n_bytes >= 1e9:
        return _("{value} gigabytes").format(value=f"{n_bytes / 1e9:.1f}")
    if n_bytes >= 10e6:
        return _("{value} megabytes").format(value=f"{n_bytes / 1e6:.0f}")
    if n_bytes >= 0.1e6:
        return _("{value} megabytes").format(value=f"{n_bytes / 1e6:.1f}")
    return _("{value} kilobytes").format(value=f"{n_bytes / 1e3:.0f}")


def time_left(left_s: float) -> str:
    if left_s < 90:
        return _("{n} seconds").format(n=f"{left_s:.0f}")
    if left_s < 5400:
        return _("{n} minutes").format(n=f"{left_s / 60:.0f}")
    return _("{n} hours").format(n=f"{left_s / 3600:.1f}")


def progress_line(percent: int, rate: float, left_s: float | None) -> str:
    if left_s is None:
        return _("{percent} percent, nothing comes at present.").format(percent=percent)
    return _("{percent} percent, {rate} a second, {left} left.").format(
        percent=percent, rate=megabytes(rate), left=time_left(left_s)
    )


def progress_spoken(percent: int) -> str:
    return _("{percent} percent.").format(percent=percent)


PROGRESS_STALLED = _("Nothing comes at present.")


def download_broke(name: str) -> str:
    return _("The connection broke again and again while {name} was fetched.").format(name=name)


DOWNLOAD_BROKE_HINT = _("What has come is kept: run the same command again to go on.")


def download_unreachable(host: str) -> str:
    return _("The server {host} cannot be reached.").format(host=host)


DOWNLOAD_UNREACHABLE_HINT = _(
    "See whether this machine is online, then run the same command again: what has come is kept."
)


def endpoint_wrong(endpoint: str) -> str:
    return _("The variable HF_ENDPOINT is no web address: {endpoint}.").format(
        endpoint=endpoint.rstrip(".")
    )


ENDPOINT_WRONG_HINT = _("Set it to an address that begins with https, or unset it.")


def download_other(name: str) -> str:
    return _("The server offers another file named {name} than the one that is known.").format(
        name=name
    )


def download_too_long(name: str) -> str:
    return _("The server sends more of {name} than the file that is known has.").format(name=name)


def download_pause(seconds: float) -> str:
    return _("The server asks for a pause. Going on in {time}.").format(time=time_left(seconds))


def download_wrong_size(name: str, size: int) -> str:
    return _("The server offers {name} with {size}, which is not the file that is known.").format(
        name=name, size=megabytes(size)
    )


DOWNLOAD_WRONG_SIZE_HINT = _("The file may have been replaced there; choose another model.")


DOWNLOAD_OFFLINE = _("Downloads are switched off by the variable HF_HUB_OFFLINE.")


DOWNLOAD_OFFLINE_HINT = _("Unset it, and run the same command again.")


def download_gone(name: str, repository: str) -> str:
    return _("The server has no file {name} in {repository}.").format(
        name=name, repository=repository
    )


DOWNLOAD_GONE_HINT = _(
    "It may have moved; choose another model, or add files that you have with: sparc-assistant models add"
)


def download_locked(repository: str) -> str:
    return _("The server does not let this machine read {repository}.").format(
        repository=repository
    )


DOWNLOAD_LOCKED_HINT = _("It may need an account: put your token into the variable HF_TOKEN.")


DOWNLOAD_BUSY = _("The server asks for a pause: too many downloads at present.")


DOWNLOAD_BUSY_HINT = _("What has come is kept: run the same command again in some minutes.")


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
    return _("Known are: {names}.").format(names=names)


def record_unreadable(path: str, reason: str) -> str:
    return _("The list of installed models {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def record_damaged(path: str) -> str:
    return _("The list of installed models {path} is damaged.").format(path=path)


RECORD_DAMAGED_HINT = _(
    "Delete that file and pull or add the models again; downloads are not repeated."
)


def store_unwritable(path: str, reason: str) -> str:
    return _("The models folder {path} cannot be written: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def fetching(name: str, n_bytes: float) -> str:
    return _("Fetching {name}, {size}.").format(name=name, size=megabytes(n_bytes))


def fetching_rest(name: str, n_bytes: float, n_left: float) -> str:
    return _("Going on with {name}: {left} of {size} are missing.").format(
        name=name, left=megabytes(n_left), size=megabytes(n_bytes)
    )


def checking(name: str) -> str:
    return _("Checking {name}.").format(name=name)


def found_elsewhere(name: str, folder: str) -> str:
    return _("{name} is on this machine already and is used where it is: {folder}.").format(
        name=name, folder=folder
    )


def hash_unknown(name: str) -> str:
    return _(
        "No public source states the checksum of {name}; its size fits, and its checksum is recorded."
    ).format(name=name)


def wrong_hash(name: str, aside: str) -> str:
    return _("{name} is not the right file and was set aside as {aside}.").format(
        name=name, aside=aside
    )


WRONG_HASH_HINT = _("Run the same command again to fetch it anew; nothing uses the wrong file.")


def projector_corrected(name: str) -> str:
    return _(
        "A corrected copy of {name} was made: without it one layer of the model's eyes would not run."
    ).format(name=name)


def projector_copying(name: str) -> str:
    return _("Making a corrected copy of {name}.").format(name=name)


def no_memory(name: str, needs: float, has: float) -> str:
    return _("{name} needs {needs} of memory, and this machine has {has}.").format(
        name=name, needs=megabytes(needs), has=megabytes(has)
    )


NO_MEMORY_HINT = _("Choose a smaller one, as mobilevlm-1.7b; --force fetches it all the same.")


def no_disk(name: str, needs: float, free: float) -> str:
    return _("{name} needs {needs} on the disk, and {free} are free.").format(
        name=name, needs=megabytes(needs), free=megabytes(free)
    )


def no_disk_hint(folder: str) -> str:
    return _("Make room on the disk of {folder}, or name another folder in {variable}.").format(
        folder=folder, variable="SPARC_ASSISTANT_MODELS_FOLDER"
    )


def pull_running(name: str) -> str:
    return _("{name} is being fetched by another command already.").format(name=name)


PULL_RUNNING_HINT = _("Wait until that is done, or end it with Control C there.")


def bad_name(name: str) -> str:
    return _("A model cannot be called {name}.").format(name=name)


BAD_NAME_HINT = _("Use another name, of small letters, digits, dots and dashes.")


def name_taken(name: str) -> str:
    return _("A model named {name} is installed already.").format(name=name)


def name_in_catalogue(name: str) -> str:
    return _("{name} is the name of a model that can be fetched.").format(name=name)


def not_installed(name: str) -> str:
    return _("The model {name} is not installed.").format(name=name)


def installed_names(names: str) -> str:
    return _("Installed are: {names}.").format(names=names)


INSTALLED_HINT = _("To hear which models there are: sparc-assistant models list")


DEMO_STAYS = _(
    "demo comes with the program: it is always there, and can be chosen with models use."
)


def cannot_delete(path: str, reason: str) -> str:
    return _("{path} cannot be deleted: {reason}.").format(path=path, reason=reason.rstrip("."))


# Choosing


def changed(name: str) -> str:
    return _("A file of the model {name} changed since it was checked, or is gone.").format(
        name=name
    )


def changed_hint(name: str) -> str:
    return _("Check it with: sparc-assistant models verify {name}").format(name=name)


def changed_passed_over(name: str) -> str:
    return _(
        "The model {name} is passed over, because a file of it changed since it was checked."
    ).format(name=name)


def too_large_now(name: str, needs: float, free: float) -> str:
    return _(
        "The model {name} is passed over: it needs {needs} of memory, {free} are free."
    ).format(name=name, needs=megabytes(needs), free=megabytes(free))


def tight_memory(name: str, needs: float, free: float) -> str:
    return _("Memory may be short: {name} needs {needs}, and {free} are free.").format(
        name=name, needs=megabytes(needs), free=megabytes(free)
    )


# Measuring


BENCH_LOADING = _("Loading the model.")


BENCH_LOOKING = _("Looking at a picture.")


BENCH_READING = _("Reading it; large models take minutes for this.")


BENCH_WRITING = _("Writing.")


BENCH_FAILED = _("Nothing could be measured: the model gave no answer.")


def bench_start(name: str) -> str:
    return _("Measuring how long {name} takes for a picture.").format(name=name)


def bench_result(name: str, seconds: str) -> str:
    return _("{name}: about {seconds} for a picture, and this is remembered.").format(
        name=name, seconds=seconds
    )


def bench_forgotten(name: str, seconds: str) -> str:
    return _("{name}: about {seconds} for a picture, and this could not be remembered.").format(
        name=name, seconds=seconds
    )


def about_seconds(value: float) -> str:
    if value < 10:
        return _("{n} seconds").format(n=f"{value:.1f}")
    return time_left(value)


# The list


def list_head(name: str, title: str) -> str:
    return _("{name}: {title}.").format(name=name, title=title)


LIST_IN_USE = _("Installed, and answers unless you say otherwise.")


LIST_INSTALLED = _("Installed.")


def list_changed(name: str) -> str:
    return _(
        "Installed, but a file changed; check it with: sparc-assistant models verify {name}"
    ).format(name=name)


def list_download(n_bytes: float) -> str:
    return _("Not installed. To fetch: {size}.").format(size=megabytes(n_bytes))


def list_fits(needs: float) -> str:
    return _("Fits this machine; needs {needs} of memory.").format(needs=megabytes(needs))


def list_fits_later(needs: float, free: float) -> str:
    return _("Fits this machine once {needs} of memory are free; {free} are free now.").format(
        needs=megabytes(needs), free=megabytes(free)
    )


def list_too_large(needs: float, has: float) -> str:
    return _("Does not fit this machine: needs {needs} of memory, and there are {has}.").format(
        needs=megabytes(needs), has=megabytes(has)
    )


def list_memory_unknown(needs: float) -> str:
    return _("Needs {needs} of memory.").format(needs=megabytes(needs))


def list_measured(seconds: str, day: str) -> str:
    return _("About {seconds} for a picture, measured on {day}.").format(seconds=seconds, day=day)


def list_estimated(seconds: str, name: str) -> str:
    return _("May take about {seconds} for a picture, reckoned from {name}.").format(
        seconds=seconds, name=name
    )


LIST_UNMEASURED = _("Seconds for a picture: not known yet.")


LIST_BENCH_HINT = _(
    "To measure an installed model on this machine: sparc-assistant models bench NAME"
)


def list_licence(licence: str, link: str) -> str:
    return _("Licence: {licence}, {link}").format(licence=licence, link=link)


def list_languages(names: str) -> str:
    return _("Languages: {names}.").format(names=names)


LIST_DEMO = _("The small model that comes with the program; it knows drawn scenes only")


def list_own(path: str) -> str:
    return _("Your own files: {path}").format(path=path)


# The commands


def licence(title: str, name: str, link: str) -> str:
    return _("{title} comes under the {name}. Read it here: {link}").format(
        title=title, name=name, link=link
    )


LICENCE_PROMPT = _("Type yes and Enter to accept it and fetch the model. Enter alone stops.")


LICENCE_REFUSED = _("The licence was not accepted, and nothing was fetched.")


LICENCE_NEEDED = _("The licence has to be accepted first, and nobody can be asked here.")


LICENCE_NEEDED_HINT = _("Read it, and add --accept-licence.")


def already_installed(name: str) -> str:
    return _("{name} is installed already.").format(name=name)


def pulled(name: str) -> str:
    return _("{name} is installed.").format(name=name)


KEPT_FOR_NEXT_TIME = _("What has come is kept. The same command goes on from there.")


def added(name: str) -> str:
    return _("{name} was added; its files stay where they are.").format(name=name)


def removed(name: str, freed: float) -> str:
    return _("{name} was removed; {size} were freed.").format(name=name, size=megabytes(freed))


def removed_own(name: str) -> str:
    return _("{name} was removed from the list; its files are not ours and were left.").format(
        name=name
    )


def used(name: str) -> str:
    return _("{name} answers from now on.").format(name=name)


USED_BEST = _("From now on the best installed model that fits the memory answers.")


def verified_right(name: str, path: str) -> str:
    return _("{name}: {path} is right.").format(name=name, path=path)


def verified_wrong(name: str, path: str, aside: str) -> str:
    if path == aside:
        return _("{name}: {path} is wrong; the model is no longer used.").format(
            name=name, path=path
        )
    return _("{name}: {path} is wrong and was set aside as {aside}.").format(
        name=name, path=path, aside=aside
    )


def verified_missing(name: str, path: str) -> str:
    return _("{name}: {path} is missing; the model is no longer used.").format(name=name, path=path)


VERIFY_FAILED = _("Not every file is right.")


def verify_failed_hint(name: str) -> str:
    return _("Get it again with: sparc-assistant models pull {name}").format(name=name)


def verify_failed_own_hint(name: str) -> str:
    return _(
        "Add it again, from files that are right, with: sparc-assistant models add {name}"
    ).format(name=name)


NOTHING_INSTALLED = _("No model is installed but the small one that comes with the program.")


def template_unknown(name: str) -> str:
    return _("There is no prompt template named {name}.").format(name=name)


def language_doubt(model: str, language: str) -> str:
    return _("{model} may not know {language} well.").format(model=model, language=language)
