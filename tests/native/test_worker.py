"""The model in its own process: killed, cancelled, abandoned and broken, and the next question still works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from assistant import messages
from assistant.core.events import (
    DecodeOptions,
    DescribeRequest,
    EndReason,
    Event,
    Failed,
    Finished,
    Loaded,
    Loading,
    Piece,
    Prefilling,
    Restarted,
)
from assistant.errors import ExitCode, InferenceError
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from assistant.inference.worker.process import WorkerProcess
from assistant.inference.worker.protocol import Ask
from assistant.inference.worker.watch import Patience
from sparc_ggml.config import SparcConfig
from tests.support.recorded_engine import random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj
from tests.support.waiting import wait_until

LONG = DecodeOptions(max_tokens=300, ignores_eos=True)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> EngineOptions:
    return tiny_pair(tmp_path_factory.mktemp("pair"), TinyLlama(), TinyMmproj(), n_batch=16)


@pytest.fixture
def client(options: EngineOptions) -> Iterator[InferenceClient]:
    with InferenceClient(options) as client:
        yield client


def request(decode: DecodeOptions = LONG, seed: int = 0) -> DescribeRequest:
    return DescribeRequest(random_picture(64, seed), "what is this?", decode, SparcConfig(tau=0.5))


def finished(events: list[Event]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished), last
    return last


def text_of(events: list[Event]) -> str:
    """The pieces after the last restart, joined."""
    text = ""
    for event in events:
        text = "" if isinstance(event, Restarted) else text
        text += event.text if isinstance(event, Piece) else ""
    return text


def kill_at(client: InferenceClient, kind: type[Event], number: int, signum: int) -> list[Event]:
    """Asks, and kills the first worker at the given event."""
    pid, seen, events = client.worker_pid, 0, []
    assert pid is not None
    for event in client.ask(request()):
        events.append(event)
        seen += isinstance(event, kind)
        if seen == number and client.worker_pid == pid:
            os.kill(pid, signum)
            seen += 1
    return events


@pytest.mark.parametrize(
    ("kind", "number"),
    [(Loaded, 1), (Prefilling, 2), (Piece, 20)],
    ids=["load", "prefill", "decode"],
)
@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_killed_worker_is_started_again_and_the_answer_is_the_same(
    client: InferenceClient, kind: type[Event], number: int, signum: int
) -> None:
    events = kill_at(client, kind, number, signum)
    restarts = [event for event in events if isinstance(event, Restarted)]
    assert len(restarts) == 1
    assert restarts[0].reason
    answer = finished(events).answer
    assert answer.ended == EndReason.MAX_TOKENS
    assert text_of(events).strip() == answer.text
    with InferenceClient(client._options) as other:
        assert finished(list(other.ask(request()))).answer.text == answer.text


def test_a_worker_that_was_never_told_what_to_load_ends_with_its_front(
    options: EngineOptions, capfd: pytest.CaptureFixture[str]
) -> None:
    worker = WorkerProcess()
    worker.connection.close()  # what a front's end does
    assert worker.process.wait(20) == 0
    worker.end()
    worker.end()
    with InferenceClient(options, worker=WorkerProcess()) as client:
        assert finished(list(client.ask(request()))).answer.text
    assert capfd.readouterr() == ("", "")


def test_a_picture_may_come_while_the_libraries_are_loaded(options: EngineOptions) -> None:
    for _ in range(4):  # at another moment each time
        with InferenceClient(options) as client:
            events = list(client.ask(request(DecodeOptions(max_tokens=1))))
            assert finished(events).answer.counts.tokens == 1


def test_a_worker_that_dies_twice_is_one_sentence_and_the_next_question_works(
    client: InferenceClient,
) -> None:
    def kill_every_worker() -> None:
        for event in client.ask(request()):
            if isinstance(event, Loaded) and client.worker_pid is not None:
                os.kill(client.worker_pid, signal.SIGKILL)

    with pytest.raises(InferenceError) as caught:
        kill_every_worker()
    assert caught.value.message.endswith(".")
    assert caught.value.exit_code == ExitCode.INFERENCE
    assert finished(list(client.ask(request()))).answer.ended == EndReason.MAX_TOKENS


def test_a_cancel_comes_at_most_one_token_late_and_leaves_the_next_answer_alone(
    client: InferenceClient,
) -> None:
    list(client.ask(request()))
    events = []
    for event in client.ask(request()):
        events.append(event)
        if sum(isinstance(seen, Piece) for seen in events) == 10 and isinstance(event, Piece):
            client.cancel()
    assert finished(events).answer.ended == EndReason.CANCELLED
    # Pieces already on their way when the cancel was sent are not late.
    assert sum(isinstance(event, Piece) for event in events) < 100
    assert finished(list(client.ask(request()))).answer.ended == EndReason.MAX_TOKENS


def test_a_cancel_while_the_prompt_is_read_ends_it(options: EngineOptions) -> None:
    # So long, and read token by token, that the cancel comes before its end, also where this process has to wait.
    asked = replace(
        request(seed=1), question="what is this? " * 60, decode=DecodeOptions(max_tokens=4)
    )
    with InferenceClient(replace(options, n_batch=1)) as client:
        events = []
        for event in client.ask(asked):
            events.append(event)
            if isinstance(event, Prefilling):
                client.cancel()
        answer = finished(events).answer
        assert answer.ended == EndReason.CANCELLED
        assert answer.text == ""
        assert finished(list(client.ask(asked))).answer.ended != EndReason.CANCELLED


def test_a_front_that_stops_listening_ends_the_answer(client: InferenceClient) -> None:
    for event in client.ask(request()):
        if isinstance(event, Piece):
            break
    events = list(client.ask(request(DecodeOptions(max_tokens=5, ignores_eos=True))))
    assert finished(events).answer.counts.tokens == 5


def test_a_cancel_before_the_model_is_loaded_is_heeded(options: EngineOptions) -> None:
    with InferenceClient(options) as client:
        asking = client.ask(request())
        next(asking)
        client.cancel()
        assert finished(list(asking)).answer.ended == EndReason.CANCELLED


def test_a_broken_model_file_is_told_and_not_a_crash(
    options: EngineOptions, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(options.model_path.read_bytes()[:5000])
    with InferenceClient(replace(options, model_path=broken)) as client:
        for _ in range(2):
            last = list(client.ask(request()))[-1]
            assert isinstance(last, Failed)
            assert "broken.gguf" in last.message
            assert last.exit_code == ExitCode.MODEL


def test_the_worker_ends_when_its_front_is_killed(options: EngineOptions) -> None:
    program = (
        "import sys, time, pickle; options = pickle.loads(bytes.fromhex(sys.argv[1]))\n"
        "from assistant.inference.worker.client import InferenceClient\n"
        "print(InferenceClient(options).worker_pid, flush=True); time.sleep(60)\n"
    )
    import pickle

    front = subprocess.Popen(
        [sys.executable, "-c", program, pickle.dumps(options).hex()],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert front.stdout is not None
    pid = int(front.stdout.readline())
    front.kill()
    front.wait()
    front.stdout.close()
    wait_until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in _state(pid))


@pytest.mark.parametrize(
    ("kind", "number"),
    [(Loading, 1), (Prefilling, 2), (Piece, 20)],
    ids=["load", "prefill", "decode"],
)
def test_a_stopped_worker_is_noticed_and_replaced_while_it_answers(
    options: EngineOptions, kind: type[Event], number: int
) -> None:
    with InferenceClient(options, Patience(stopped_s=0.5)) as client:
        events = kill_at(client, kind, number, signal.SIGSTOP)
        restarts = [event for event in events if isinstance(event, Restarted)]
        assert [restart.reason for restart in restarts] == [messages.WORKER_REASON_HUNG]
        assert finished(events).answer.ended == EndReason.MAX_TOKENS


def test_a_worker_that_is_stopped_without_work_is_replaced_by_the_next_question(
    options: EngineOptions,
) -> None:
    """The picture is larger than a pipe: sending it to a stopped process must not hang either."""
    with InferenceClient(options, Patience(stopped_s=1.0)) as client:
        list(client.ask(request()))
        pid = client.worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        picture = random_picture(1024)
        asked = replace(request(), image_rgb=picture)
        assert finished(list(client.ask(asked))).answer.ended == EndReason.MAX_TOKENS
        assert client.worker_pid != pid


def test_a_stop_ends_a_question_to_a_stopped_worker(options: EngineOptions) -> None:
    with InferenceClient(options, Patience(stopped_s=60.0)) as client:
        events = []
        for event in client.ask(request()):
            events.append(event)
            if isinstance(event, Prefilling) and client.worker_pid is not None:
                os.kill(client.worker_pid, signal.SIGSTOP)
                client.cancel()
        assert finished(events).answer.ended == EndReason.CANCELLED
        assert finished(list(client.ask(request()))).answer.ended == EndReason.MAX_TOKENS


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "Z"


def test_a_picture_is_sent_once_and_answered_alike(
    client: InferenceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    send = Connection.send

    def counting(connection: Connection, message: object) -> None:
        if isinstance(message, Ask):
            sent.append(message.request.image_rgb.size)
        send(connection, message)

    monkeypatch.setattr(Connection, "send", counting)
    short = DecodeOptions(max_tokens=12, ignores_eos=True)
    first, again, other, back = (
        finished(list(client.ask(request(short, seed)))).answer for seed in (0, 0, 1, 0)
    )
    size = random_picture(64).size
    assert sent == [size, 0, size, size]
    assert again.text == back.text == first.text
    assert again.counts.kept_tokens > back.counts.kept_tokens
    assert other.text != first.text


def test_a_picture_is_sent_again_to_a_worker_that_was_started_again(
    client: InferenceClient,
) -> None:
    first = finished(list(client.ask(request()))).answer
    events = kill_at(client, Piece, 20, signal.SIGKILL)
    assert any(isinstance(event, Restarted) for event in events)
    assert finished(events).answer.text == first.text


@pytest.mark.timeout(60)
def test_a_worker_that_cannot_read_a_request_is_replaced(client: InferenceClient) -> None:
    """As when memory ends while a picture comes in; a worker that lived on would be waited for without end."""
    list(client.ask(request()))
    assert client._worker is not None
    client._worker.connection.send_bytes(b"no request")
    events = list(client.ask(request()))
    assert finished(events).answer.ended == EndReason.MAX_TOKENS


def test_a_worker_that_was_ended_touches_no_file_that_was_opened_since() -> None:
    worker = WorkerProcess()
    worker.end()
    read, write = os.pipe()
    others = [os.open(os.devnull, os.O_RDONLY) for _ in range(8)]
    try:
        worker.cancel(1)
        worker.end()
        os.set_blocking(read, False)
        with pytest.raises(BlockingIOError):
            os.read(read, 8)
        for number in (read, write, *others):
            os.fstat(number)
    finally:
        for number in (read, write, *others):
            os.close(number)


def test_a_client_that_was_closed_starts_again_with_its_next_question(
    options: EngineOptions,
) -> None:
    """As when another model was chosen and could not be opened: this one is still the one in use."""
    with InferenceClient(options) as client:
        client.close()
        assert finished(list(client.ask(request()))).answer.ended == EndReason.MAX_TOKENS
