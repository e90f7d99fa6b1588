"""Categories of goods, by trade."""

from __future__ import annotations

TRADES: dict[str, tuple[str, ...]] = {
    trade: tuple(categories.split())
    for trade, categories in {
        "electronics": """power_bank phone phone_case charger cable earphones speaker smart_watch laptop
            tablet camera television projector keyboard mouse storage router robot_vacuum
            home_appliance game_console""",
        "cosmetics": """lipstick foundation serum face_cream sunscreen cleanser face_mask perfume shampoo
            hair_care eye_makeup nail_polish body_care""",
        "fashion": """dress skirt shirt t_shirt trousers jeans coat jacket knitwear shoes sneakers boots
            sandals bag belt jewellery watch sunglasses hat scarf underwear swimwear suit""",
        "mother_and_baby": """stroller diapers infant_formula baby_bottle car_seat crib baby_clothes toy
            breast_pump high_chair baby_carrier baby_monitor wipes""",
        "furniture": """sofa armchair bed mattress table chair wardrobe shelf desk lamp rug curtain
            cabinet""",
        "outdoor": """tent sleeping_bag backpack sleeping_pad camp_stove bicycle headlamp water_bottle
            fishing_gear climbing_gear hiking_poles ski""",
        "food_and_coffee": """coffee_beans coffee_machine coffee_grinder coffee_filter tea olive_oil wine
            chocolate snack honey pasta spice cheese""",
        "instruments": """multimeter oscilloscope scale microscope thermometer pressure_gauge flow_meter
            ph_meter laser_meter gas_detector power_supply sensor caliper""",
    }.items()
}
CATEGORIES = tuple(category for trade in TRADES.values() for category in trade)
_TRADE_OF = {category: trade for trade, listed in TRADES.items() for category in listed}

#: What is asked for by weight.
FOOD = frozenset(TRADES["food_and_coffee"]) - {"coffee_machine", "coffee_grinder", "coffee_filter"}
BABY = frozenset(TRADES["mother_and_baby"])
OUTDOOR = frozenset(TRADES["outdoor"])
FURNITURE = frozenset(TRADES["furniture"])
MEASURING = frozenset(TRADES["instruments"])
#: Whose grams are gigabytes.
STORED = frozenset(("storage", "phone", "laptop", "tablet", "camera", "game_console"))
#: Whose inches are those of a screen.
SCREENS = frozenset(("television", "laptop", "tablet", "phone", "projector"))
#: What has sizes that are told by a bare number or letter.
WORN = frozenset(TRADES["fashion"]) - {"bag", "jewellery", "watch", "sunglasses", "scarf"} | {
    "baby_clothes",
    "diapers",
}
#: Whose numbers are shades.
MAKE_UP = frozenset(("lipstick", "foundation", "nail_polish", "eye_makeup", "hair_care"))


def trade_of(category: str) -> str | None:
    """The trade that a category belongs to, such as 'electronics'; None for a shop's own."""
    return _TRADE_OF.get(category)
