"""One asset per state of the data, so that the UI draws the river and others may hang on it."""

from airflow.sdk import Asset

STATES = ("landed", "validated", "resolved", "signals", "decisions", "ledger", "outgoing")
ASSETS = {state: Asset(name=state, uri=f"x-silentcert://lake/{state}", group="silentcert") for state in STATES}
# These two stand by the receipt alone: whoever writes the receipt says so, not the stage that prepared them.
BY_RECEIPT = ("ledger", "outgoing")
