"""The words of ``--help``: plain lines, one thing each, no tables. Same rules as ``assistant.messages``.

Here they are only marked for translation; ``cli_options`` translates them when the parser is made.
"""

from __future__ import annotations


def _(text: str) -> str:
    return text


PROGRAM = _(
    "Describes pictures aloud, offline. Nothing leaves this machine. The descriptions come from a model "
    "and may be wrong: do not rely on them where safety is at stake."
)
DESCRIBE = _("Describe one or more pictures.")
DESCRIBE_LONG = _(
    "Describes each picture in turn: the text goes to standard output, one sentence a line, and is "
    "spoken. What is going on goes to standard error. Control-C stops sound and work at once."
)
ASK = _("Ask questions about one picture.")
ASK_LONG = _("Answers the questions in turn, all about the same picture.")
VERSION = _("Say the version and end.")

IMAGE = _(
    "A picture file: JPEG, PNG, WebP, GIF, BMP or TIFF. A dash reads standard input, and the word "
    "camera takes a picture with the camera."
)
QUESTION = _("A question in quotes, for example: 'What is on the left?'")

GROUP_MODEL = _("Model")
GROUP_ANSWER = _("Answer")
GROUP_STEERING = _("Attention steering (SPARC)")
GROUP_SPEECH = _("Speech")
GROUP_OUTPUT = _("Output")
GROUP_CAMERA = _("Camera")
GROUP_ASSISTANT = _("Assistant")
GROUP_KEYS = _("Keypad and buttons")

