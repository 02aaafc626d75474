"""Each screen by its keys: what is shown is what is spoken."""

from __future__ import annotations

import pytest

from assistant.core.actions import Action, Keymap
from assistant.core.session import Wants
from assistant.core.session_ports import Kind
from assistant.messages import session as session_words
from assistant.messages import settings as settings_words
from assistant.messages import tui as words
from tests.tui.screen import ANSWER, TEXT, Screen, open_screen, run


def test_it_is_ready_and_says_so() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            assert screen.shown == screen.spoken == [session_words.READY]
            assert screen.bar("keys").startswith("d describe, b briefly, a ask")
            assert screen.bar("stage") == "Now: nothing is happening."

    run(test())


@pytest.mark.parametrize("keys", ["d", "3", "12"])
def test_what_is_said_is_what_is_shown(keys: str) -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("d")
            await screen.press(*keys, "escape")
            await screen.press("n", "r", "s", "v", "y", "c", "plus", "minus", "o", "k", "p", "p")
            # A digit that waits for a second one is shown in a bar.
            told = [text for text in screen.spoken if text not in (*ANSWER, *keys)]
            shown = [text for text in screen.shown if text not in ANSWER]
            assert sorted(shown) == sorted(told)
            assert "Looking." in told
            assert [text for text in screen.shown if text in ANSWER][:2] == ANSWER

    run(test())


def test_an_answer_is_shown_in_the_order_of_the_line_mode() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("d")
            assert screen.shown[1] == "Looking."
            assert screen.shown[2:4] == ANSWER
            assert screen.shown[-1] == "Done."
            assert sorted(screen.shown) == sorted(screen.spoken)

    run(test())


def test_every_action_is_reached_by_each_of_its_keys_and_its_number() -> None:
    names = {",": "comma", "?": "question_mark", "+": "plus", "-": "minus"}

    async def test() -> None:
        async with open_screen() as screen:
            done: list[Action] = []

            def perform(action: Action) -> Wants:
                done.append(action)
                return Wants.NOTHING

            screen.parts.session.perform = perform  # type: ignore[method-assign]
            for action, keys in screen.parts.session.keymap.keys.items():
                for key in keys:
                    await screen.press(names.get(key, key))
                    assert done.pop() is action
                await screen.press(*str(Keymap.number(action)), "enter")
                assert done == [action]
                done.clear()

    run(test())


def test_a_rebound_key_and_stop_on_another_key() -> None:
    async def test() -> None:
        rebound = {"describe": "x", "stop": ";"}
        async with open_screen(rebindings=rebound) as screen:
            await screen.press("x")
            assert ANSWER[0] in screen.shown
            await screen.press("semicolon")
            assert screen.shown[-1] == session_words.NOTHING_TO_STOP
            await screen.press("space")
            assert screen.shown[-1] == session_words.unknown_key("space")
            await screen.press("escape")
            assert screen.shown[-1] == session_words.NOTHING_TO_STOP

    run(test())


@pytest.mark.parametrize(
    ("key", "called"),
    [("x", "x"), ("X", "capital X"), ("f5", "f5"), ("insert", "insert"), ("ctrl+x", "control x")],
)
def test_unknown_keys_are_spoken(key: str, called: str) -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press(key)
            assert screen.spoken[-1] == screen.shown[-1] == session_words.unknown_key(called)

    run(test())


def test_numbers_wait_for_a_second_digit_and_no_longer() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.pilot.press("1")
            assert screen.spoken[-1] == "1"
            assert not screen.parts.describer.requests
            await screen.pilot.pause(1.3)
            await screen.settle()
            assert len(screen.parts.describer.requests) == 1
            await screen.press("0")
            assert screen.shown[-1] == session_words.unknown_key("0")
            # A digit that waits is done before the next key, and Stop forgets it.
            await screen.press("2", "s")
            assert len(screen.parts.describer.requests) == 2
            await screen.press("1", "space")
            await screen.pilot.pause(1.3)
            assert len(screen.parts.describer.requests) == 2

    run(test())


def test_arrow_keys_read_what_was_said() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("d", "home")
            assert screen.spoken[-1] == session_words.READY
            await screen.press("down", "down")
            assert screen.spoken[-1] == ANSWER[0]
            lines = len(screen.shown)
            assert screen.list.index == 2
            await screen.press("home", "up")
            assert screen.spoken[-2:] == [words.FIRST_LINE, session_words.READY]
            assert screen.bar("last") == words.FIRST_LINE
            assert len(screen.shown) == lines
            await screen.press("down")
            assert screen.bar("last") == ""

    run(test())


