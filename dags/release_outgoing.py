"""# Release

Lets a night's files leave the house: a person reads what would leave, and approves or rejects it.

It starts when a **scheduled** night has been committed, and never from a backfill or a test: what those commit leaves
only when an operator triggers this DAG with their `business_date`. The files of an approved night are laid out, byte
for byte as committed, under `released/<date>/<recipient>/`; who approved and when is entered in `lake/releases/`. A
rejected night stays in the outbox, and can be asked for again in the same way. No answer within three days is an alarm.
"""

from datetime import timedelta
from typing import Any

import pendulum
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.wiring.assets import ASSETS
from dags.wiring.careful import careful
from dags.wiring.dates import ZONE, nights_to_release
from dags.wiring.defaults import DAY, OF_HOME, task_defaults
from dags.wiring.this_run import given_params, home_of

OUTGOING = ASSETS["outgoing"]
SUBJECT = """{% set wording = wording_of_run(params) -%}
{{ wording.release.subject }} Release: {{ ti.xcom_pull(task_ids='gather') | join(', ') }}"""
BODY = """{% set wording = wording_of_run(params) -%}
{% for night, files in ti.xcom_pull(task_ids='gather').items() %}
{% set rows = files | sum(attribute='rows') -%}
### {{ night }}

**{{ files | length }}** {{ wording.release.files }} files, **{{ rows }}** {{ wording.release.rows }} rows

| {{ wording.release.recipient }} Recipient | {{ wording.release.file }} File | {{ wording.release.row_count }} Rows |
|---|---|---:|
{% for one in files %}| {{ one.file.split('/')[0] }} | {{ one.file.split('/')[1:] | join('/') }} | {{ one.rows }} |
{% endfor %}
{% endfor %}
**Approve** {{ wording.release.approve }}
**Reject** {{ wording.release.reject }}

After **Approve** these files leave for their recipients, byte for byte as committed, and who approved is kept. After
**Reject** they stay in the outbox and nothing leaves.
"""


def wording_of_run(params: Any) -> Any:
    """The sentences of the run's home: read when the question is written, not whenever Airflow reads this file."""
    from pipelines.home.declared import wording_of

    return wording_of(home_of(params))


@task
@careful
def gather() -> dict[str, list[dict]]:
    """Files that would leave, per night, with their rows."""
    from pipelines.run.release import outgoing_files

    context, params = get_current_context(), given_params()
    home = home_of(params)
    events = [event.extra for event in context["triggering_asset_events"].get(OUTGOING, [])]
    nights = nights_to_release(context["dag_run"], params.get("business_date"), events)
    waiting = {night.isoformat(): outgoing_files(home, night) for night in nights}
    if not any(waiting.values()):
        raise AirflowSkipException("nothing waits for release here")
    return {night: files for night, files in waiting.items() if files}


@task
@careful
def release(nights: dict[str, list[dict]]) -> dict[str, int]:
    from pipelines.run.release import Actor
    from pipelines.run.release import release as let_leave

    context = get_current_context()
    answer = context["ti"].xcom_pull(task_ids="approve_release")
    actor = Actor(answer["responded_by_user"]["id"], "approver in Airflow", answer["responded_at"])
    home = home_of(context["params"])
    return {night: let_leave(home, pendulum.parse(night).date(), actor=actor) for night in nights}


@dag(
    schedule=[OUTGOING],
    allowed_run_types=["asset_triggered", "manual"],
    start_date=pendulum.datetime(2024, 3, 1, tz=ZONE),
    catchup=False,
    max_active_runs=8,
    dagrun_timeout=timedelta(days=4),
    tags=["release", "impact:high"],
    doc_md=__doc__,
    default_args=task_defaults(minutes=60),
    params={**OF_HOME, "business_date": DAY},
    user_defined_macros={"wording_of_run": wording_of_run},
)
def release_outgoing():
    nights = gather()
    approve = ApprovalOperator(
        task_id="approve_release",
        subject=SUBJECT,
        body=BODY,
        response_timeout=timedelta(days=3),
        execution_timeout=None,
        retries=0,
    )
    nights >> approve >> release(nights)


release_outgoing()
