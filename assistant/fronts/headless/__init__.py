"""The assistant without a screen: keys of a keypad and buttons on wires in, speech out."""
