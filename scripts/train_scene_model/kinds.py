"""The vocabulary of the scene world: kinds of things, colours, words on signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stand = Literal["floor", "air", "wall", "item", "free"]


@dataclass(frozen=True)
class Kind:
    """One everyday thing.

    Attributes:
        name: singular noun, unique.
        plural: plural noun, unique.
        emoji: the character that Noto Color Emoji draws; "" for what is drawn by code.
        category: its group, as "animal".
        stand: "floor" stands on the floor, "air" flies, "wall" hangs, "item" stands on a floor or a
            shelf, "free" may be anywhere.
        scale: size beside other kinds at the same distance.
        is_recoloured: drawn in any of `COLOURS`, and then spoken of with its colour.
    """

    name: str
    plural: str
    emoji: str
    category: str
    stand: Stand = "item"
    scale: float = 1.0
    is_recoloured: bool = False


# Red, green and blue of each colour word, for a fully lit surface.
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (222, 32, 36),
    "orange": (245, 136, 20),
    "yellow": (250, 218, 45),
    "green": (46, 160, 60),
    "blue": (40, 92, 222),
    "purple": (136, 52, 178),
    "white": (244, 244, 242),
    "black": (46, 46, 50),
}
COLOUR_NAMES = tuple(COLOURS)

WORDS = (
    *("STOP", "EXIT", "OPEN", "CLOSED", "TAXI", "CAFE", "HOTEL", "SALE", "PUSH", "PULL", "BANK"),
    *("SHOP", "MENU", "SCHOOL", "POST", "ZOO", "GYM", "BAR", "FREE", "HELP", "SLOW", "NORTH"),
    *("LIFT", "TOILET"),
)

# name, plural ("" adds an s), code point, scale, and "c" for what is recoloured.
_Row = tuple[str, str, str, float, str]


def _group(category: str, stand: Stand, rows: tuple[_Row, ...]) -> tuple[Kind, ...]:
    return tuple(
        Kind(name, plural or f"{name}s", emoji, category, stand, scale, mark == "c")
        for name, plural, emoji, scale, mark in rows
    )


SIGN = Kind("sign", "signs", "", "sign", "free", 1.25, True)

KINDS: tuple[Kind, ...] = (
    *_group("animal", "floor", (
        ("dog", "", "\U0001f415", 0.9, ""), ("cat", "", "\U0001f408", 0.8, ""), ("horse", "", "\U0001f40e", 1.15, ""),
        ("cow", "", "\U0001f404", 1.15, ""), ("pig", "", "\U0001f416", 0.95, ""),
        ("sheep", "sheep", "\U0001f411", 0.95, ""), ("elephant", "", "\U0001f418", 1.3, ""),
        ("giraffe", "", "\U0001f992", 1.35, ""), ("camel", "", "\U0001f42a", 1.2, ""),
        ("monkey", "", "\U0001f412", 0.9, ""), ("rabbit", "", "\U0001f407", 0.75, ""),
        ("mouse", "mice", "\U0001f401", 0.7, ""), ("squirrel", "", "\U0001f43f\ufe0f", 0.75, ""),
        ("hedgehog", "", "\U0001f994", 0.7, ""), ("chicken", "", "\U0001f413", 0.8, ""),
        ("duck", "", "\U0001f986", 0.75, ""), ("swan", "", "\U0001f9a2", 0.9, ""),
        ("penguin", "", "\U0001f427", 0.85, ""), ("turtle", "", "\U0001f422", 0.75, ""),
        ("snail", "", "\U0001f40c", 0.7, ""), ("crab", "", "\U0001f980", 0.75, ""),
        ("crocodile", "", "\U0001f40a", 1.15, ""),
    )),
    *_group("animal", "air", (
        ("parrot", "", "\U0001f99c", 0.85, ""), ("owl", "", "\U0001f989", 0.85, ""),
        ("bee", "", "\U0001f41d", 0.75, ""), ("butterfly", "butterflies", "\U0001f98b", 0.8, ""),
    )),
    *_group("food", "item", (
        ("apple", "", "\U0001f34e", 0.75, ""), ("banana", "", "\U0001f34c", 0.8, ""),
        ("pear", "", "\U0001f350", 0.75, ""), ("lemon", "", "\U0001f34b", 0.75, ""),
        ("strawberry", "strawberries", "\U0001f353", 0.75, ""), ("pineapple", "", "\U0001f34d", 0.85, ""),
        ("watermelon", "", "\U0001f349", 0.85, ""), ("carrot", "", "\U0001f955", 0.8, ""),
        ("mushroom", "", "\U0001f344", 0.75, ""), ("loaf", "loaves", "\U0001f35e", 0.85, ""),
        ("cheese", "cheeses", "\U0001f9c0", 0.8, ""), ("pizza", "", "\U0001f355", 0.85, ""),
        ("hamburger", "", "\U0001f354", 0.85, ""), ("sandwich", "sandwiches", "\U0001f96a", 0.85, ""),
        ("cake", "", "\U0001f382", 0.95, ""), ("doughnut", "", "\U0001f369", 0.75, ""),
        ("ice cream", "", "\U0001f366", 0.8, ""), ("popcorn", "popcorns", "\U0001f37f", 0.85, ""),
        ("cup", "", "\u2615", 0.8, ""), ("plate", "", "\U0001f37d\ufe0f", 0.9, ""),
        ("teapot", "", "\U0001fad6", 0.85, "c"), ("bottle", "", "\U0001f37e", 0.9, ""),
        ("bowl", "", "\U0001f963", 0.85, "c"), ("spoon", "", "\U0001f944", 0.8, ""),
        ("knife", "knives", "\U0001f52a", 0.85, ""),
    )),
    *_group("furniture", "floor", (
        ("table", "", "", 1.2, ""), ("chair", "", "\U0001fa91", 1.05, "c"),
        ("sofa", "", "\U0001f6cb\ufe0f", 1.25, ""), ("bed", "", "\U0001f6cf\ufe0f", 1.25, ""),
        ("toilet", "", "\U0001f6bd", 0.95, ""), ("bathtub", "", "\U0001f6c1", 1.15, ""),
        ("potted plant", "", "\U0001fab4", 0.9, ""), ("television", "", "\U0001f4fa", 0.95, ""),
        ("bin", "", "\U0001f5d1\ufe0f", 0.85, ""), ("bucket", "", "\U0001faa3", 0.8, "c"),
        ("basket", "", "\U0001f9fa", 0.9, ""), ("broom", "", "\U0001f9f9", 1.0, ""),
    )),
    *_group("furniture", "wall", (
        ("mirror", "", "\U0001fa9e", 1.0, ""), ("painting", "", "\U0001f5bc\ufe0f", 1.0, ""),
        ("light bulb", "", "\U0001f4a1", 0.8, ""),
    )),
    *_group("furniture", "item", (
        ("alarm clock", "", "\u23f0", 0.8, ""), ("candle", "", "\U0001f56f\ufe0f", 0.8, ""),
        ("telephone", "", "\u260e\ufe0f", 0.8, "c"), ("radio", "", "\U0001f4fb", 0.9, ""),
        ("laptop", "", "\U0001f4bb", 0.9, ""),
    )),
    *_group("vehicle", "floor", (
        ("car", "", "\U0001f697", 1.2, "c"), ("bus", "buses", "\U0001f68c", 1.35, ""),
        ("van", "", "\U0001f690", 1.2, ""), ("truck", "", "\U0001f69a", 1.3, ""),
        ("ambulance", "", "\U0001f691", 1.25, ""), ("fire engine", "", "\U0001f692", 1.3, ""),
        ("tractor", "", "\U0001f69c", 1.2, ""), ("bicycle", "", "\U0001f6b2", 1.05, ""),
        ("motorcycle", "", "\U0001f3cd\ufe0f", 1.1, ""), ("scooter", "", "\U0001f6f4", 0.9, ""),
        ("train", "", "\U0001f682", 1.25, ""), ("sailing boat", "", "\u26f5", 1.15, ""),
        ("canoe", "", "\U0001f6f6", 1.1, ""), ("sledge", "", "\U0001f6f7", 0.9, ""),
        ("skateboard", "", "\U0001f6f9", 0.85, ""),
    )),
    *_group("vehicle", "air", (
        ("aeroplane", "", "\U0001f6e9\ufe0f", 1.15, ""), ("helicopter", "", "\U0001f681", 1.15, ""),
        ("rocket", "", "\U0001f680", 1.05, ""),
    )),
    *_group("tool", "item", (
        ("hammer", "", "\U0001f528", 0.85, ""), ("axe", "", "\U0001fa93", 0.9, ""),
        ("saw", "", "\U0001fa9a", 0.9, ""), ("screwdriver", "", "\U0001fa9b", 0.85, ""),
        ("spanner", "", "\U0001f527", 0.85, ""), ("key", "", "\U0001f511", 0.75, ""),
        ("padlock", "", "\U0001f512", 0.75, ""), ("torch", "torches", "\U0001f526", 0.85, ""),
        ("magnet", "", "\U0001f9f2", 0.8, ""), ("pencil", "", "\u270f\ufe0f", 0.8, ""),
        ("toothbrush", "toothbrushes", "\U0001faa5", 0.8, ""), ("book", "", "\U0001f4d5", 0.85, "c"),
        ("umbrella", "", "\u2602\ufe0f", 1.0, "c"), ("ladder", "", "\U0001fa9c", 1.15, ""),
    )),
    *_group("clothes", "item", (
        ("shirt", "", "\U0001f455", 0.95, "c"), ("dress", "dresses", "\U0001f457", 1.0, "c"),
        ("coat", "", "\U0001f9e5", 1.0, "c"), ("cap", "", "\U0001f9e2", 0.8, "c"),
        ("top hat", "", "\U0001f3a9", 0.85, ""), ("shoe", "", "\U0001f45f", 0.85, "c"),
        ("boot", "", "\U0001f462", 0.9, "c"), ("scarf", "scarves", "\U0001f9e3", 0.85, "c"),
        ("handbag", "", "\U0001f45c", 0.85, "c"), ("backpack", "", "\U0001f392", 0.95, "c"),
        ("crown", "", "\U0001f451", 0.8, ""),
    )),
    *_group("instrument", "item", (
        ("guitar", "", "\U0001f3b8", 1.0, ""), ("violin", "", "\U0001f3bb", 0.95, ""),
        ("trumpet", "", "\U0001f3ba", 0.9, ""), ("drum", "", "\U0001f941", 0.9, "c"),
        ("piano", "", "\U0001f3b9", 1.05, ""), ("bell", "", "\U0001f514", 0.8, ""),
    )),
    *_group("sport", "item", (
        ("football", "", "\u26bd", 0.75, ""), ("basketball", "", "\U0001f3c0", 0.75, ""),
        ("trophy", "trophies", "\U0001f3c6", 0.85, ""), ("teddy bear", "", "\U0001f9f8", 0.9, ""),
        ("present", "", "\U0001f381", 0.85, ""), ("boxing glove", "", "\U0001f94a", 0.8, "c"),
    )),
    *_group("sport", "air", (
        ("balloon", "", "\U0001f388", 0.85, "c"), ("kite", "", "\U0001fa81", 0.95, ""),
    )),
    *_group("plant", "floor", (
        ("tree", "", "\U0001f333", 1.35, ""), ("pine tree", "", "\U0001f332", 1.35, ""),
        ("palm tree", "", "\U0001f334", 1.35, ""), ("cactus", "cactuses", "\U0001f335", 1.05, ""),
        ("sunflower", "", "\U0001f33b", 0.95, ""), ("tulip", "", "\U0001f337", 0.85, "c"),
    )),
    *_group("building", "floor", (
        ("house", "", "\U0001f3e0", 1.4, ""), ("church", "churches", "\u26ea", 1.4, ""),
        ("castle", "", "\U0001f3f0", 1.4, ""), ("tent", "", "\u26fa", 1.15, "c"),
        ("fountain", "", "\u26f2", 1.15, ""), ("traffic light", "", "\U0001f6a6", 1.05, ""),
        ("postbox", "postboxes", "\U0001f4ee", 0.95, ""), ("snowman", "snowmen", "\u26c4", 1.0, ""),
        ("campfire", "", "\U0001f525", 0.85, ""),
    )),
    *_group("sky", "air", (
        ("sun", "", "\u2600\ufe0f", 0.95, ""), ("moon", "", "\U0001f319", 0.85, ""), ("star", "", "\u2b50", 0.75, ""),
        ("cloud", "", "\u2601\ufe0f", 1.05, ""),
    )),
    SIGN,
)  # fmt: skip
KIND_BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}
KIND_INDEX: dict[str, int] = {kind.name: index for index, kind in enumerate(KINDS)}
