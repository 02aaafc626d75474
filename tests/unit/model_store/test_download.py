"""A file comes whole from a server that behaves like the hub, whatever happens on the way."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import random
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.model_store import download
from assistant.model_store.catalogue import CatalogueFile
from assistant.model_store.download_trouble import explain, give_up
from tests.support.hub_server import Hub, running_hub

CONTENT = random.Random(0).randbytes(1_500_000)
KEY = "owner/repo/file.gguf"
FILE = CatalogueFile(
    "model", "owner/repo", "file.gguf", "main", len(CONTENT), True,
    hashlib.sha256(CONTENT).hexdigest(), "source", False,
)  # fmt: skip


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    with running_hub(Hub({KEY: CONTENT})) as hub:
        import huggingface_hub.constants as constants

        monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
        monkeypatch.setattr(
            constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr("time.sleep", lambda _s: None)
        yield hub


def fetched(folder: Path, file: CatalogueFile = FILE) -> bytes:
    return download.fetch(file, folder).read_bytes()


def test_a_file_comes_and_is_counted(hub: Hub, tmp_path: Path) -> None:
    counts: list[int] = []
    part = download.fetch(FILE, tmp_path, counts.append)
    assert part.read_bytes() == CONTENT
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, len(CONTENT))
    assert part.suffix == ".part"


def test_it_goes_on_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    part = download.fetch(FILE, tmp_path)
    part.write_bytes(CONTENT[:1_000_001])
    hub.seen.clear()
    assert fetched(tmp_path) == CONTENT
    assert next(seen for seen in hub.seen if seen[0] == "GET")[2] == "bytes=1000001-"


def test_a_finished_part_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    download.fetch(FILE, tmp_path)
    hub.seen.clear()
    assert fetched(tmp_path) == CONTENT
    assert hub.n_sent == 0


def test_a_server_that_ignores_ranges_is_read_from_the_start(hub: Hub, tmp_path: Path) -> None:
    download.fetch(FILE, tmp_path).write_bytes(CONTENT[:700_000])
    hub.ignores_ranges = True
    assert fetched(tmp_path) == CONTENT


def test_cut_connections_are_taken_up_again(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after, hub.n_cuts = 300_000, 4
    assert fetched(tmp_path) == CONTENT
    assert hub.n_sent == 5


def test_a_connection_that_always_breaks_ends_in_words_and_keeps_nothing_wrong(
    hub: Hub, tmp_path: Path
) -> None:
    hub.cut_after, hub.n_cuts = 0, 1000
    with pytest.raises(ModelError, match="connection failed") as caught:
        fetched(tmp_path)
    assert "is kept" in caught.value.hint
    hub.n_cuts = 0
    assert fetched(tmp_path) == CONTENT


def test_a_part_that_is_too_long_begins_anew(hub: Hub, tmp_path: Path) -> None:
    download.fetch(FILE, tmp_path).write_bytes(CONTENT + b"more")
    assert fetched(tmp_path) == CONTENT


def test_a_file_that_was_replaced_on_the_server_begins_anew(hub: Hub, tmp_path: Path) -> None:
    unknown = replace(FILE, sha256="")
    download.fetch(unknown, tmp_path).write_bytes(CONTENT[:500])
    hub.files[KEY] = other = CONTENT[::-1]
    assert fetched(tmp_path, unknown) == other


def test_another_file_than_the_known_one_is_refused_before_it_is_fetched(
    hub: Hub, tmp_path: Path
) -> None:
    """For large files the hub's ETag is the SHA-256."""
    hub.files[KEY] = CONTENT[::-1]
    with pytest.raises(ModelError, match="not the one that this program expects"):
        fetched(tmp_path)
    assert hub.n_sent == 0


def test_an_etag_that_is_no_hash_says_nothing_and_a_new_one_begins_anew(
    hub: Hub, tmp_path: Path
) -> None:
    hub.stated_etag = "abc"
    download.fetch(FILE, tmp_path).write_bytes(CONTENT[:500])
    hub.stated_etag = "def"
    hub.seen.clear()
    assert fetched(tmp_path) == CONTENT
    assert next(seen for seen in hub.seen if seen[0] == "GET")[2] == ""


@pytest.mark.parametrize(
    ("status", "says"),
    [(404, "no file"), (401, "does not let"), (403, "does not let"), (429, "pause")],
)
def test_a_refusal_is_one_sentence(hub: Hub, tmp_path: Path, status: int, says: str) -> None:
    if status == 404:
        hub.files.clear()
    elif status == 401:
        hub.needs_token = "secret"
    elif status == 403:
        hub.refuses = [403]
    else:
        hub.refuses, hub.pause_asked = [429] * 50, "4000"
    with pytest.raises(ModelError, match=says) as caught:
        fetched(tmp_path)
    assert caught.value.hint


