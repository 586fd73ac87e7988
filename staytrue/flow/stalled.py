"""Jobs whose worker died: nobody retries them by itself, so this does."""

from __future__ import annotations

from datetime import datetime

from procrastinate import App

# Workers tell that they live every 10 s; under 20 s a slow one would be taken for dead.
SILENT_SECONDS = 30


async def retry(app: App, now: datetime) -> None:
    """Queue again every job whose worker has been silent."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        if job.id is not None:
            await app.job_manager.retry_job_by_id_async(job.id, retry_at=now)
