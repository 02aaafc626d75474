"""Speech: what is said, one utterance at a time, with a stop that works at once."""
