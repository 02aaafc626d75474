"""Choosing, reckoning, progress and the record of models, without any real model."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ModelError, UsageError
from assistant.model_store import files, listing, manage, removal
from assistant.model_store.advice import Machine, rank_models
from assistant.model_store.catalogue import CatalogueFile, read_catalogue
from assistant.model_store.choice import choose
from assistant.model_store.estimate import Processor, estimate_cost, seconds_of
from assistant.model_store.locks import lock_folder
from assistant.model_store.progress import Progress
from assistant.model_store.record import (
    FileRecord,
    InstalledModel,
    Speed,
    State,
    Store,
)
from assistant.system import memory
from assistant.system.memory import Memory
from tests.support.tiny_llama import TinyLlama, write_tiny_llama
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj

ROOMY = Memory(total_mb=16_000, available_mb=12_000)


def installed(folder: Path, name: str, rank: int = 1, memory_mb: int = 1000) -> InstalledModel:
    def record(part: str) -> FileRecord:
        path = folder / f"{name}-{part}.gguf"
        path.write_bytes(name.encode() * 100)
        return files.record_file(path, is_ours=True, checked="catalogue")

    model, mmproj = record("model"), record("mmproj")
    return InstalledModel(
        name, name.title(), model, mmproj, None, "vicuna_v1", "llava-1.5", 2048, memory_mb, rank
    )


@pytest.fixture
def state(tmp_path: Path) -> State:
    models = [
        installed(tmp_path, "large", rank=1, memory_mb=8000),
        installed(tmp_path, "small", rank=2, memory_mb=2000),
    ]
    return State({model.name: model for model in models})


def test_the_best_that_fits_the_free_memory_answers(state: State) -> None:
    best = choose(state, ROOMY)
    assert best.model is not None
    assert (best.model.name, best.notices) == ("large", ())
    tight = choose(state, Memory(16_000, 3000))
    assert tight.model is not None
    assert tight.model.name == "small"
    assert len(tight.notices) == 1
    assert "large" in tight.notices[0]
    none = choose(state, Memory(16_000, 500))
    assert none.model is None
    assert len(none.notices) == 2


def test_unknown_memory_refuses_nothing(state: State) -> None:
    best = choose(state, None).model
    assert best is not None
    assert best.name == "large"


def test_nothing_installed_is_the_embedded_model_and_no_words() -> None:
    assert choose(State(), ROOMY) == choose(State(chosen="demo"), ROOMY)


def test_the_chosen_one_answers_even_where_memory_is_tight_and_says_so(state: State) -> None:
    state.chosen = "large"
    choice = choose(state, Memory(16_000, 3000))
    assert choice.model is not None
    assert choice.model.name == "large"
    assert "short" in choice.notices[0]
    state.chosen = "demo"
    assert choose(state, ROOMY).model is None


def test_a_changed_file_is_never_used(state: State) -> None:
    state.models["large"].model.path.write_bytes(b"other")
    choice = choose(state, ROOMY)
    assert choice.model is not None
    assert choice.model.name == "small"
    assert "changed" in choice.notices[0]
    state.chosen = "large"
    with pytest.raises(ModelError, match="changed") as caught:
        choose(state, ROOMY)
    assert "verify large" in caught.value.hint


def test_the_record_comes_back_as_it_was(tmp_path: Path, state: State) -> None:
    store = Store(tmp_path / "store")
    assert store.read() == State()
    speed = Speed(1.0, 0.1, 0.2, 600, "a machine", "2026-01-01")
    with store.change() as written:
        written.models = state.models
        written.chosen = "small"
        written.licences.append("https://example.org")
        written.speeds["small"] = speed
    assert store.read() == State(state.models, "small", ["https://example.org"], {"small": speed})
    assert [path.name for path in (tmp_path / "store").iterdir() if path.suffix] == [
        "installed.json"
    ]


def test_changes_at_once_lose_nothing(tmp_path: Path) -> None:
    def accept(number: int) -> None:
        with Store(tmp_path).change() as state:
            state.licences.append(str(number))

    threads = [threading.Thread(target=accept, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Store(tmp_path).read().licences, key=int) == [str(n) for n in range(20)]


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def spoil() -> None:
        with store.change() as state:
            state.chosen = "small"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spoil()
    assert store.read().chosen is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 9}', '{"schema": 1, "models": 3}'])
def test_a_damaged_record_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "installed.json").write_text(text)
    with pytest.raises(ModelError, match="damaged") as caught:
        Store(tmp_path).read()
    assert caught.value.hint


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written"), Store(tmp_path / "file").change():
        pass


def test_progress_is_a_line_every_five_seconds_and_a_word_every_quarter() -> None:
    now, shown, spoken = 0.0, list[str](), list[str]()
    progress = Progress(1_000_000, shown.append, spoken.append, lambda: now)
    for second in range(101):
        now = float(second)
        progress.at(second * 10_000)
    assert len(shown) == 20
    assert shown[0] == "5 percent, 10 kilobytes a second, 2 minutes left."
    assert spoken == [
        "About 2 minutes left, at 10 kilobytes a second.", "25 percent.", "50 percent.", "75 percent.",
    ]  # fmt: skip
    assert progress.rate == pytest.approx(10_000)


def test_a_word_can_come_at_every_tenth_and_a_short_run_says_nothing_of_its_rate() -> None:
    now, spoken = 0.0, list[str]()
    progress = Progress(1000, lambda _l: None, spoken.append, lambda: now, speak_every=10)
    for tenth in range(11):
        now = tenth * 0.9
        progress.at(tenth * 100)
    assert spoken == [f"{tenth}0 percent." for tenth in range(1, 10)]
    assert progress.rate == 0.0


def test_what_an_earlier_run_fetched_is_not_spoken_again_and_not_counted_as_speed() -> None:
    now, shown, spoken = 0.0, list[str](), list[str]()
    progress = Progress(100_000_000, shown.append, spoken.append, lambda: now)
    progress.at(60_000_000)
    now = 10.0
    progress.at(70_000_000)
    assert spoken == ["About 30 seconds left, at 1 megabyte a second."]
    assert shown == ["70 percent, 1 megabyte a second, 30 seconds left."]
    now = 20.0
    progress.at(80_000_000)
    assert spoken[1:] == ["75 percent."]


def test_a_line_that_stands_still_says_so() -> None:
    now, shown = 0.0, list[str]()
    progress = Progress(100, shown.append, lambda _s: None, lambda: now)
    progress.at(50)
    now = 6.0
    progress.at(50)
    assert shown == ["50 percent. No data is coming in. Still trying."]


def test_a_long_wait_for_the_first_byte_is_no_standstill_and_no_slowness() -> None:
    now, shown = 0.0, list[str]()
    progress = Progress(100_000_000, shown.append, lambda _s: None, lambda: now)
    now = 60.0
    progress.at(0)
    assert shown == []
    now = 65.0
    progress.at(10_000_000)
    assert shown == ["10 percent, 2 megabytes a second, 45 seconds left."]


def test_a_standstill_is_told_though_nothing_comes_that_could_tell_it() -> None:
    now, shown, spoken = 0.0, list[str](), list[str]()
    progress = Progress(100_000, shown.append, spoken.append, lambda: now)
    progress.at(30_000)
    for second in range(1, 121):
        now = float(second)
        progress.tick()
    assert spoken == ["No data is coming in. Still trying."]
    assert (
        shown == ["30 percent. No data is coming in. Still trying."] * 4
    )  # after 10 s, then every 30 s
    progress.at(40_000)
    now = 140.0
    progress.tick()
    stalled = "No data is coming in. Still trying."
    assert [spoken[0], spoken[2]] == [stalled] * 2
    assert spoken[1].startswith("About 12 minutes left, at ")


def test_a_standstill_is_watched_while_a_file_comes() -> None:
    now, shown, before = 0.0, threading.Event(), set(threading.enumerate())
    progress = Progress(100, lambda _line: shown.set(), lambda _s: None, lambda: now)
    with progress.watched():
        now = 60.0
        assert shown.wait(10)
    assert set(threading.enumerate()) <= before


def test_a_rounded_total_never_gives_time_below_nothing() -> None:
    now, shown = 0.0, list[str]()
    progress = Progress(1_000_000, shown.append, lambda _s: None, lambda: now)
    progress.at(0)
    now = 10.0
    progress.at(1_010_000)
    assert shown == ["100 percent, 0.1 megabytes a second, 0 seconds left."]


def test_seconds_are_measured_here_or_reckoned_from_the_nearest_model() -> None:
    rows = read_catalogue()
    speed = Speed(3.0, 0.1, 0.2, 616, "here", "2026-01-01")
    state = State(speeds={"llava-1.5-7b": speed, "mobilevlm-1.7b": replace(speed, machine="there")})
    own = estimate_cost("llava-1.5-7b", state, rows, "here")
    assert own is not None
    assert own.basis == "measured"
    assert own.seconds == seconds_of(speed) == pytest.approx(3.0 + 61.6 + 20.0)
    other = estimate_cost("llava-1.6-mistral-7b", state, rows, "here")
    assert other is not None
    assert (other.basis, other.measured_with) == ("estimated", "llava-1.5-7b")
    assert other.seconds > 4 * own.seconds  # five times the image tokens
    small = estimate_cost("llava-phi-3-mini", state, rows, "here")
    assert small is not None
    assert 0.4 * own.seconds < small.seconds < 0.7 * own.seconds
    assert estimate_cost("llava-1.5-7b", state, rows, "elsewhere") is None
    assert estimate_cost("my-own", state, rows, "here") is None


def test_the_list_says_what_fits_and_begins_with_what_to_take(state: State) -> None:
    machine = Machine(Memory(6200, 5000), 10**12, Processor(2, 80e9, 16e9), "here")
    ranked = rank_models(read_catalogue(), state, machine, {})
    models = listing.list_rows(ranked, state, "small", machine)
    fits = {model.name: model.fits for model in models}
    assert fits["large"] == "no"
    assert fits["small"] == "yes"
    assert fits["llava-1.5-7b"] == "later"
    names = [model.name for model in models]
    own = names.index("large")
    assert names[0] == "qwen3-vl-4b"
    assert names[own - 2 : own + 2] == ["mobilevlm-1.7b", "smolvlm-500m", "large", "small"]
    assert names[own + 2] == "llava-1.6-mistral-7b", "what does not fit comes last"
    assert names[-1] == "demo"
    assert [model.name for model in models if model.is_advised] == ["qwen3-vl-4b"]
    assert [model.name for model in models if not model.has_known_hashes] == ["llava-phi-3-mini"]
    assert list(listing.format_advice(ranked, state, machine)) == [
        "qwen3-vl-4b suits this machine best: of the models that fit and describe a picture within 90 seconds, "
        "it should describe best.",
        "To download it, about 3.3 gigabytes: sparc-assistant models pull",
    ]
    lines = list(listing.format_rows(models, machine.memory))
    unsteered = "Attention steering is off, because it was not measured with this model."
    assert sum(line.startswith(unsteered) for line in lines) == 7
    assert sum("with the values that its authors published" in line for line in lines) == 2
    assert sum("with values of another model" in line for line in lines) == 4
    assert sum(line.startswith("Its vision part is rounded to 8 bits") for line in lines) == 4
    assert sum("exact download size is not known here" in line for line in lines) == 3
    assert all(line.endswith((".", "NAME")) or "http" in line or "files" in line for line in lines)
    assert (
        "Fits this machine once enough memory is free. It needs 6.1 gigabytes of memory. "
        "Free now: 5 gigabytes." in lines
    )
    assert sum("checksum of one of its files is not known here" in line for line in lines) == 1


def test_memory_is_read_and_unknown_memory_is_none(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text("MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n")
    assert memory.memory(tmp_path) == Memory(8192, 4096)
    assert memory.memory(tmp_path / "none") is None


@pytest.mark.parametrize("name", ["demo", "Two Words", "../up", ""])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        manage.add(name, tmp_path, tmp_path, None, Store(tmp_path), _Deaf())


def test_removing_what_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    for name in ("nothing", "..", "../models"):
        with pytest.raises(UsageError, match="not installed"):
            removal.remove(name, Store(tmp_path))


def test_a_file_that_is_written_to_while_its_hash_is_taken_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.gguf"
    path.write_bytes(bytes(3_000_000))

    def append(_done: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(ModelError, match="is writing to") as caught:
        files.record_file(path, is_ours=False, checked="own", on_bytes=append)
    assert caught.value.hint


@pytest.fixture
def removable(tmp_path: Path) -> Store:
    """A store with one fetched model, ``tiny``."""
    store = Store(tmp_path / "store")
    (store.folder / "tiny").mkdir(parents=True)
    with store.change() as state:
        state.models["tiny"] = replace(installed(store.folder / "tiny", "tiny"), corrected=None)
    return store


OTHERS = ("notes.txt", "photo.wrong-exposure.jpg", "download.part", "tiny.gguf.0123456789ab.part",
          "tiny-model.gguf.wrong-0123456789ab", ".hidden")  # fmt: skip


def test_removing_deletes_what_the_record_says_and_nothing_else(removable: Store) -> None:
    folder = removable.folder / "tiny"
    part, wrong = folder / "tiny.gguf.ab0123456789.part", folder / "tiny.gguf.wrong-ab0123456789"
    for path in (part, wrong):
        path.write_bytes(bytes(10))
        removable.note_unfinished("tiny", path)
    for name in OTHERS:
        (folder / name).write_text("mine")
    (folder / "my folder").mkdir()
    assert removal.remove("tiny", removable) == removal.Removal(2 * 400 + 20, ())
    left = {path.name for path in folder.iterdir()} - {".lock"}
    assert left == {*OTHERS, "my folder"}
    assert (removable.read().models, removable.read().unfinished) == ({}, {})


def test_a_folder_of_a_model_that_is_not_installed_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "llava-1.5-7b"
    folder.mkdir()
    for name in OTHERS:
        (folder / name).write_text("mine")
    with pytest.raises(UsageError, match="not installed"):
        removal.remove("llava-1.5-7b", Store(tmp_path))
    assert {path.name for path in folder.iterdir()} == set(OTHERS)


def test_an_unfinished_download_can_be_removed(tmp_path: Path) -> None:
    store, part = Store(tmp_path), tmp_path / "tiny" / "tiny.gguf.ab0123456789.part"
    part.parent.mkdir()
    part.write_bytes(bytes(7))
    store.note_unfinished("tiny", part)
    assert removal.remove("tiny", store).freed == 7
    assert not part.parent.exists()


def test_nothing_is_deleted_through_a_link_and_no_changed_file(
    removable: Store, tmp_path: Path
) -> None:
    folder, elsewhere = removable.folder / "tiny", tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    before = removable.record_path.read_bytes()
    came = removal.remove("tiny", removable)
    assert (came.freed, len(came.kept)) == (0, 2)
    assert len(list(elsewhere.iterdir())) == 2
    folder.unlink()
    elsewhere.rename(folder)
    removable.record_path.write_bytes(before)
    model, mmproj = folder / "tiny-model.gguf", folder / "tiny-mmproj.gguf"
    model.write_bytes(b"something of mine")
    mmproj.rename(tmp_path / "moved.gguf")
    mmproj.symlink_to(tmp_path / "moved.gguf")
    assert removal.remove("tiny", removable) == removal.Removal(0, (model, mmproj))
    assert (tmp_path / "moved.gguf").exists()


def test_a_file_that_another_model_uses_stays(removable: Store) -> None:
    with removable.change() as state:
        state.models["other"] = replace(state.models["tiny"], name="other")
    assert removal.remove("other", removable) == removal.Removal(0, ())
    assert all(path.exists() for path in (removable.folder / "tiny").iterdir())


def test_removing_waits_for_a_pull_and_its_lock_keeps_others_out(removable: Store) -> None:
    folder = removable.folder / "tiny"
    with lock_folder("tiny", folder):
        with pytest.raises(ModelError, match="Another command") as caught:
            removal.remove("tiny", removable)
        assert caught.value.hint
        # Whoever removes the lock's file keeps the next one from holding what nobody else sees.
        (folder / ".lock").unlink()
        with lock_folder("tiny", folder):
            assert (folder / ".lock").exists()


def test_names_of_the_catalogue_and_of_fetched_models_are_not_taken_by_others(
    tmp_path: Path, state: State
) -> None:
    store = Store(tmp_path / "store")
    with store.change() as written:
        written.models = state.models
    missing = tmp_path / "missing"  # the name is looked at before the files
    rows = read_catalogue()
    with pytest.raises(UsageError, match="can be downloaded"):
        manage.add("llava-1.5-7b", missing, missing, None, store, _Deaf(), rows)
    with pytest.raises(UsageError, match="already installed"):
        manage.add("large", missing, missing, None, store, _Deaf(), rows)


def test_a_changed_model_cannot_be_chosen(tmp_path: Path, state: State) -> None:
    store = Store(tmp_path / "store")
    with store.change() as written:
        written.models = state.models
    state.models["large"].mmproj.path.write_bytes(b"other")
    with pytest.raises(ModelError, match="changed since"):
        manage.use("large", store)
    manage.use("small", store)
    assert store.read().chosen == "small"


def test_checking_again_brings_nothing_back_that_was_removed_meanwhile(
    tmp_path: Path, state: State
) -> None:
    store, model = Store(tmp_path / "store"), state.models["small"]
    assert [verdict.found for verdict in manage.verify(model, store, _Deaf())] == ["right"] * 2
    assert store.read().models == {}


def test_checking_again_writes_nothing_where_all_is_as_it_was(tmp_path: Path, state: State) -> None:
    """The disk may be one that can only be read."""
    store, model = Store(tmp_path / "store"), state.models["small"]
    with store.change() as written:
        written.models = dict(state.models)
    before = store.record_path.stat().st_mtime_ns
    manage.verify(model, store, _Deaf())
    assert store.record_path.stat().st_mtime_ns == before
    os.utime(model.model.path)
    assert not store.read().models["small"].is_unchanged
    manage.verify(model, store, _Deaf())
    assert store.read().models["small"].is_unchanged


def test_a_wrong_copy_of_the_projector_is_made_anew_when_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    llama = write_tiny_llama(tmp_path / "m.gguf", TinyLlama(n_layer=1))
    legacy = write_tiny_mmproj(tmp_path / "p.gguf", TinyMmproj(layout="legacy"))
    store = Store(tmp_path / "store")
    model = manage.add("mine", llama, legacy, "vicuna_v1", store, _Deaf())
    copy = model.corrected
    assert copy is not None
    data = bytearray(copy.path.read_bytes())
    data[-20] ^= 1
    copy.path.write_bytes(data)
    manage.verify(model, store, _Deaf())
    again = store.read().models["mine"].corrected
    assert again is not None
    assert (again.sha256, again.path) == (copy.sha256, copy.path)
    assert files.record_file(copy.path, is_ours=True, checked="own").sha256 == copy.sha256
    # A projector that was written again, as it was, gets a copy of its own, and the old one goes.
    os.utime(legacy)
    manage.verify(store.read().models["mine"], store, _Deaf())
    newest = store.read().models["mine"].corrected
    assert newest is not None
    assert (newest.path.exists(), copy.path.exists()) == (True, False)
    removal.remove("mine", store)
    assert (newest.path.exists(), legacy.exists(), llama.exists()) == (False, True, True)


def test_files_of_other_programs_are_found_by_size_and_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"the file"
    sha256 = hashlib.sha256(content).hexdigest()
    file = CatalogueFile(
        "model", "owner/repo", "a.gguf", "main", len(content), True, sha256, "source", False
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HF_HUB_CACHE", "HF_HOME", "OLLAMA_MODELS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    blob = tmp_path / ".cache/huggingface/hub/models--owner--repo/blobs/0123"
    link = tmp_path / ".cache/huggingface/hub/models--owner--repo/snapshots/abc/a.gguf"
    places = [
        blob,
        tmp_path / ".lmstudio/models/owner/repo/a.gguf",
        tmp_path / ".cache/lm-studio/models/owner/repo/a.gguf",
        tmp_path / f".ollama/models/blobs/sha256-{sha256}",
    ]
    for place in places:
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
    link.parent.mkdir(parents=True)
    link.symlink_to(blob)
    assert list(files.find_elsewhere(file)) == places  # a link is named by what it leads to
    for place in places[1:]:
        place.write_bytes(content + b"!")
    assert list(files.find_elsewhere(file)) == places[:1]


class _Deaf:
    def show(self, line: str) -> None: ...
    def speak(self, sentence: str) -> None: ...
    def tell(self, sentence: str) -> None: ...


def test_a_killed_command_leaves_no_lock_behind(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from assistant.model_store.locks import lock_folder\n"
        "with lock_folder('tiny', Path(sys.argv[1])):\n    print('locked', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "tiny"], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with (
            pytest.raises(ModelError, match="Another command"),
            lock_folder("tiny", tmp_path / "tiny"),
        ):
            pass
        holder.kill()
    with lock_folder("tiny", tmp_path / "tiny"):
        pass
