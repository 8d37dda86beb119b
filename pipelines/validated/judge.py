"""The parent's side of the judging child: started before it is needed, asked last."""

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from signal import Signals
from types import TracebackType
from typing import Final

from pipelines.errors import LACKED, MachineError, PipelineError
from pipelines.validated.children import JUDGE, take
from pipelines.validated.profile import Judged, Verdict

_SECONDS: Final = 3600
_ACT: Final = "nothing was committed. Make room, then run the night again"


class Judge:
    """One child for one night. Whatever it is sent it answers together, at the end."""

    def __init__(self, docs: Path) -> None:
        self._sent: set[str] = set()
        self._child = take(JUDGE)
        self._write(json.dumps(str(docs)))

    def __enter__(self) -> "Judge":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._child.poll() is None:
            self._child.kill()
        self._child.communicate()

    def send(self, delivery: Judged) -> None:
        self._sent.add(delivery.delivery_id)
        self._write(delivery.model_dump_json())

    def verdicts(self) -> dict[str, Verdict]:
        """Verdict per delivery id, once the Data Docs stand; ends the child.

        Raises `PipelineError` when the judge itself failed, not the data.
        """
        if not self._sent:
            return {}
        output = self._output()
        verdicts = {key: Verdict.model_validate(value) for key, value in json.loads(output).items()}
        broken = sorted({about for verdict in verdicts.values() for about in verdict.exceptions})
        if broken or verdicts.keys() != self._sent:
            raise PipelineError(f"Great Expectations could not judge: {', '.join(broken) or 'a verdict is missing'}")
        return verdicts

    def _output(self) -> str:
        """Output of the child, which has ended."""
        try:
            output, _ = self._child.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise MachineError(f"Great Expectations gave no verdict within {_SECONDS} seconds; {_ACT}") from error
        code = self._child.returncode
        if lacked := output.removeprefix(LACKED) if output.startswith(LACKED) else "":
            raise MachineError(f"Great Expectations could not judge: {lacked}; {_ACT}")
        if code < 0:
            raise MachineError(f"Great Expectations was ended by signal {Signals(-code).name}; {_ACT}")
        if code:
            raise PipelineError(
                "Great Expectations ended without a verdict; run `python -m pipelines.validated.gx_child`"
            )
        return output

    def _write(self, line: str) -> None:
        """A child that died says so by its return code, when the verdicts are asked for."""
        if self._child.stdin:
            with suppress(BrokenPipeError):
                self._child.stdin.write(line + "\n")
                self._child.stdin.flush()
