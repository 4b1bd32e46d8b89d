"""What a run says of the job that it is."""

from headwater.projects.backends.backend import Job
from headwater.tracking.capture_choice import make_redactor

JOB_ID_TAG = "headwater.project.job_id"
JOB_FILES = "code"


def name_job(job: Job, job_id: str) -> None:
    """Keep what the cluster calls the job."""
    job.writer.set_tags({JOB_ID_TAG: job_id}, synchronous=None)


def keep_job_file(job: Job, name: str, text: str) -> None:
    """Keep what was submitted as an artifact of the run, without what may be secret in it."""
    job.writer.log_bytes(make_redactor().redact(text).encode(), f"{JOB_FILES}/{name}", synchronous=False)
