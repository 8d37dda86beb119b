"""First on the path of a night under watch, and of its children: every logger speaks, to stderr and to a file."""

import logging
import os
import warnings
from pathlib import Path

logging.basicConfig(
    level=logging.DEBUG,
    handlers=[
        logging.StreamHandler(),
        logging.FileHandler(Path(os.environ["LOUD_LOGS"]) / f"{os.getpid()}.log", encoding="utf-8"),
    ],
)
logging.captureWarnings(capture=True)
warnings.simplefilter("always")
