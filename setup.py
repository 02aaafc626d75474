"""Packages; everything else stands in pyproject.toml.

The data of models/ becomes the package ``assistant._models`` inside the wheel; a checkout reads models/ itself.
"""

import sys
from pathlib import Path

from setuptools import Extension, find_packages, setup

data = {
    "assistant._models": "models",
    "assistant._models.demo": "models/demo",
    "assistant._models.glance": "models/glance",
}
data = {package: folder for package, folder in data.items() if Path(folder).is_dir()}

# ggml computes with OpenMP too: in one process both use the same threads.
OPENMP = ["-fopenmp"] if sys.platform == "linux" else []

# Not a Python module but a plain library, so that no Python headers are needed; where there is no
# compiler the installation goes on without it, and the Python path does the work.
hot_path = Extension(
    "sparc_ggml.native._hot",
    sources=["sparc_ggml/native/hot.c"],
    # No contraction: a fused multiply and add would round otherwise than numpy does. Nobody looks at the processor's
    # flags for exceptions, and without them a loop that compares numbers can be vectorised.
    extra_compile_args=["-O3", "-ffp-contract=off", "-fno-trapping-math", *OPENMP],
    extra_link_args=OPENMP,
    libraries=["m"],
    optional=True,
)

setup(
    ext_modules=[hot_path],
    packages=[
        *find_packages(include=["assistant", "assistant.*", "sparc_ggml", "sparc_ggml.*"]),
        *data,
    ],
    package_dir=data,
    package_data={
        "assistant._models": ["*.toml", "*.md"],
        "assistant._models.demo": ["*.gguf", "*.npz", "*.md", "*.toml", "*.json"],
        "assistant._models.glance": ["*.onnx", "*.md"],
        "assistant": ["py.typed"],
        "assistant.bench": ["*.toml"],
        "assistant.fronts.tui": ["*.tcss"],
        "sparc_ggml": ["py.typed", "native/*.c", "native/*.h"],
    },
)
