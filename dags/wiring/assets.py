"""One asset per state of the data, so that the UI draws the river and others may hang on it."""

from airflow.sdk import Asset

from schemas.codes import StepName

STATES = [name.value for name in StepName if name is not StepName.PARSED]  # what is parsed is not kept
ASSETS = {state: Asset(name=state, uri=f"x-silentcert://lake/{state}", group="silentcert") for state in STATES}
# Each a task of its own; the first two steps are the tasks that open the night and parse its feeds.
STEP_TASKS = [name.value for name in list(StepName)[2:]]
# These stand by the receipt alone: whoever writes the receipt says so, not the stage that prepared them.
BY_RECEIPT = (StepName.LEDGER.value, StepName.OUTGOING.value, StepName.CASES.value)