def test_whoever_gives_a_token_is_not_told_to_give_one(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.needs_token = "secret"
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    with pytest.raises(ModelError, match="does not let") as caught:
        fetched(tmp_path)
    assert "may be wrong" in caught.value.hint


def test_a_busy_or_broken_server_is_asked_again(hub: Hub, tmp_path: Path) -> None:
    hub.refuses = [503, 500]
    assert fetched(tmp_path) == CONTENT


def test_a_token_goes_to_the_hub_and_not_to_its_store(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.needs_token = "hf_secret"
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert fetched(tmp_path) == CONTENT
    assert hub.authorized
    assert not any(path.startswith("/store/") for path in hub.authorized)


def test_a_file_of_another_size_is_not_begun(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not the expected size"):
        fetched(tmp_path, replace(FILE, size=len(CONTENT) - 1))
    assert hub.n_sent == 0


def test_no_server_at_all(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants as constants

    with running_hub(Hub()) as gone:
        endpoint = gone.endpoint
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    from tests.support.network_guard import ALLOWED_PORTS

    ALLOWED_PORTS.add(gone.port)
    with pytest.raises(ModelError, match=r"127\.0\.0\.1 cannot be reached"):
        fetched(tmp_path)
    ALLOWED_PORTS.discard(gone.port)


def test_a_folder_that_cannot_be_written(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("in the way")
    with pytest.raises(ModelError, match="could not be stored"):
        fetched(tmp_path / "blocked" / "below")


def test_a_pause_that_the_server_asks_for_is_told_and_kept(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, slept = list[float](), list[float]()
    monkeypatch.setattr("time.sleep", slept.append)
    hub.refuses, hub.pause_asked = [429, 429], "40"
    part = download.fetch(FILE, tmp_path, on_pause=told.append)
    assert part.read_bytes() == CONTENT
    assert told == slept == [41.0, 41.0]


def test_a_server_that_asks_for_ever_new_pauses_is_left(hub: Hub, tmp_path: Path) -> None:
    hub.refuses, hub.pause_asked = [429] * 50, "40"
    with pytest.raises(ModelError, match="pause"):
        fetched(tmp_path)
    assert len(hub.seen) == 3


@pytest.mark.parametrize("begins", [0, 700_000])
def test_a_server_that_states_no_length_and_cuts_is_asked_for_the_rest(
    hub: Hub, tmp_path: Path, begins: int
) -> None:
    hub.states_length = False
    download.fetch(FILE, tmp_path).write_bytes(CONTENT[:begins])
    hub.cut_after, hub.n_cuts = 300_000, 2
    assert fetched(tmp_path) == CONTENT


def test_a_whole_part_of_a_server_that_states_no_length_is_taken(hub: Hub, tmp_path: Path) -> None:
    hub.states_length = False
    assert fetched(tmp_path) == CONTENT
    assert fetched(tmp_path) == CONTENT


@pytest.mark.parametrize("stated", [-5, 0, 10**18])
def test_a_size_that_cannot_be_is_never_believed(hub: Hub, tmp_path: Path, stated: int) -> None:
    hub.stated_size = stated
    if stated < 0:
        assert fetched(tmp_path) == CONTENT
        return
    with pytest.raises(ModelError, match="not the expected size"):
        fetched(tmp_path)
    assert hub.n_sent == 0


@pytest.mark.parametrize("states_length", [True, False])
def test_a_store_that_sends_without_end_is_stopped(
    hub: Hub, tmp_path: Path, states_length: bool
) -> None:
    hub.serves[KEY] = CONTENT * 3
    hub.states_length, hub.stated_size = states_length, len(CONTENT)
    with pytest.raises(ModelError, match="sending more data"):
        fetched(tmp_path)
    assert hub.n_sent == 1
    (part,) = tmp_path.glob("*.part")
    assert part.stat().st_size <= len(CONTENT)


def test_a_store_that_has_less_gives_a_part_that_the_hash_then_refuses(
    hub: Hub, tmp_path: Path
) -> None:
    hub.serves[KEY] = CONTENT[:-1000]
    assert fetched(tmp_path) == CONTENT[:-1000]


def test_a_link_of_the_store_that_grew_old_is_asked_for_anew(hub: Hub, tmp_path: Path) -> None:
    hub.store_refuses = [403]
    assert fetched(tmp_path) == CONTENT


def test_a_mirror_below_a_path_and_a_renamed_repository(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants as constants

    hub.prefix = "/mirror/hf"
    template = hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    hub.renamed = {"owner/old": "owner/repo"}
    assert fetched(tmp_path, replace(FILE, repository="owner/old")) == CONTENT
    asked = [path for method, path, _ in hub.seen if method == "HEAD"]
    assert all(path.startswith("/mirror/hf/owner/") for path in asked)
    assert len(asked) == 2


@pytest.mark.parametrize("endpoint", ["huggingface.co", "ftp://huggingface.co", "https://", "/"])
def test_an_endpoint_that_is_no_address_is_one_sentence(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    import huggingface_hub.constants as constants

    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    with pytest.raises(ModelError, match="HF_ENDPOINT") as caught:
        fetched(tmp_path)
    assert caught.value.hint


def test_downloads_that_are_switched_off(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants as constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE"):
        fetched(tmp_path)
    assert hub.seen == []


def test_a_full_disk_keeps_what_has_come(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = 600_000
    write = download._Counted.write

    def fill(self: download._Counted, data: bytes) -> int:
        if self.tell() + len(data) > full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(self, data)

    monkeypatch.setattr(download._Counted, "write", fill)
    with pytest.raises(ModelError, match="No space left") as caught:
        fetched(tmp_path)
    assert str(tmp_path) in caught.value.hint
    (part,) = tmp_path.glob("*.part")
    assert 0 < part.stat().st_size <= full
    monkeypatch.setattr(download._Counted, "write", write)
    assert fetched(tmp_path) == CONTENT


def test_a_token_that_cannot_be_sent_is_not_told(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The client's own error repeats the token."""
    monkeypatch.setenv("HF_TOKEN", "hf_sec\u20acret")
    with caplog.at_level(logging.DEBUG), pytest.raises(ModelError) as caught:
        fetched(tmp_path)
    assert "ret" not in str(caught.value)
    assert "hf_sec" not in caplog.text


VARIABLES = [
    ("ALL_PROXY", "socks://127.0.0.1:9/", "ALL_PROXY"),
    ("https_proxy", "ftp://127.0.0.1:9", "https_proxy"),
    ("HTTP_PROXY", "http://127.0.0.1:port", "HTTP_PROXY"),
    ("HTTPS_PROXY", "http://", "HTTPS_PROXY"),
    ("ALL_PROXY", "socks5://me:secret@127.0.0.1:9", "SOCKS"),
    ("SSL_CERT_FILE", "/nowhere/ca.pem", "SSL_CERT_FILE"),
    ("SSL_CERT_DIR", "/nowhere", "SSL_CERT_DIR"),
    ("HF_HUB_DOWNLOAD_TIMEOUT", "soon", "HF_HUB_DOWNLOAD_TIMEOUT"),
    ("HF_HUB_ETAG_TIMEOUT", "", "HF_HUB_ETAG_TIMEOUT"),
]


@pytest.mark.parametrize(("name", "value", "says"), VARIABLES)
def test_a_variable_that_cannot_be_used_is_named_and_its_value_is_not(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ModelError, match=says) as caught:
        fetched(tmp_path)
    assert not value or value not in str(caught.value)
    assert caught.value.hint
    assert hub.seen == []


def test_a_proxy_that_is_not_there_is_not_called_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "elsewhere.example")
    refused = type("ConnectError", (Exception,), {})("[Errno 111] Connection refused")
    url = "https://huggingface.co/owner/repo"
    assert "HTTPS_PROXY" in give_up(refused, FILE, url, is_met=False).message
    monkeypatch.setenv("NO_PROXY", "huggingface.co")
    transport = type("TransportError", (Exception,), {})()
    assert "huggingface.co cannot" in give_up(transport, FILE, url, is_met=False).message


@pytest.mark.parametrize(
    ("status", "says"),
    [(500, "problem"), (502, "error 502"), (503, "error 503"), (405, "error 405"), (400, "refused"),
     (407, "proxy asks"), (410, "refused")],
)  # fmt: skip
def test_a_server_that_answers_is_never_called_unreachable(
    hub: Hub, tmp_path: Path, status: int, says: str
) -> None:
    hub.refuses = [status] * 50
    with pytest.raises(ModelError, match=says) as caught:
        fetched(tmp_path)
    assert "cannot be reached" not in caught.value.message
    hub.refuses = []
    hub.store_refuses = [status] * 50
    with pytest.raises(ModelError, match=says):
        fetched(tmp_path)


@pytest.mark.parametrize(
    ("cause", "says", "hints"),
    [
        (ssl.SSLCertVerificationError(1, "expired"), "certificate of the server", "date"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] x"), "secure connection", "HF_ENDPOINT"),
        (ValueError("hf_secret"), "unknown reason: ValueError", "same command"),
    ],
)
def test_what_went_wrong_below_is_found_and_named(cause: Exception, says: str, hints: str) -> None:
    if isinstance(cause, ssl.SSLError):
        cause.reason, cause.verify_message = "WRONG_VERSION_NUMBER", "certificate has expired"  # type: ignore[attr-defined]
    error = ValueError("hf_secret")
    error.__cause__ = cause
    url = "https://huggingface.co/x"
    told = explain(error, FILE, Path(), url, is_met=False) or give_up(
        error, FILE, url, is_met=False
    )
    assert says in told.message
    assert hints in told.hint
    assert "secret" not in str(told)
