"""An offline describer for blind people: camera frame to spoken description, on the user's own machine."""

__version__ = "0.1.0"
