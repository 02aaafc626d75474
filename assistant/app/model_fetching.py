"""The download that a session offers among its models: agreed to, begun, told of, stopped."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.announcer import Announcer
from assistant.errors import AssistantError, ModelError
from assistant.messages import model_advice as words
from assistant.model_store import advice
from assistant.model_store.background_fetch import BackgroundFetch, Listener
from assistant.model_store.record import Store


class ModelFetching:
    """Offers the model that suits this machine best, where it is not installed yet, and fetches it."""

    def __init__(self, announcer: Announcer, arrived: Callable[[str], None], key: str) -> None:
        """Offer nothing yet.

        Args:
            announcer: says how a download goes.
            arrived: takes the name of a model that was fetched, in the download's thread.
            key: what chooses a model, as it is spoken; empty where no key does.
        """
        self._announcer = announcer
        self._arrived = arrived
        self._key = key
        self._fetch: BackgroundFetch | None = None
        self._suit: advice.Suit | None = None
        self._explained = ""

    def line(self) -> str:
        """Return the line that offers, continues or stops a download; empty where there is nothing to fetch."""
        if (fetch := self._current()) is not None:
            return words.offer_stop(fetch.name, fetch.progress)
        try:
            ranked, state, _ = advice.rank_here(Store())
        except AssistantError:  # what is wrong is said where models are used
            return ""
        self._suit = advice.best_model(ranked)
        if self._suit is None or self._suit.row.name in state.models:
            return ""
        row, missing = self._suit.row, self._suit.missing_bytes
        said = words.offer if missing == row.n_bytes else words.offer_rest
        return said(row.name, missing, advice.say_time(missing, state.bytes_per_s))

    def choose(self) -> str:
        """Do what the line says and return what to say; a licence is explained first and accepted the second time.

        Raises:
            ModelError: the download cannot be started, or the record not be written.
        """
        if (fetch := self._current()) is not None:
            fetch.stop()
            return words.fetch_stopped(fetch.name)
        assert self._suit is not None, "the line was shown"
        row, store = self._suit.row, Store()
        state = store.read()
        if row.licence_link not in state.licences:
            if self._explained != row.name:
                self._explained = row.name
                details = advice.say_details(self._suit, state.bytes_per_s)
                return words.confirm(details, row.licence_link)
            with store.change() as state:
                if row.licence_link not in state.licences:
                    state.licences.append(row.licence_link)
        listener = Listener(self._speak, lambda: self._arrived(row.name), self._fail)
        self._fetch = BackgroundFetch(row.name, listener)
        return words.fetch_started(row.name, self._suit.missing_bytes)

    def status(self) -> list[str]:
        """Return how the download goes; nothing where none does."""
        fetch = self._current()
        return [] if fetch is None else [words.fetch_status(fetch.name, fetch.progress)]

    def advice(self) -> str:
        """Return the one sentence about a model for photographs: how its download goes, else how to get one."""
        return next(iter(self.status()), "") or advice.one_sentence(self._key)

    def farewell(self) -> str:
        """Return what becomes of the download when the program ends, and end it; empty where none goes on."""
        fetch = self._current()
        if fetch is None:
            return ""
        fetch.stop()
        return words.fetch_farewell(fetch.name)

    def close(self) -> None:
        """End the download; idempotent."""
        if self._fetch is not None:
            self._fetch.stop()

    def _current(self) -> BackgroundFetch | None:
        return self._fetch if self._fetch is not None and self._fetch.is_going_on else None

    def _speak(self, progress: str) -> None:
        # A description is not interrupted for it; the status key tells it at any time.
        if (
            self._fetch is not None
            and not self._announcer.is_heard()
            and not self._announcer.is_held()
        ):
            self._announcer.tell(words.fetch_said(self._fetch.name, progress))

    def _fail(self, error: ModelError) -> None:
        self._announcer.fail(error)
