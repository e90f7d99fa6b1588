"""Build hook: a wheel carries the built pages and the trained model, and needs no Node and no corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    """Runs `tools/assets.py` and `training` for wheels.

    An editable install leaves that to `make assets` and `make model`.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del build_data
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "tools"))
        import assets

        assets.build(root)
        assets.compile_catalogues(root)
        build_model(root)


def build_model(root: Path) -> None:
    """Train the model from the corpus: a minute or two."""
    sys.path[:0] = [str(root), str(root / "src")]
    from training.__main__ import main as train

    if train([]):
        sys.exit("the model could not be built; the message above says why")
