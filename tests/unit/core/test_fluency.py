from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import messages
from assistant.core.events import DescribeRequest, Event, Piece
from assistant.core.fluency import MAX_LISTED, is_left_out, mend_sentence
from assistant.core.pipeline import narrate_answer
from assistant.testing import ScriptedDescriber, answer_events
from tests.unit.core.test_pipeline import REQUEST, Heard, finished

GOOD = [
    "He had had a coffee.",
    "It is very, very, very dark.",
    "I think that that is a cup.",
    "The sign says \"New York, New York\".",
    "New York, New York is written on the wall.",
    "Boutros Boutros Ghali stands in the middle.",
    "A poster of Duran Duran Duran hangs on the wall.",
    "\"There There\" is written on the cover.",
    "There is a black cat, a white cat and a grey cat.",
    "There is a man in a red shirt, a man in a blue shirt and a man in a green shirt.",
    "A woman with a phone, a man with a phone and a child with a phone wait at a stop.",
    "On the left there is a chair, in the middle a chair, and on the right a chair.",
    "A woman holds a phone, a man looks at a phone, and a child points to a phone.",
    "There is a cup, another cup, and a plate.",
    "I can see a U.S. flag.",
    "On the wall hangs a The Beatles poster.",
    "It was taken in the The Hague area.",
    "A bottle labelled There is no planet stands on the table.",
    "It shows a The North Face jacket and a Back to the Future poster.",
    "They watch an In the Heights film.",
    "The sign reads There is no exit.",
    "The sign says \"STOP STOP STOP STOP\".",
    "The display shows 8 8 8 8 and 0, 0, 0, 0, 0.",
    "There is a sign that says \"SHOP\" beside a sign that says \"BAR\".",
    "The shelf holds a 24\" screen that says \"Hello\".",
    "A sign says \"a loaf, a loaf, a loaf and a loaf\".",
    "The letter is an A and not a.",
    "A friend of a friend of a friend sits beside a dog.",
    "There is nothing at the top left, on the right and at the bottom left.",
    "Yes.",
    "C'est très, très, très beau.",
    "Nous nous sommes assis.",
    "Il y a un chat, un chien et un chat.",
    "Písmeno a a písmeno b.",
    "Er denkt, dass das das Haus ist.",
    "बहुत बड़े बड़े पेड़ हैं।",
    "彼女は赤い赤い花を持っています。",
    "Yavaş yavaş yürüyor.",
    "سيارة حمراء، سيارة زرقاء، سيارة بيضاء.",
]  # fmt: skip
BROKEN = {
    "I can see a There is nothing at the top left.": ("There is nothing at the top left.",),
    "At the bottom right there is another large There is nothing on the left.":
        ("There is nothing on the left.",),
    "A shoe is at the bottom right, At the bottom left there is a cap.":
        ("A shoe is at the bottom right.", "At the bottom left there is a cap."),
    "In all there are two cups There is nothing on the left.":
        ("In all there are two cups.", "There is nothing on the left."),
    "There is a large black sign that says.": (),
    "In the middle we find a.": (),
    "There is another large large large large boat.": (),
    "A rabbit is beside large bicycle large bicycle large bicycle.": (),
    "A shop with a boat, a boat, a boat and a chair.": ("A shop with a boat and a chair.",),
    "There is a cup, a cup, and a cup.": ("There is a cup.",),
    "There is a cup, a cup and a cup on the table.": (),
    "A room with a cake, a red cap, a red cap, a pizza and a red cap.":
        ("A room with a cake, a red cap and a pizza.",),
    "A room with a cup, a cup, a cup, a cup, a cup and a dog.": (),
    "I see a table with a table with a table.": (),
    "On the left we find another cow with a cow and a cow beside it.": (),
    "A shop with a sign that says \"BAR\", a cap, a sign that says \"BAR\", a cap, a van and a cap.":
        ("A shop with a sign that says \"BAR\", a cap, a sign that says \"BAR\" and a van.",),
    "There is a black sign that says \" piano beside it.": (),
    "We find a sign that says \" another large black sign that says \"SALE\".": (),
    "A street with a large black sign that says\", a large elephant.": (),
    "This This picture shows a street.": ("This picture shows a street.",),
    "There is a the the large large cup, beside a very very very small plate.":
        ("There is a the large cup, beside a very small plate.",),
    "Ein Haus Haus Haus Haus haus haus haus haus steht da.": (),
    "Hay una casa muy muy muy grande.": ("Hay una casa muy grande.",),
    "Una calle, un gato, un gato, un gato, un perro.": (),
}  # fmt: skip
NOUNS = st.sampled_from("cat dog boat sign ladder teddy-bear umbrella 信号 कुत्ता voiture".split())  # noqa: SIM905
LOOKS = st.sampled_from(["", "large ", "small red ", "wooden "])
OPENINGS = st.sampled_from(
    [
        "There is nothing on the left.",
        "At the top left there is a cup.",
        "This picture shows a street.",
    ]
)


