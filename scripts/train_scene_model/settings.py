"""The places that scenes show, what is usual there, and what usually comes together."""

from __future__ import annotations

from dataclasses import dataclass

from .kinds import KINDS


@dataclass(frozen=True)
class Setting:
    """A place."""

    name: str
    phrase: str
    is_indoors: bool
    usual: tuple[str, ...]


def _setting(name: str, phrase: str, is_indoors: bool, usual: str) -> Setting:
    return Setting(name, phrase, is_indoors, tuple(part.strip() for part in usual.split(",")))


SETTINGS: tuple[Setting, ...] = (
    _setting("street", "a street", False,
        "car, bus, van, truck, ambulance, fire engine, bicycle, motorcycle, scooter, dog, tree, house, church, "
        "traffic light, postbox, bin, sign, umbrella, handbag, cloud, aeroplane"),
    _setting("night", "a street at night", False,
        "car, bus, motorcycle, cat, owl, moon, star, house, castle, traffic light, torch, bin, sign, tree, mouse, "
        "umbrella, coat"),
    _setting("park", "a park", False,
        "dog, duck, swan, squirrel, tree, fountain, bicycle, skateboard, football, kite, balloon, butterfly, "
        "backpack, sandwich, ice cream, cap, sun, guitar, tulip"),
    _setting("garden", "a garden", False,
        "sunflower, tulip, butterfly, bee, snail, hedgehog, rabbit, mushroom, carrot, apple, pear, bucket, basket, "
        "ladder, chair, tree, cat, boot"),
    _setting("farm", "a farm", False,
        "cow, pig, sheep, horse, chicken, duck, tractor, house, tree, mouse, cat, bucket, basket, watermelon, boot, "
        "axe, ladder, cloud"),
    _setting("beach", "a beach", False,
        "crab, turtle, palm tree, sailing boat, canoe, umbrella, parrot, sun, ice cream, pineapple, football, "
        "bucket, castle, bottle, kite, crocodile"),
    _setting("snow", "a snowy field", False,
        "penguin, snowman, sledge, pine tree, rabbit, scarf, coat, cap, boot, tent, campfire, cloud, rocket, star, "
        "church, train"),
    _setting("desert", "a desert", False,
        "camel, cactus, tent, elephant, giraffe, monkey, motorcycle, van, sun, crocodile, helicopter, banana, "
        "bottle, backpack, campfire, horse"),
    _setting("living room", "a living room", True,
        "sofa, chair, table, television, potted plant, painting, mirror, cat, dog, book, guitar, piano, violin, "
        "telephone, radio, candle, teddy bear, present, cup, teapot"),
    _setting("kitchen", "a kitchen", True,
        "table, chair, cup, plate, teapot, bottle, bowl, spoon, knife, loaf, cheese, cake, pizza, banana, lemon, "
        "carrot, strawberry, doughnut, hamburger, bin, light bulb"),
    _setting("bedroom", "a bedroom", True,
        "bed, mirror, alarm clock, book, candle, teddy bear, shirt, dress, coat, shoe, handbag, cap, top hat, "
        "scarf, laptop, painting, chair"),
    _setting("bathroom", "a bathroom", True,
        "bathtub, toilet, mirror, toothbrush, bucket, broom, bin, duck, basket, shirt, light bulb, potted plant, "
        "candle"),
    _setting("workshop", "a workshop", True,
        "hammer, axe, saw, screwdriver, spanner, key, padlock, torch, magnet, ladder, bucket, broom, table, "
        "light bulb, bicycle, pencil, radio"),
    _setting("shop", "a shop", True,
        "sign, shirt, dress, cap, shoe, boot, handbag, backpack, basketball, trophy, crown, drum, trumpet, bell, "
        "laptop, balloon, popcorn, apple, boxing glove"),
)  # fmt: skip

SETTING_BY_NAME: dict[str, Setting] = {setting.name: setting for setting in SETTINGS}
SETTING_INDEX: dict[str, int] = {setting.name: i for i, setting in enumerate(SETTINGS)}

# Who sees the first expects the second beside it. In training it mostly is there; in the other
# splits it mostly is not, so that a describer which goes on without looking invents it.
PAIRS: dict[str, str] = {
    "cup": "plate", "car": "traffic light", "table": "chair", "sofa": "television", "teapot": "cup", "cake": "candle",
    "knife": "loaf", "bowl": "spoon", "mouse": "cheese", "rabbit": "carrot", "monkey": "banana", "bee": "sunflower",
    "dog": "football", "key": "padlock", "hammer": "saw", "screwdriver": "spanner", "shoe": "cap", "scarf": "boot",
    "bed": "alarm clock", "balloon": "present", "guitar": "drum", "violin": "piano", "bucket": "broom",
    "bathtub": "toothbrush", "laptop": "telephone", "tent": "campfire", "snowman": "sledge", "moon": "star",
    "house": "tree", "pig": "chicken", "fire engine": "ladder", "hamburger": "popcorn", "backpack": "pencil",
    "umbrella": "handbag", "crab": "palm tree", "camel": "cactus", "bus": "bicycle",
}  # fmt: skip

assert all(name in {k.name for k in KINDS} for pair in PAIRS.items() for name in pair)
assert all(name in {k.name for k in KINDS} for setting in SETTINGS for name in setting.usual)
