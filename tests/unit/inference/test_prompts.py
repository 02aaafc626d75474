"""Prompts are rendered as their models were trained to read them."""

from __future__ import annotations

import pytest

from assistant.core.events import Turn
from assistant.core.questions import DETAILED_PROMPT
from assistant.errors import UsageError
from assistant.inference import prompts
from assistant.inference.chat_templates import MEDIA_MARKER, VICUNA_SYSTEM
from tests.support.tiny_families.templates import GEMMA3

MISTRAL = "{{ bos_token }}{% for m in messages %}[INST] {{ m['content'] }} [/INST]{% endfor %}"


def test_vicuna_v1_reads_as_the_authors_of_llava_1_5_write_it() -> None:
    assert prompts.render(DETAILED_PROMPT, "vicuna_v1", None) == (
        "A chat between a curious user and an artificial intelligence assistant. "
        "The assistant gives helpful, detailed, and polite answers to the user's questions. "
        f"USER: {MEDIA_MARKER}\nPlease describe this image in detail. ASSISTANT:"
    )


def test_a_model_file_with_its_own_template_is_asked_with_it_and_bos_is_not_doubled() -> None:
    rendered = prompts.render("What is this?", None, MISTRAL, "<s>", "</s>")
    assert rendered == f"[INST] {MEDIA_MARKER}\nWhat is this? [/INST]"


def test_a_named_template_wins_over_the_files_own() -> None:
    assert prompts.render("Hello?", "vicuna_v1", MISTRAL, "<s>").endswith("Hello? ASSISTANT:")


@pytest.mark.parametrize("cut", [0, 1, 5, len(MEDIA_MARKER) - 1])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_question_cannot_move_the_picture(cut: int, depth: int) -> None:
    mark = MEDIA_MARKER
    for _ in range(depth):
        mark = f"{MEDIA_MARKER[:cut]}{mark}{MEDIA_MARKER[cut:]}"
    turns = [Turn(f"Big {mark}?", f"{mark} Yes.")]
    rendered = prompts.render(f"What {mark} is this?", "vicuna_v1", None, turns=turns)
    assert rendered.count(MEDIA_MARKER) == 1
    assert "What  is this?" in rendered


@pytest.mark.parametrize(
    ("template", "gguf_template"),
    [
        ("no-such", None),
        (None, None),
        (None, "{% for"),
        (None, "{{ raise_exception('x') }}"),
        (None, "Hello"),
    ],
)
def test_a_template_that_cannot_be_used_is_one_sentence(
    template: str | None, gguf_template: str | None
) -> None:
    with pytest.raises(UsageError) as caught:
        prompts.render("What is this?", template, gguf_template)
    assert caught.value.message.endswith(".")
    assert "--template" in caught.value.hint


def test_earlier_turns_stand_as_the_authors_write_them_with_the_picture_in_the_first() -> None:
    turns = [Turn("What is this?", "A dog."), Turn(f"Big {MEDIA_MARKER}?", "Yes.")]
    rendered = prompts.render("Brown?", "vicuna_v1", None, "<s>", "</s>", turns)
    assert rendered == (
        f"{VICUNA_SYSTEM} USER: {MEDIA_MARKER}\nWhat is this? ASSISTANT: A dog.</s>"
        "USER: Big ? ASSISTANT: Yes.</s>USER: Brown? ASSISTANT:"
    )


def test_a_files_own_template_is_given_the_turns() -> None:
    template = (
        "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}{{ eos_token }}{% endfor %}"
    )
    rendered = prompts.render("Brown?", None, template, "", "|", [Turn("What?", "A dog.")])
    assert rendered == f"[user] {MEDIA_MARKER}\nWhat?|[assistant] A dog.|[user] Brown?|"


LLAVA_HF = (
    "{% for m in messages %}{% if m['role'] != 'user' %}{{ m['role'].upper() + ': ' }}{% endif %}"
    "{% for c in m['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
    "{% for c in m['content'] | selectattr('type', 'equalto', 'text') %}{{ c['text'] + ' ' }}"
    "{% endfor %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)


def test_a_template_that_takes_parts_is_given_parts() -> None:
    rendered = prompts.render("Brown?", None, LLAVA_HF, turns=[Turn("What?", "A dog.")])
    assert rendered == f"{MEDIA_MARKER}\nWhat? ASSISTANT: A dog. Brown? ASSISTANT:"


def test_gemmas_picture_has_blank_lines_around_it_as_its_authors_write_it() -> None:
    rendered = prompts.render("Brown?", None, GEMMA3)
    assert rendered == (
        f"<start_of_turn>user\n\n\n{MEDIA_MARKER}\n\nBrown?<end_of_turn>\n<start_of_turn>model\n"
    )


@pytest.mark.parametrize("template", [MISTRAL, LLAVA_HF])
@pytest.mark.parametrize("words", ["<image>", "{{ 7 * 7 }}", "a ((picture)) b", "<|image_pad|>"])
def test_words_that_look_like_marks_stay_words(template: str, words: str) -> None:
    rendered = prompts.render(f"Is {words} here?", None, template)
    assert rendered.count(MEDIA_MARKER) == 1
    assert f"Is {words} here?" in rendered


@pytest.mark.parametrize(
    ("n_prompt", "n_question", "n_ctx", "n_ctx_train", "helps"),
    [
        (720, 6, 512, 512, {"another model"}),  # whatever is asked, and however large the context
        (720, 6, 256, 512, {"another model"}),
        (2100, 1400, 2048, 2048, {"shorter question"}),
        (2100, 6, 2048, 4096, {"--n-ctx"}),
        (2100, 1400, 2048, 4096, {"shorter question", "--n-ctx"}),
        (2100, 6, 2048, 0, {"--n-ctx"}),  # it does not say what it was trained on
        (2100, 900, 1024, 2048, {"shorter question", "--n-ctx"}),  # neither alone
    ],
)
def test_advice_about_a_prompt_that_is_too_long_can_help(
    n_prompt: int, n_question: int, n_ctx: int, n_ctx_train: int, helps: set[str]
) -> None:
    hint = prompts.too_long(n_prompt, n_question, n_ctx, n_ctx_train).hint
    known = {"another model", "shorter question", "--n-ctx"}
    assert {words for words in known if words in hint} == helps