def test_the_terminals_cursor_is_on_the_line_that_is_read() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("d")

            def here() -> str:
                x, y = screen.app.cursor_position
                widget, _ = screen.app.screen.get_widget_at(x, y)
                return str(getattr(widget, "text", ""))

            await screen.press("r")
            assert here() == ANSWER[0]
            await screen.press("n")
            assert here() == session_words.LAST_SENTENCE
            await screen.press("N")
            assert here() == ANSWER[0]
            await screen.press("down")
            assert here() == ANSWER[1]
            await screen.press("question_mark", "down")
            assert here() == screen.list.lines[1]

    run(test())


async def _asked(screen: Screen) -> list[str]:
    return [request.question for request in screen.parts.describer.requests]


def test_a_question_before_and_after_the_picture_and_about_the_last() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("a")
            assert screen.name == "QuestionScreen"
            assert screen.list.lines == screen.spoken[-1:] == [session_words.TYPE_QUESTION_NEW]
            assert screen.bar("last") == "", "what stands in the title is not shown twice"
            await screen.type("is q red?")
            assert screen.typed == "is q red?"
            await screen.press("enter")
            assert screen.name == "MainScreen"
            await screen.press("a", "enter")
            await screen.until(lambda: screen.name == "QuestionScreen")
            assert session_words.PICTURE_TAKEN in screen.shown
            await screen.type("after")
            await screen.press("enter")
            await screen.press("f")
            await screen.type("further")
            await screen.press("enter")
            assert await _asked(screen) == ["is q red?", "after", "further"]
            assert len(screen.parts.cameras.captured) == 2

    run(test())


def test_escape_in_a_question_stops_and_goes_back() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("a")
            await screen.type("half a quest")
            await screen.press("escape")
            assert screen.name == "MainScreen"
            assert screen.shown[-1] == screen.spoken[-1] == session_words.GONE_BACK
            assert ("cancel", "") in screen.parts.speaker.log
            await screen.press("d", "f", "enter")
            assert screen.shown[-1] == session_words.GONE_BACK

    run(test())


def test_a_pasted_question_of_any_length_is_one_sentence() -> None:
    async def test() -> None:
        from textual import events

        async with open_screen() as screen:
            await screen.press("a")
            screen.app.post_message(events.Paste("what\nis\nthis"))
            await screen.settle()
            assert screen.typed == "what is this"
            screen.app.post_message(events.Paste("x" * 10_000))
            await screen.settle()
            lines = len(screen.shown)
            await screen.press("enter")
            assert len(screen.shown) == lines + 1
            assert screen.shown[-1] == screen.spoken[-1]
            assert screen.shown[-1].startswith("The question has 10012 characters")
            await screen.press("d")
            assert ANSWER[1] in screen.shown

    run(test())


def test_history_by_number_by_arrow_and_back() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("h")
            assert screen.shown[-1] == session_words.HISTORY_EMPTY
            await screen.press("d", "b", "h")
            assert screen.name == "ChoiceScreen"
            assert len(screen.list.lines) == 3
            assert session_words.choose_history(2) in screen.spoken
            await screen.press("down", "down")
            assert screen.spoken[-1] == screen.list.lines[2]
            await screen.press("down")
            assert screen.spoken[-2:] == [words.LAST_LINE, screen.list.lines[2]]
            assert screen.bar("last") == words.LAST_LINE
            await screen.press("enter")
            assert screen.name == "MainScreen"
            assert screen.shown[-2:] == ANSWER
            assert "described in detail" in screen.shown[-3]
            await screen.press("h", "1", "enter")
            assert "described briefly" in screen.shown[-3]
            await screen.press("h", "7", "enter")
            assert screen.name == "ChoiceScreen"
            assert screen.bar("last") == screen.spoken[-1] == session_words.choice_wrong("7", 2)
            await screen.press("enter")
            assert screen.name == "MainScreen"
            assert screen.shown[-1] == session_words.GONE_BACK

    run(test())


def test_a_download_is_chosen_like_a_model_and_describing_goes_on() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            screen.parts.models.offer = "Download huge model: 4 gigabytes"
            await screen.press("m", "3", "enter")
            assert (
                screen.shown[-1] == screen.spoken[-1] == "Begun: Download huge model: 4 gigabytes."
            )
            await screen.press("d")
            assert screen.parts.models.chosen == 0
            assert len(screen.parts.describer.requests) == 1

    run(test())


def test_a_model_is_chosen() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("m", "down", "down", "enter")
            assert screen.parts.models.chosen == 1
            assert screen.shown[-1] == screen.spoken[-1] == session_words.model_now("large model")

    run(test())