OPTIONS: dict[str, tuple[str, str]] = {
    "model": (
        "FILE",
        _("Name of an installed model, or GGUF file of one; a file needs --mmproj too."),
    ),
    "mmproj": ("FILE", _("GGUF file of the LLaVA's vision part.")),
    "template": (
        "NAME",
        _("Prompt template, for example vicuna_v1; left out: the one that suits the model."),
    ),
    "threads": ("N", _("Processor threads; left out: one for each core.")),
    "n-ctx": ("N", _("Tokens the model can keep in mind; left out: 2048.")),
    "flash-attn": ("WHEN", _("Flash attention: auto, on or off.")),
    "kv-type": (
        "TYPE",
        _("Numbers of the model's memory: f16, bf16, f32 or q8_0; left out: what fits."),
    ),
    "mlock": ("YES", _("Hold the model in memory, so that it is never read from the disk again.")),
    "memory-check": ("YES", _("Refuse a model that does not fit into the free memory.")),
    "prompt": ("TEXT", _("What to ask instead of the usual question.")),
    "language": ("CODE", _("Language of the answers, for example zh; the model must know it.")),
    "max-tokens": ("N", _("Longest answer in tokens; left out: 512.")),
    "temperature": ("T", _("0 always picks the likeliest word; higher varies more.")),
    "top-p": ("P", _("With a temperature: keep to the likeliest words that sum to P.")),
    "seed": ("N", _("With a temperature: the same seed gives the same answer.")),
    "method": ("NAME", _("none, uniform or sparc; left out: sparc.")),
    "alpha": ("A", _("How much a picture part gains each time it is picked; 1 is nothing.")),
    "beta": ("B", _("Weight of the old average of attention, from 0 to below 1.")),
    "tau": ("T", _("Rise of attention from which a picture part is picked.")),
    "layer": ("N", _("Layer whose attention is watched, counted from 0.")),
    "layers": ("A-B", _("First and last layer that are steered.")),
    "rate": ("N", _("Words a minute, 80 to 449; left out: 180.")),
    "voice": ("NAME", _("Voice, by espeak's name or language, for example en-gb.")),
    "volume": ("V", _("Loudness from 0 to 1.")),
    "style": (
        "NAME",
        _("How a picture is described when nothing else is asked: detailed or brief."),
    ),
    "speech": ("YES", _("Whether anything is spoken: yes or no.")),
    "speech-driver": (
        "NAME",
        _("What speaks: pyttsx3, spd-say for the desktop's speech-dispatcher, silent, or auto."),
    ),
    "earcons": ("YES", _("Short signs in sound: yes or no.")),
    "camera": (
        "NAME",
        _("Camera: a number, a device, rpicam, a video file, or the address of a stream."),
    ),
    "look-ahead": (
        "WHEN",
        _("Read a still scene before a key is pressed: on, off, or auto, which saves a battery."),
    ),
    "plain": ("WHEN", _("Lines only, no full screen: auto, on or off.")),
    "save-folder": ("FOLDER", _("Where pictures and texts are saved.")),
    "history-size": ("N", _("Answers of a run that can be gone back to.")),
    "notice-acknowledged": ("YES", _("Whether the notice of the first run was heard.")),
    "keypad": (
        "WHICH",
        _(
            "Keys without a screen: auto takes keypads, any keyboards too, off none; else a device or part of its name."
        ),
    ),
    "keypad-keys": (
        "PAIRS",
        _("What keys of a keypad do, for example kp5=brief kpenter=button; others stay."),
    ),
    "gpio": (
        "PAIRS",
        _("Buttons on a Raspberry Pi, by the wire's number, for example 17=button 27=stop."),
    ),
    "long-press-ms": (
        "MS",
        _("From when on a press of the button is long, in milliseconds; left out: 600."),
    ),
    "hold-ms": (
        "MS",
        _("From when on the button is held and nothing begins, in milliseconds; left out: 1500."),
    ),
    "keys": ("KEY", _("The key of an action: one character, space or escape.")),
}
PLAIN = _("The assistant in plain lines, for screen readers, braille and SSH.")
PLAIN_LONG = _(
    "Reads typed keys, each with Enter, and answers in lines; nothing is overwritten. Type a question mark "
    "for all keys."
)
SETTINGS_COMMAND = _("Print all settings with their meaning, or change one.")
SETTINGS_COMMAND_LONG = _(
    "Without words: prints each setting with its value, where it comes from and what it is for. With a name: that "
    "one. With a name and a value: changes it in the settings file."
)
SETTINGS_CHANGE = _("A setting, and its new value.")
SETTINGS_PATH = _("Print where the settings file is.")
SETTINGS_JSON = _("Print a JSON object for each setting.")
START = _("The assistant on the full screen, or in plain lines where the terminal asks for it.")
START_LONG = _(
    "Takes pictures with the camera and describes them at the press of a key. Everything shown is "
    "spoken. Question mark lists the keys."
)
BRIEF = _("One sentence.")
DETAILED = _("All that can be seen; this is the usual way.")
NO_MEMORY_CHECK = _("Load the model even where memory is too short for it.")
NO_SPEECH = _("Do not speak.")
JSON = _("Print one JSON object for each answer instead of the sentences.")
TRACE = _("Write what steering did at each step to FILE, as JSON lines.")
HEATMAP = _("Draw the picture with the parts that steering picked over it, as a PNG file.")
TRACE_COMMAND = _("Print a trace file as plain lines.")
TRACE_COMMAND_LONG = _(
    "Prints what --trace wrote as plain lines on standard output; needs no model."
)
TRACE_FILE = _("A file that --trace wrote.")
CAMERAS_COMMAND = _("List the cameras.")
CAMERAS_COMMAND_LONG = _(
    "Lists the cameras that are there, one a line. Nothing is photographed and no network is asked, so "
    "the stream of a phone is not found by itself: give its address with --camera."
)
CAMERAS_JSON = _("Print one JSON object for each camera.")
VERBOSE = _("Show the engine's own messages on standard error.")
CONFIG = _("Settings file; left out: sparc-assistant/config.toml in the user's settings folder.")
HELP = _("Say this help and end.")
EPILOG = _(
    "Every option can also be set in the settings file, or as a variable, for example "
    "SPARC_ASSISTANT_RATE=250. End codes: 0 done, 2 wrong use, 3 picture, 4 model files, "
    "5 model process, 6 camera, 130 stopped."
)
