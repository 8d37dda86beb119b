"""A run over a few invented persons, for whoever reads tables that a run has staged."""

from tests.unit.outgoing.conftest import open_run

__all__ = ["open_run"]
