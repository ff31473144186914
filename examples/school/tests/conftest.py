"""Puts the example's own folder on the path, as `python examples/school/generate.py` does."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
