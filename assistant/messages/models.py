"""What is said about model files: which there are, getting them, and why one cannot be used."""

from __future__ import annotations

from assistant.messages.translation import translate as _

# A file that cannot be used


def file_missing(path: str) -> str:
    return _("There is no model file {path}.").format(path=path)


def file_missing_hint() -> str:
    return _("See whether the name is spelled right, and whether the disk that it is on is there.")


def file_is_folder(path: str) -> str:
    return _("{path} is a folder, not a model file.").format(path=path)


def file_is_folder_hint() -> str:
    return _("Give the file inside it that ends in gguf.")


def file_unreadable(path: str, reason: str) -> str:
    return _("The model file {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def file_changing(path: str) -> str:
    return _("The file {path} is being written by another program.").format(path=path)


def file_changing_hint() -> str:
    return _("Wait until that is done, and run the same command again.")


def file_not_gguf(name: str) -> str:
    return _("{name} is not a GGUF file.").format(name=name)


def file_not_gguf_hint() -> str:
    return _("Models for this program end in gguf; a download page saved by mistake does not work.")


def file_newer(name: str) -> str:
    return _("The model file {name} is of a kind that this program does not know.").format(
        name=name
    )


def file_newer_hint() -> str:
    return _("Get a newer version of this program, or use another model.")


def file_cut(name: str) -> str:
    return _("The model file {name} is not whole: its end is missing.").format(name=name)


def file_damaged(name: str) -> str:
    return _("The model file {name} is damaged.").format(name=name)


def file_incomplete(name: str) -> str:
    return _("The model file {name} lacks parts that a model needs.").format(name=name)


def file_again_hint() -> str:
    return _("Get it again, for example with: sparc-assistant models pull")


# Two files that do not belong together


def pair_swapped() -> str:
    return _("The two model files are swapped: the projector was given as the model.")


def pair_swapped_hint() -> str:
    return _("Give the large file with --model and the small one with --mmproj.")


def pair_unfit(mmproj: str, model: str) -> str:
    return _("The projector {mmproj} belongs to another model than {model}.").format(
        mmproj=mmproj, model=model
    )


def pair_unfit_hint() -> str:
    return _("Give the projector that was published with the model.")


def model_is_projector(name: str) -> str:
    return _("{name} is a projector alone: it sees, and cannot write.").format(name=name)


def model_is_projector_hint() -> str:
    return _("Give the language model with --model and this file with --mmproj.")


def model_split(name: str, n_parts: int) -> str:
    return _("The model file {name} is one of {n} parts.").format(name=name, n=n_parts)


def model_split_hint() -> str:
    return _("Join the parts with llama.cpp's gguf-split, or get the model as one file.")


def model_wrong_kind(name: str, kind: str) -> str:
    return _("{name} is a model of the kind {kind}, which cannot describe pictures.").format(
        name=name, kind=kind
    )


def model_wrong_kind_hint() -> str:
    return _("Use a LLaVA model; for a list say: sparc-assistant models list")


def mmproj_is_model(name: str) -> str:
    return _("{name} is a model for text and has no eyes: it is not a projector.").format(name=name)


def mmproj_is_model_hint() -> str:
    return _("Give the model's projector with --mmproj; its name often has mmproj in it.")


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


def progress_stalled() -> str:
    return _("Nothing comes at present.")


def download_broke(name: str) -> str:
    return _("The connection broke again and again while {name} was fetched.").format(name=name)


def download_broke_hint() -> str:
    return _("What has come is kept: run the same command again to go on.")


def download_unreachable(host: str) -> str:
    return _("The server {host} cannot be reached.").format(host=host)


def download_unreachable_hint() -> str:
    return _(
        "See whether this machine is online, then run the same command again: what has come is kept."
    )


def endpoint_wrong(endpoint: str) -> str:
    return _("The variable HF_ENDPOINT is no web address: {endpoint}.").format(
        endpoint=endpoint.rstrip(".")
    )


def endpoint_wrong_hint() -> str:
    return _("Set it to an address that begins with https, or unset it.")


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


def download_wrong_size_hint() -> str:
    return _("The file may have been replaced there; choose another model.")


def download_offline() -> str:
    return _("Downloads are switched off by the variable HF_HUB_OFFLINE.")


def download_offline_hint() -> str:
    return _("Unset it, and run the same command again.")


def download_gone(name: str, repository: str) -> str:
    return _("The server has no file {name} in {repository}.").format(
        name=name, repository=repository
    )


def download_gone_hint() -> str:
    return _(
        "It may have moved; choose another model, or add files that you have with: sparc-assistant models add"
    )


def download_locked(repository: str) -> str:
    return _("The server does not let this machine read {repository}.").format(
        repository=repository
    )


def download_locked_hint() -> str:
    return _("It may need an account: put your token into the variable HF_TOKEN.")


def download_busy() -> str:
    return _("The server asks for a pause: too many downloads at present.")


def download_busy_hint() -> str:
    return _("What has come is kept: run the same command again in some minutes.")


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


def record_damaged_hint() -> str:
    return _("Delete that file and pull or add the models again; downloads are not repeated.")


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


def wrong_hash_hint() -> str:
    return _("Run the same command again to fetch it anew; nothing uses the wrong file.")


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


def no_memory_hint() -> str:
    return _("Choose a smaller one, as mobilevlm-1.7b; --force fetches it all the same.")


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


def pull_running_hint() -> str:
    return _("Wait until that is done, or end it with Control C there.")


def bad_name(name: str) -> str:
    return _("A model cannot be called {name}.").format(name=name)


def bad_name_hint() -> str:
    return _("Use another name, of small letters, digits, dots and dashes.")


def name_taken(name: str) -> str:
    return _("A model named {name} is installed already.").format(name=name)


def name_in_catalogue(name: str) -> str:
    return _("{name} is the name of a model that can be fetched.").format(name=name)


def not_installed(name: str) -> str:
    return _("The model {name} is not installed.").format(name=name)


def installed_names(names: str) -> str:
    return _("Installed are: {names}.").format(names=names)


def installed_hint() -> str:
    return _("To hear which models there are: sparc-assistant models list")


def demo_stays() -> str:
    return _("demo comes with the program: it is always there, and can be chosen with models use.")


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


def bench_loading() -> str:
    return _("Loading the model.")


def bench_looking() -> str:
    return _("Looking at a picture.")


def bench_reading() -> str:
    return _("Reading it; large models take minutes for this.")


def bench_writing() -> str:
    return _("Writing.")


def bench_failed() -> str:
    return _("Nothing could be measured: the model gave no answer.")


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


def list_in_use() -> str:
    return _("Installed, and answers unless you say otherwise.")


def list_installed() -> str:
    return _("Installed.")


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


def list_unmeasured() -> str:
    return _("Seconds for a picture: not known yet.")


def list_bench_hint() -> str:
    return _("To measure an installed model on this machine: sparc-assistant models bench NAME")


def list_licence(licence: str, link: str) -> str:
    return _("Licence: {licence}, {link}").format(licence=licence, link=link)


def list_languages(names: str) -> str:
    return _("Languages: {names}.").format(names=names)


def list_demo() -> str:
    return _("The small model that comes with the program; it knows drawn scenes only")


def list_own(path: str) -> str:
    return _("Your own files: {path}").format(path=path)


# The commands


def licence(title: str, name: str, link: str) -> str:
    return _("{title} comes under the {name}. Read it here: {link}").format(
        title=title, name=name, link=link
    )


def licence_prompt() -> str:
    return _("Type yes and Enter to accept it and fetch the model. Enter alone stops.")


def licence_refused() -> str:
    return _("The licence was not accepted, and nothing was fetched.")


def licence_needed() -> str:
    return _("The licence has to be accepted first, and nobody can be asked here.")


def licence_needed_hint() -> str:
    return _("Read it, and add --accept-licence.")


def already_installed(name: str) -> str:
    return _("{name} is installed already.").format(name=name)


def pulled(name: str) -> str:
    return _("{name} is installed.").format(name=name)


def kept_for_next_time() -> str:
    return _("What has come is kept. The same command goes on from there.")


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


def used_best() -> str:
    return _("From now on the best installed model that fits the memory answers.")


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


def verify_failed() -> str:
    return _("Not every file is right.")


def verify_failed_hint(name: str) -> str:
    return _("Get it again with: sparc-assistant models pull {name}").format(name=name)


def verify_failed_own_hint(name: str) -> str:
    return _(
        "Add it again, from files that are right, with: sparc-assistant models add {name}"
    ).format(name=name)


def nothing_installed() -> str:
    return _("No model is installed but the small one that comes with the program.")


def template_unknown(name: str) -> str:
    return _("There is no prompt template named {name}.").format(name=name)


def language_doubt(model: str, language: str) -> str:
    return _("{model} may not know {language} well.").format(model=model, language=language)
