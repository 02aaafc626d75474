"""The words of ``models --help``; the rules of ``assistant.help_texts`` hold."""

from __future__ import annotations


def _(text: str) -> str:
    return text


MODELS = _("Get models for photographs, and choose among them.")
MODELS_LONG = _(
    "Lists, fetches, checks and chooses models. Only the command pull uses the network; every file is checked "
    "against its known checksum before it is used."
)
EPILOG = _("Models are kept in sparc-assistant/models in the user's data folder.")
LIST = _("Say which models there are, which fit this machine, and what a picture costs.")
PULL = _("Fetch a model; goes on where an earlier try stopped.")
VERIFY = _("Check the files of one installed model, or of all.")
USE = _("Choose the model that answers; best lets the program choose, demo is the small one.")
PATH = _("Print where the two files of an installed model are.")
REMOVE = _("Remove a model; files that this program did not fetch are left.")
ADD = _("Add a model from files that you have; they are used where they are.")
BENCH = _("Measure how long a picture takes on this machine, and remember it.")

NAME = _("Name of the model, as models list says it.")
NAME_OR_ALL = _("Name of the model; left out: all.")
NAME_OR_USED = _("Name of the model; left out: the one that answers.")
NEW_NAME = _("A name of your own: small letters, digits, dots and dashes.")
MODEL = _("GGUF file of the language model.")
MMPROJ = _("GGUF file of its projector.")
TEMPLATE = _("Prompt template: {names}; left out: the model file's own.")
ACCEPT = _("Accept the model's licence, which is shown.")
FORCE = _("Fetch it even if this machine has too little memory.")
QUIET = _("Say and show nothing but errors and the result.")
JSON = _("Print the result as one JSON object.")
