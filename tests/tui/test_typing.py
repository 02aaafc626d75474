"""What is heard while something is typed: every key at once, in place of what was being said."""

from __future__ import annotations

import pytest
from textual import events

from assistant.messages import session as session_words
from assistant.messages import tui as words
from tests.tui.screen import Screen, open_screen, run


async def heard_of(screen: Screen, *keys: str) -> list[str]:
    """Presses keys one after the other and returns what was said of them."""
    before = len(screen.spoken)
    await screen.press(*keys)
    return screen.spoken[before:]


@pytest.mark.parametrize(
    ("echo", "heard"),
    [
        ("both", ["capital D", "o", "g", "Dog", "space", "4", "4", "question mark"]),
        ("characters", ["capital D", "o", "g", "space", "4", "question mark"]),
        ("words", ["Dog", "4"]),
        ("off", []),
    ],
)
def test_characters_and_finished_words_are_spoken(echo: str, heard: list[str]) -> None:
    async def test() -> None:
        async with open_screen() as screen:
            screen.parts.session.change_setting(f"typing-echo {echo}")
            await screen.press("a")
            keys = ("D", "o", "g", "space", "4", "question_mark")
            assert await heard_of(screen, *keys) == heard
            assert screen.typed == "Dog 4?"
            said = (await heard_of(screen, "left", "backspace")) or []
            assert said == ([] if echo == "off" else ["question mark", words.deleted("4")])

    run(test())


def test_what_is_removed_is_said() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("a")
            await screen.type("is there a Bus")
            assert await heard_of(screen, "backspace") == [words.deleted("s")]
            assert await heard_of(screen, "home", "delete") == ["i", words.deleted("i")]
            assert await heard_of(screen, "end", "ctrl+w") == [words.LINE_END, words.deleted("Bu")]
            assert await heard_of(screen, "backspace") == [words.deleted("space")]
            assert await heard_of(screen, "ctrl+u") == [words.deleted("s there a")]
            assert await heard_of(screen, "backspace") == [words.NOTHING_TO_DELETE]
            assert await heard_of(screen, "delete") == [words.NOTHING_TO_DELETE]

    run(test())


def test_the_cursor_says_what_it_is_on() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("a")
            assert await heard_of(screen, "left", "up") == [words.LINE_EMPTY] * 2
            await screen.type("two red Buses")
            assert await heard_of(screen, "home", "right", "left", "left") == ["t", "w", "t", "t"]
            assert await heard_of(screen, "ctrl+right", "ctrl+right") == ["red", "Buses"]
            assert await heard_of(screen, "left", "right") == ["space", "capital B"]
            assert await heard_of(screen, "ctrl+left") == ["red"]
            assert await heard_of(screen, "end", "right") == [words.LINE_END] * 2
            assert await heard_of(screen, "shift+left") == [words.selected("s")]
            assert await heard_of(screen, "up") == ["two red Buses"]
            assert screen.app.cursor_position.x == 2 + len("two red Buse")

    run(test())


def test_typing_silences_what_is_being_said() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            screen.parts.speaker.seconds_per_utterance = 30.0
            await screen.pilot.press("a", "d", "o")
            await screen.pilot.pause()
            kinds = [kind for kind, text in screen.parts.speaker.log[-4:]]
            assert kinds == ["hush", "say"] * 2
            assert session_words.TYPE_QUESTION_NEW not in screen.spoken
            screen.parts.speaker.seconds_per_utterance = 0.0

    run(test())


def test_a_pasted_text_is_read_and_cannot_steer_the_terminal() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("a")
            screen.app.post_message(events.Paste("what\n\x1b[2Jis\u202e\x07 this"))
            await screen.settle()
            assert screen.typed == screen.spoken[-1] == "what is this"

    run(test())


def test_a_byte_that_is_no_text_is_told_and_not_typed() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            screen.app.post_message(events.Key("x", "\ufffd"))
            await screen.settle()
            assert screen.shown[-1] == session_words.unknown_key(words.UNREADABLE)
            await screen.press("a")
            screen.app.post_message(events.Key("x", "\ufffd"))
            await screen.settle()
            assert screen.bar("last") == screen.spoken[-1] == words.NOT_READABLE
            assert screen.typed == ""

    run(test())


def test_the_question_is_read_back_before_the_work_starts() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("a")
            await screen.type("is it red?")
            before = len(screen.spoken)
            await screen.press("enter")
            assert screen.spoken[before] == session_words.asked("is it red?")
            assert session_words.asked("is it red?") in screen.shown

    run(test())


def test_settings_are_searched_by_typing() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("comma")

            def visible() -> list[str]:
                return [str(row.text) for row in screen.list.children if row.display][1:]  # type: ignore[attr-defined]

            assert await heard_of(screen, "t") == ["t", words.settings_found(3)]
            assert await heard_of(screen, "h") == ["h", words.settings_found(2)]
            assert visible() == ["Model:", "threads: 2", "top-p: of threads"]
            assert screen.bar("last") == words.settings_found(2)
            await screen.press("enter")
            assert screen.spoken[-1] == words.settings_to_choose(2)
            await screen.press("down", "down")
            assert screen.spoken[-1] == "threads: 2"
            await screen.press("up", "enter")
            assert screen.spoken[-2:] == [words.GROUP_CHOSEN, "Model:"]
            await screen.press("x", "enter")
            assert screen.spoken[-1] == words.settings_to_choose(0)
            assert visible() == []
            await screen.press("ctrl+u")
            assert len(visible()) == 5
            await screen.type("rate")
            await screen.press("enter")
            assert screen.spoken[-1] == words.type_value("rate: 180")

    run(test())


def test_leaving_a_list_ends_its_reading() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            screen.parts.speaker.seconds_per_utterance = 30.0
            await screen.pilot.press("question_mark")
            await screen.pilot.pause()
            await screen.pilot.press("enter")
            await screen.pilot.pause()
            assert screen.name == "MainScreen"
            # Were the help still being read, this would not come to its end.
            screen.parts.speaker.seconds_per_utterance = 0.0
            assert screen.parts.speaker.log[-2:] == [("hush", ""), ("say", session_words.GONE_BACK)]

    run(test())
