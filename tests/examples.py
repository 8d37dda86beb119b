"""How many examples a property is tried with: few by `make test`, many by `make test-all`, others by each `make fuzz`.

The first two try the same examples of the same code, so that whether they pass does not hang on luck. No example has a
deadline: how long one takes says how busy the machine is.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

SLOW_AND_LARGE = (HealthCheck.too_slow, HealthCheck.data_too_large)


def register_profiles() -> None:
    """`quick` is in force unless another one is named by `--hypothesis-profile`."""
    anywhere = settings(deadline=None, suppress_health_check=SLOW_AND_LARGE)
    settings.register_profile("quick", anywhere, max_examples=60, derandomize=True)
    settings.register_profile("thorough", anywhere, max_examples=200, derandomize=True)
    settings.register_profile("fuzz", anywhere, max_examples=2_000)
    # who only asks whether a test fails need not be shown the smallest example
    found = (Phase.explicit, Phase.generate)
    settings.register_profile("unshrunk", anywhere, max_examples=400, phases=found, database=None)
    settings.load_profile("quick")


def costly(test: Callable[..., Any]) -> Callable[..., Any]:
    """The test with a sixth of the examples of the profile: each of them asks an engine."""
    return settings(max_examples=settings().max_examples // 6)(test)
