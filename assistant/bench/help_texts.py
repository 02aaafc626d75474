"""The words of ``bench --help``; the rules of ``assistant.settings.help_texts`` hold."""

from __future__ import annotations


def _(text: str) -> str:
    return text


BENCH = _("Measure how true descriptions are, with and without steering.")
BENCH_LONG = _(
    "Asks the model about pictures whose truth is known, with several methods of steering on the same pictures, "
    "greedy, and tells how often it is right and how sure the difference is. Nothing is spoken. Answers are kept as "
    "they come: a run that was stopped goes on when the same command is given again."
)
EPILOG = _(
    "Figures go to standard output, the state of the work to standard error. What the figures mean: docs/judging.md."
)
CHAIR = _("Invented things in descriptions of COCO's photographs, by CHAIR's rules.")
POPE = _("POPE's questions: is there such a thing in the picture, yes or no.")
AMBER = _("AMBER's descriptions and its yes and no questions.")
QUALITY = _("Descriptions of drawn scenes whose truth is known, and the attention behind them.")

IMAGES = _("Folder of the pictures.")
INSTANCES = _("COCO's file of segments, instances_val2014.json.")
CAPTIONS = _("COCO's file of captions, captions_val2014.json.")
COUNT_PICTURES = _("How many pictures are drawn; 0 takes all; left out: 500.")
PICK_SEED = _("Seed of the draw; left out: 42.")
POPE_QUESTIONS = _("POPE's files, for example coco_pope_adversarial.json.")
COUNT_QUESTIONS = _("How many questions of each kind, from the start; left out: all.")
AMBER_QUERIES = _("AMBER's query_all.json, or one of its parts.")
AMBER_ANNOTATIONS = _("AMBER's annotations.json.")
AMBER_RELATIONS = _("AMBER's relation.json; needed for descriptions.")
AMBER_SAFE = _("AMBER's safe_words.txt.")
SCENES = _("A file of scenes; docs/judging.md says what it looks like.")
COUNT_SCENES = _("How many scenes, from the start; left out: all.")
NO_ATTENTION = _("Do not watch the attention.")
NO_QUESTIONS = _("Do not ask the scenes' questions.")

METHODS = _(
    "Methods to compare: none, uniform, sparc, with values where wished, as in uniform:1.05 or sparc:alpha=1.1:tau=1.5."
)
TOKENS = _("Longest description in tokens; left out: 512.")
RESULTS = _("File where answers are kept, as JSON lines; left out: {name} in this folder.")
OUT = _("Write the figures to FILE, as JSON.")