def narrated(text: str, pieces: list[str] | None = None) -> tuple[list[str], list[str]]:
    heard = Heard()
    script = answer_events(text, pieces or list(text))
    narration = narrate_answer(ScriptedDescriber(script), REQUEST, heard)
    assert narration.sentences == heard.sentences
    return heard.sentences, narration.warnings


@pytest.mark.parametrize("sentence", GOOD)
def test_a_good_sentence_is_said_as_it_is(sentence: str) -> None:
    assert mend_sentence(sentence) == (sentence,)
    assert not is_left_out(sentence)


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_broken_sentence_is_mended_or_left_out(sentence: str) -> None:
    assert mend_sentence(sentence) == BROKEN[sentence]


@given(NOUNS, st.integers(4, 40), LOOKS)
def test_a_word_that_runs_on_is_never_heard(noun: str, n: int, look: str) -> None:
    sentence = f"There is a {look}{' '.join([noun] * n)} on the left."
    assert mend_sentence(sentence) == ()
    assert is_left_out(sentence)


@given(NOUNS, st.sampled_from(["very", "muy", "sehr", "बहुत"]))
def test_three_times_running_is_said_once(noun: str, word: str) -> None:
    assert mend_sentence(f"A {word} {word} {word} big {noun}.") == (f"A {word} big {noun}.",)


@given(
    NOUNS, LOOKS, st.integers(3, 9), st.sampled_from([", ", " and ", ", and ", " with ", " next to ", ", beside "]),
    st.sampled_from(["", " beside it", " on the left", ", a plate", " and a cup"]),
)  # fmt: skip
def test_a_thing_three_times_is_never_heard(
    noun: str, look: str, n: int, between: str, after: str
) -> None:
    thing = "a " + look + noun
    (sentence,) = mend_sentence(f"A street with {between.join([thing] * n)}{after}.") or ("",)
    assert sentence.count(thing) <= 2
    assert sentence == "" or n <= MAX_LISTED + 1  # the last may have words of its own


@given(st.lists(st.tuples(LOOKS, NOUNS), min_size=2, max_size=6, unique=True))
def test_different_things_are_heard(things: list[tuple[str, str]]) -> None:
    named = ["a " + look + noun for look, noun in things]
    sentence = f"A street with {', '.join(named[:-1])} and {named[-1]}."
    assert mend_sentence(sentence) == (sentence,)


@given(st.sampled_from(["I can see a", "We find another large", "There is an"]), OPENINGS)
def test_what_breaks_off_into_another_sentence_is_left_out(broken: str, opening: str) -> None:
    sentence = f"{broken} {opening}"
    assert mend_sentence(sentence) == (opening,)
    assert is_left_out(sentence)


@given(st.lists(st.sampled_from([*GOOD, *BROKEN]), min_size=1, max_size=6), st.data())
def test_pieces_make_no_difference(sentences: list[str], data: st.DataObject) -> None:
    text = " ".join(sentences)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=12)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    heard, warnings = narrated(text, pieces)
    assert (heard, warnings) == narrated(text)
    for sentence in heard:
        assert mend_sentence(sentence) == (sentence,)


@given(st.text(max_size=200))
def test_any_text_is_survived_and_mended_only_once(text: str) -> None:
    for sentence in mend_sentence(" ".join(text.split())):
        assert mend_sentence(sentence) == (sentence,)


def test_it_is_said_that_something_was_left_out() -> None:
    heard, warnings = narrated("There is a dog. I can see a a a a a cat. It is small.")
    assert heard == ["There is a dog.", "It is small."]
    assert warnings == [messages.PART_LEFT_OUT]


def test_marks_that_say_nothing_are_no_loss() -> None:
    assert narrated("There is a dog.\n---\nIt is small.") == (
        ["There is a dog.", "It is small."],
        [],
    )


def test_an_answer_without_sense_is_owned_up_to() -> None:
    heard, warnings = narrated("A street with a boat next to a boat next to a boat.")
    assert heard == []
    assert warnings == [messages.ALL_LEFT_OUT]


def test_a_mended_answer_has_no_warning() -> None:
    assert narrated("This This is a a street.") == (["This is a street."], [])


def test_the_first_sentence_that_is_said_starts_with_its_content() -> None:
    heard, _ = narrated("There is a sign that says. The image shows a dog.")
    assert heard == ["A dog."]


def test_what_was_cut_off_by_the_limit_is_said_as_far_as_it_goes() -> None:
    heard = Heard()
    script: list[Event] = [Piece("There is a dog and a"), finished("There is a dog and a")]
    narrate_answer(ScriptedDescriber(script), DescribeRequest(REQUEST.image_rgb, "?"), heard)
    assert heard.sentences == ["There is a dog and a"]
