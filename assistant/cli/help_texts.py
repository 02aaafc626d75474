"""The words of ``--help`` that belong to no setting; the rules of ``assistant.messages`` hold."""

from __future__ import annotations

from assistant.messages import translate as _

PROGRAM = _(
    "Describes pictures aloud, offline. Nothing leaves this machine. Descriptions come from a model and may be "
    "wrong: do not rely on them where safety is at stake."
)
EPILOG = _(
    "Every setting can also stand in the settings file, or in a variable, for example SPARC_ASSISTANT_RATE=250. Exit "
    "codes: 0 done, 2 wrong use, 3 picture, 4 model files, 5 model process, 6 camera, 130 stopped."
)
HELP = _("Show this help.")
VERSION = _("Show the version.")
VERBOSE = _("Show the engine's own messages on standard error.")
CONFIG = _(
    "Settings file; default: sparc-assistant/config.toml in the folder for your programs' settings."
)
GROUP_OUTPUT = _("Output")

DESCRIBE = _("Describe one or more pictures.")
DESCRIBE_LONG = _(
    "Describes each picture in turn. The text goes to standard output, one sentence a line, and is spoken. Everything "
    "else goes to standard error. With several pictures, Enter skips to the next. Control-C stops everything at once."
)
ASK = _("Ask questions about one picture.")
ASK_LONG = _(
    "Answers the questions in turn, all about the same picture. With several questions, Enter skips to the next."
)
IMAGE = _(
    "A picture file: JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF. A dash reads standard input, and the word camera "
    "takes a picture with the camera."
)
QUESTION = _("A question in quotes, for example: 'What is on the left?'")
BRIEF = _("Describe in one sentence.")
DETAILED = _("Describe everything that can be seen; this is the default.")
JSON = _("Print one JSON object for each answer instead of the sentences.")
TRACE = _("Write what steering did at each step to FILE, as JSON lines.")
HEATMAP = _("Draw which parts of the picture steering picked, as a PNG file.")

START = _("Start the assistant, full screen, or in plain lines where the terminal asks for it.")
START_LONG = _(
    "Takes pictures with the camera and describes them when you press a key. Everything shown is spoken. Press "
    "question mark for the list of keys."
)
PLAIN = _("Start the assistant in plain lines, for screen readers, braille and SSH.")
PLAIN_LONG = _(
    "Reads the keys you type, each followed by Enter, and answers in lines; nothing is overwritten. Type a question "
    "mark for the list of keys."
)

SETTINGS_COMMAND = _("Show all settings and what they mean, or change one.")
SETTINGS_COMMAND_LONG = _(
    "Without a name, shows each setting with what it means, its value, and where the value comes from. With a name, "
    "shows that setting; with another word, those that mention it. With a name and a value, changes it in the "
    "settings file."
)
SETTINGS_CHANGE = _("A setting and its new value, or several such pairs; or a word to search for.")
SETTINGS_DEFAULT = _("Put the named settings back to their defaults.")
SETTINGS_PATH = _("Show where the settings file is.")
SETTINGS_JSON = _("Print one JSON object for each setting.")

TRACE_COMMAND = _("Show a trace file as plain lines.")
TRACE_COMMAND_LONG = _(
    "Shows what --trace wrote, as plain lines on standard output; no model is needed."
)
TRACE_FILE = _("A file that --trace wrote.")
CAMERAS_COMMAND = _("List the cameras.")
CAMERAS_COMMAND_LONG = _(
    "Lists the cameras of this machine, one a line. No picture is taken and the network is not used, so the camera of "
    "a phone is not found by itself: give its address with --camera."
)
VOICES_COMMAND = _("List the voices, or hear them.")
VOICES_COMMAND_LONG = _(
    "Lists the voices by language, one a line. With a name or a language, speaks with each voice that it fits; "
    "Control-C stops. A voice can have a variant, for example en+f3."
)
VOICES_NAME = _("A voice or a language, for example: en-us, English or en+f3.")
VOICES_LISTEN = _("Speak with each voice.")
VOICES_VARIANTS = _("The variants of a voice instead of the voices; default: of en.")
VOICES_JSON = _("Print one JSON object for each voice.")
CAMERAS_JSON = _("Print one JSON object for each camera.")
