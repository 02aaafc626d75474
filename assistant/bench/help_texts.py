"""The words of ``bench --help``, written like those in ``assistant.cli.help_texts``."""

from __future__ import annotations


def _(text: str) -> str:
    return text


BENCH = _("Measure how true descriptions are, with and without steering.")
BENCH_LONG = _(
    "Ask the model about pictures whose content is known, with several methods of steering on the same pictures "
    "and greedy decoding. Show how often it is right, and how sure the difference is. Nothing is spoken. Each answer "
    "is kept at once: after a stop, run the same command again to continue."
)
EPILOG = _(
    "Figures go to standard output, progress to standard error. docs/judging.md says what the figures mean."
)
CHAIR = _("Count invented things in descriptions of COCO's photographs, by CHAIR's rules.")
POPE = _("Ask POPE's yes or no questions: is there such a thing in the picture?")
AMBER = _("Ask for AMBER's descriptions, and its yes or no questions.")
QUALITY = _(
    "Judge descriptions of drawn scenes whose content is known, and the attention behind them."
)

IMAGES = _("Folder that holds the pictures.")
INSTANCES = _("COCO's file of segments, instances_val2014.json.")
CAPTIONS = _("COCO's file of captions, captions_val2014.json.")
COUNT_PICTURES = _("How many pictures to pick at random; 0 takes all; default: 500.")
PICK_SEED = _("Seed for picking them; default: 42.")
POPE_QUESTIONS = _("POPE's files, for example coco_pope_adversarial.json.")
COUNT_QUESTIONS = _("How many questions of each kind, from the first; default: all.")
AMBER_QUERIES = _("AMBER's query_all.json, or one of its parts.")
AMBER_ANNOTATIONS = _("AMBER's annotations.json.")
AMBER_RELATIONS = _("AMBER's relation.json; needed for descriptions.")
AMBER_SAFE = _("AMBER's safe_words.txt.")
SCENES = _("A file of scenes; docs/judging.md says what it looks like.")
COUNT_SCENES = _("How many scenes, from the first; default: all.")
NO_ATTENTION = _("Do not watch the attention.")
NO_QUESTIONS = _("Do not ask the scenes' questions.")

METHODS = _(
    "Methods to compare: none, uniform, sparc. Values may follow, for example uniform:1.05 or sparc:alpha=1.1:tau=1.5."
)
TOKENS = _("Longest description, in tokens; default: 512.")
RESULTS = _("File that keeps the answers, as JSON lines; default: {name} in this folder.")
OUT = _("Write the figures to FILE, as JSON.")
