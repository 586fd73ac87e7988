"""Jobs whose worker died: nobody retries them by itself, so this does."""

from __future__ import annotations

from datetime import datetime

from procrastinate import App
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

# Workers tell that they live every 10 s; under 20 s a slow one would be taken for dead.
SILENT_SECONDS = 30


async def retry(app: App, now: datetime) -> None:
    """Queue again every job whose worker has been silent, so that its lock is free."""
    jobs = app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        if job.id is None:
            continue
        try:
            await jobs.retry_job_by_id_async(job.id, retry_at=now)
        except UniqueViolation:
            # One like it waits in the queue already, for the very lock that the dead one holds.
            await jobs.finish_job_by_id_async(job.id, status=Status.ABORTED, delete_job=True)
