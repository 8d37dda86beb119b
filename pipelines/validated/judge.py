"""The parent's side of the judging child: started first, asked last."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from pipelines.errors import PipelineError
from pipelines.validated.profile import Judged, Verdict

PROJECT: Final = Path(__file__).parents[2]


class Judge:
    """One child for one night: its slow import runs while the deliveries are decoded."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "pipelines.validated.gx_child"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def __enter__(self) -> "Judge":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._child.poll() is None:
            self._child.kill()
        self._child.communicate()

    def judge(self, deliveries: Sequence[Judged], docs: Path) -> dict[str, Verdict]:
        """Verdict per delivery id. Raises `PipelineError` when the judge itself failed, not the data."""
        if not deliveries:
            return {}
        request = {"docs": str(docs), "deliveries": [one.model_dump(mode="json") for one in deliveries]}
        output, _ = self._child.communicate(json.dumps(request))
        if self._child.returncode:
            raise PipelineError(
                "Great Expectations ended without a verdict; run `python -m pipelines.validated.gx_child`"
            )
        verdicts = {key: Verdict.model_validate(value) for key, value in json.loads(output).items()}
        broken = sorted({about for verdict in verdicts.values() for about in verdict.exceptions})
        if broken or len(verdicts) != len(deliveries):
            raise PipelineError(f"Great Expectations could not judge: {', '.join(broken) or 'a verdict is missing'}")
        return verdicts
