"""The vocabulary of the demo world: everyday kinds of things and the settings they stand in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One everyday thing, drawn by one emoji.

    Attributes:
        name: singular noun, unique.
        plural: plural noun, unique.
        emoji: the character that Noto Color Emoji draws.
        adjective: a colour word that is true of the drawing, or "".
    """

    name: str
    plural: str
    emoji: str
    adjective: str = ""


KINDS: tuple[Kind, ...] = (
    Kind("dog", "dogs", "\U0001f415"),
    Kind("cat", "cats", "\U0001f408"),
    Kind("horse", "horses", "\U0001f40e", "brown"),
    Kind("cow", "cows", "\U0001f404"),
    Kind("elephant", "elephants", "\U0001f418", "grey"),
    Kind("rabbit", "rabbits", "\U0001f407"),
    Kind("penguin", "penguins", "\U0001f427"),
    Kind("turtle", "turtles", "\U0001f422", "green"),
    Kind("snail", "snails", "\U0001f40c"),
    Kind("fish", "fish", "\U0001f41f", "blue"),
    Kind("crab", "crabs", "\U0001f980", "red"),
    Kind("butterfly", "butterflies", "\U0001f98b", "blue"),
    Kind("apple", "apples", "\U0001f34e", "red"),
    Kind("banana", "bananas", "\U0001f34c", "yellow"),
    Kind("pear", "pears", "\U0001f350", "green"),
    Kind("strawberry", "strawberries", "\U0001f353", "red"),
    Kind("pineapple", "pineapples", "\U0001f34d"),
    Kind("carrot", "carrots", "\U0001f955", "orange"),
    Kind("mushroom", "mushrooms", "\U0001f344", "red"),
    Kind("cake", "cakes", "\U0001f382"),
    Kind("cup", "cups", "\u2615", "white"),
    Kind("car", "cars", "\U0001f697", "red"),
    Kind("bus", "buses", "\U0001f68c"),
    Kind("bicycle", "bicycles", "\U0001f6b2"),
    Kind("tractor", "tractors", "\U0001f69c"),
    Kind("sailing boat", "sailing boats", "\u26f5"),
    Kind("traffic light", "traffic lights", "\U0001f6a6"),
    Kind("rocket", "rockets", "\U0001f680"),
    Kind("tree", "trees", "\U0001f333", "green"),
    Kind("palm tree", "palm trees", "\U0001f334"),
    Kind("sunflower", "sunflowers", "\U0001f33b", "yellow"),
    Kind("cactus", "cactuses", "\U0001f335", "green"),
    Kind("house", "houses", "\U0001f3e0"),
    Kind("tent", "tents", "\u26fa"),
    Kind("chair", "chairs", "\U0001fa91"),
    Kind("bed", "beds", "\U0001f6cf\ufe0f"),
    Kind("guitar", "guitars", "\U0001f3b8"),
    Kind("football", "footballs", "\u26bd"),
    Kind("book", "books", "\U0001f4d5", "red"),
    Kind("key", "keys", "\U0001f511"),
    Kind("alarm clock", "alarm clocks", "\u23f0"),
    Kind("balloon", "balloons", "\U0001f388", "red"),
    Kind("umbrella", "umbrellas", "\u2602\ufe0f"),
    Kind("star", "stars", "\u2b50", "yellow"),
)

KIND_BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}
KIND_INDEX: dict[str, int] = {kind.name: index for index, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Setting:
    """A place that a scene shows.

    Attributes:
        name: short name, unique; also the name used in file names.
        phrase: the place with its article, as in "a street".
        usual: kinds that are met there more often than others.
    """

    name: str
    phrase: str
    usual: tuple[str, ...]


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "street",
        "a street",
        ("car", "bus", "bicycle", "traffic light", "house", "dog", "tree", "umbrella"),
    ),
    Setting(
        "garden",
        "a garden",
        ("sunflower", "butterfly", "snail", "apple", "carrot", "rabbit", "pear", "mushroom"),
    ),
    Setting(
        "room",
        "a living room",
        ("chair", "bed", "guitar", "book", "cat", "alarm clock", "cup", "balloon"),
    ),
    Setting(
        "beach",
        "a beach",
        ("crab", "sailing boat", "palm tree", "fish", "turtle", "umbrella", "football"),
    ),
    Setting(
        "night", "a place at night", ("star", "tent", "house", "rocket", "cat", "tree", "bicycle")
    ),
    Setting(
        "kitchen",
        "a kitchen",
        ("cup", "cake", "banana", "strawberry", "pineapple", "apple", "carrot", "chair"),
    ),
    Setting(
        "park", "a park", ("dog", "tree", "football", "bicycle", "balloon", "horse", "butterfly")
    ),
    Setting(
        "snow", "a snowy field", ("penguin", "rabbit", "tree", "house", "tent", "star", "horse")
    ),
)

SETTING_BY_NAME: dict[str, Setting] = {setting.name: setting for setting in SETTINGS}
SETTING_INDEX: dict[str, int] = {setting.name: i for i, setting in enumerate(SETTINGS)}
