"""Build hook: a wheel carries the built styles, scripts and catalogues and needs no Node."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    """Runs `tools/assets.py` for wheels; an editable install leaves that to `make assets`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del build_data
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "tools"))
        import assets

        assets.build(root)
        assets.compile_catalogues(root)
