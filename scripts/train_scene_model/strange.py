"""Questions that the model has no answer to: of other forms than its own, or about things that it does not know.

A small model answers whatever it is asked, in the form that it knows best, and nothing in its voice tells.
So it is taught that it can't tell. Every fourth form and noun is kept for testing: what is right there was
not learned by heart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from .language import with_article

# {} is a thing.
OF_A_THING = (
    "Why is the {} there?", "Does the {} like me?", "Can I eat the {}?", "Is the {} dangerous?", "Who made the {}?",
    "When did the {} come?", "Is the {} broken?", "What is the {} for?", "Should I buy the {}?", "Does the {} work?",
    "Is the {} mine?", "Bring me the {}.", "Has the {} moved?", "Is the {} real?", "What does the {} think?",
    "Is the {} hungry?", "How far away is the {}?", "How fast is the {}?", "Where was the {} made?",
    "What is wrong with the {}?", "Do you like the {}?", "May I touch the {}?", "Which {} is the best?",
    "Is the {} clean?", "Will the {} fall?", "Can the {} swim?", "Tell me a story about the {}.",
    "Was the {} there yesterday?", "How do you spell {}?", "Is that a good {}?", "Whose {} is it?",
    "Does the {} need water?",
)  # fmt: skip
OF_NOTHING = (
    "Who are you?", "What is your name?", "Can you help me?", "Are you sure?", "Is it safe to cross?",
    "Is it safe here?", "How do I get home?", "Is it raining?", "Tell me a joke.", "Play some music.",
    "Call my sister.", "What are you?", "What is two and three?", "Who is the president?",
    "What is the capital of France?", "Read the newspaper to me.", "Which way is north?", "Is this my street?",
    "Am I alone?", "Which bus is it?", "Who is he?", "What is she wearing?", "Is the door open?", "Is the light on?",
    "When does the shop close?", "Will it rain tomorrow?", "Should I go on?", "Can I sit down here?", "Why?",
    "Hello.", "Thank you.", "Good morning.", "Do you love me?", "What did you say?", "How are you?",
    "Where do I live?", "What should I cook?", "Is this food still good?", "Is my shirt dirty?", "Do I look well?",
    "How tall am I?", "What is the weather like?", "Turn off the light.", "Where were you born?", "Say something.",
    "What does the letter say?", "How much money is this?", "Who is at the door?",
)  # fmt: skip
_NOUNS = (
    "person/people, man/men, woman/women, child/children, face, hand, door, window, wall, stair, step, kerb, "
    "crossing, bridge, river, mountain, letter, newspaper, coin, banknote, pill, glass/glasses, fork, pan, "
    "oven, fridge, lamp, carpet, curtain, shelf/shelves, pillow, towel, soap, clock tower, lion, tiger, bear, "
    "wolf/wolves, snake, spider, whale, shark, goat, frog, fish/fish, potato/potatoes, tomato/tomatoes, "
    "onion, grape, egg, biscuit, ring, watch/watches, glove, sock, skirt, belt, camera, printer, keyboard, "
    "screen, cable, battery/batteries, tram, ship, submarine, taxi, wheelchair, pram, flag, statue, "
    "bench/benches, fence, gate, rope, nail, drill, shovel, needle, robot"
)
NOUNS = tuple(
    (one, several or f"{one}s")
    for one, _, several in (noun.partition("/") for noun in _NOUNS.split(", "))
)
"""Things that are not of this world, one and several."""
_EVERY = 4
_Item = TypeVar("_Item")


def strange_question(thing: str, rng: np.random.Generator, *, is_taught: bool = True) -> str:
    """Return a question that "I can't tell" is the answer to."""
    sort = rng.random()
    if sort < 0.35:
        return _one_of(OF_A_THING, rng, is_taught).format(thing)
    if sort < 0.65:
        return _one_of(OF_NOTHING, rng, is_taught)
    one, several = _one_of(NOUNS, rng, is_taught)
    forms = (
        f"Is there {with_article(one)}?",
        f"Can you see {with_article(one)}?",
        f"Are there any {several}?",
        f"How many {several} are there?",
        f"Where is the {one}?",
        f"What colour is the {one}?",
        f"What is next to the {one}?",
    )
    return forms[int(rng.integers(len(forms)))]


def _one_of(items: Sequence[_Item], rng: np.random.Generator, is_taught: bool) -> _Item:
    """One of those whose place, counted from 1, is a multiple of `_EVERY`, or of the others."""
    found = [item for place, item in enumerate(items, 1) if bool(place % _EVERY) == is_taught]
    return found[int(rng.integers(len(found)))]
