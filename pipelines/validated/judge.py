"""The parent's side of the judging child: started first, asked last."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipelines.errors import PipelineError
from pipelines.validated.profile import Judged, Verdict

PROJECT: Final = Path(__file__).parents[2]


class Judge:
    """One child for one night: once started, its slow import runs while the deliveries are decoded."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        self._child = self._child or subprocess.Popen(
            [sys.executable, "-m", "pipelines.validated.gx_child"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        return self._child

    def stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            if child.poll() is None:
                child.kill()
            child.communicate()

    def judge(self, deliveries: Sequence[Judged], docs: Path) -> dict[str, Verdict]:
        """Verdict per delivery id. Raises `PipelineError` when the judge itself failed, not the data."""
        if not deliveries:
            return {}
        request = {"docs": str(docs), "deliveries": [one.model_dump(mode="json") for one in deliveries]}
        child = self.start()
        output, _ = child.communicate(json.dumps(request))
        self._child = None
        if child.returncode:
            raise PipelineError(
                "Great Expectations ended without a verdict; run `python -m pipelines.validated.gx_child`"
            )
        verdicts = {key: Verdict.model_validate(value) for key, value in json.loads(output).items()}
        broken = sorted({about for verdict in verdicts.values() for about in verdict.exceptions})
        if broken or len(verdicts) != len(deliveries):
            raise PipelineError(f"Great Expectations could not judge: {', '.join(broken) or 'a verdict is missing'}")
        return verdicts
