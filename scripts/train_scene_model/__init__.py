"""How the embedded demo LLaVA is made: its world, its language, its training and its files."""