def test_settings_are_read_typed_and_changed() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("comma", "down", "down")
            assert screen.spoken[-1] == "rate: 180"
            await screen.press("enter")
            assert screen.name == "QuestionScreen"
            assert screen.spoken[-1] == words.type_value("rate: 180")
            await screen.type("240")
            await screen.press("enter")
            assert screen.name == "SettingsScreen"
            assert screen.list.lines[2] == "rate: 240"
            expected = settings_words.now("rate", "240")
            assert screen.bar("last") == screen.spoken[-1] == expected
            await screen.type("nonsense 1")
            await screen.press("enter")
            assert screen.bar("last") == screen.spoken[-1] == "There is no setting nonsense."
            await screen.type("rate 250")
            await screen.press("enter")
            assert screen.list.lines[2] == "rate: 250"
            await screen.press("enter")
            assert screen.name == "MainScreen"

    run(test())


def test_help_reads_all_and_each_key_says_what_it_does() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("question_mark")
            assert screen.name == "HelpScreen"
            assert screen.spoken[-len(screen.list.lines) :] == screen.list.lines
            await screen.press("q")
            assert screen.spoken[-1].startswith("q: quit")
            assert screen.list.lines[screen.list.index or 0] == screen.spoken[-1]
            await screen.press("z")
            assert screen.bar("last") == screen.spoken[-1] == session_words.unknown_key("z")
            await screen.press("space")
            assert screen.name == "HelpScreen"
            await screen.press("escape")
            assert screen.name == "MainScreen"

    run(test())


def test_the_first_run_wants_enter() -> None:
    async def test() -> None:
        async with open_screen(is_notice_due=True) as screen:
            assert screen.name == "NoticeScreen"
            assert screen.spoken == [session_words.NOTICE, session_words.NOTICE_ACKNOWLEDGE]
            assert screen.list.lines == screen.spoken
            await screen.press("d", "escape")
            assert screen.name == "NoticeScreen"
            assert not screen.parts.describer.requests
            await screen.press("enter")
            assert screen.name == "MainScreen"
            assert screen.shown[-1] == screen.spoken[-1] == session_words.READY
            assert not screen.parts.preferences.is_due

    run(test())


@pytest.mark.parametrize("opener", ["a", "m", "comma", "question_mark"])
def test_escape_stops_sound_on_every_screen(opener: str) -> None:
    async def test() -> None:
        async with open_screen("A long answer. And more.", seconds_per_utterance=0.02) as screen:
            screen.parts.speaker.seconds_per_utterance = 30.0
            await screen.pilot.press("d")
            await screen.pilot.pause(0.2)
            await screen.pilot.press(opener)
            await screen.pilot.pause()
            assert screen.name != "MainScreen"
            screen.parts.speaker.seconds_per_utterance = 0.0
            lines = len(screen.parts.speaker.log)
            await screen.press("escape")
            assert ("cancel", "") in screen.parts.speaker.log[lines:]
            assert session_words.STOPPED in screen.shown
            assert screen.name == "MainScreen"

    run(test())


def test_quit_and_control_c_end_it() -> None:
    for key in ("q", "ctrl+c", "ctrl+q"):

        async def test(key: str = key) -> None:
            async with open_screen() as screen:
                await screen.pilot.press(key)
                await screen.pilot.pause()
                assert not screen.app.is_running or screen.app._exit

        run(test())


def test_errors_are_lines_of_their_own_kind() -> None:
    async def test() -> None:
        from assistant.errors import CameraError

        async with open_screen() as screen:
            screen.parts.cameras.failure = CameraError("The camera is gone.", "Plug it in.")
            await screen.press("d")
            assert screen.shown[-1] == screen.spoken[-1] == "The camera is gone. Plug it in."
            assert screen.list.query(f"Row.-{Kind.ERROR.value}")
            screen.parts.cameras.failure = None
            await screen.press("d")
            assert TEXT.split(". ", maxsplit=1)[0] + "." in screen.shown

    run(test())


@pytest.mark.parametrize(
    ("keys", "left"),
    [(("1", "enter"), True), (("down", "down", "enter"), False), (("escape",), None)],
)
def test_who_speaks_is_asked_before_all_else(keys: tuple[str, ...], left: bool | None) -> None:
    async def test() -> None:
        async with open_screen(screen_reader="Orca") as screen:
            assert screen.name == "ChoiceScreen"
            question = session_words.who_speaks("Orca")
            assert question in screen.shown
            assert question in screen.spoken
            await screen.press(*keys)
            assert screen.parts.preferences.left_to_reader is left
            assert screen.name == "MainScreen"
            assert screen.shown[-1] == screen.spoken[-1] == session_words.READY

    run(test())


def test_the_arrow_keys_to_the_side_review_the_answer() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("d")
            heard = []
            for key in ("ctrl+right", "right", "l", "left", "ctrl+left"):
                await screen.press(key)
                assert screen.shown[-1] == screen.spoken[-1]
                heard.append(screen.spoken[-1])
            assert heard == ["A", "capital A", "space", "capital A", "car"]

    run(test())
