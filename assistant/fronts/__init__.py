"""How a person meets the assistant: lines, the full screen, or keys and buttons without a screen."""
