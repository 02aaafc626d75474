"""The UI-free core: ports, events, sentences, pipeline. Imports no camera, speech, TUI or model library."""
