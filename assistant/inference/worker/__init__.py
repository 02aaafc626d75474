"""The process around the engine, and the front's side of it."""
