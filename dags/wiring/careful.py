"""Waiting and failing of our tasks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from airflow.sdk.exceptions import AirflowException, AirflowRescheduleException

from dags.wiring.dates import ZONE
from pipelines.errors import BusyError, FencedError, SetupError, SilentcertError, as_told
from schemas.declaration import DeclarationError

P = ParamSpec("P")
R = TypeVar("R")
WAIT = timedelta(seconds=20)


def careful(function: Callable[P, R]) -> Callable[P, R]:
    """While another run holds the lake the task gives its slot back and comes again; no try is spent.

    An error nobody foresaw is told by kind and place: its message, and the chain behind it, may quote a person.
    """

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except FencedError:
            raise
        except BusyError:
            raise AirflowRescheduleException(datetime.now(ZoneInfo(ZONE)) + WAIT) from None
        except (SilentcertError, AirflowException):
            raise
        except DeclarationError as error:  # about a file of ours or of the home, never about a person
            raise SetupError(str(error)) from None
        except Exception as error:
            worded = as_told(error)
        raise worded  # outside the handler, so that the first error is not even its context

    return guarded
