"""Projects as batch jobs of Slurm. The folders of the project and of HEADWATER_HOME must be shared with the nodes."""

import contextlib
import logging
import re
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater import config
from headwater.projects.backends.backend import Execution, Job, Outcome
from headwater.projects.backends.reach import is_file_uri, is_loopback, with_tracking_uri
from headwater.projects.backends.settings import read_settings
from headwater.projects.backends.slurm_script import COMMAND_VARIABLE, OPTIONS, STATUS_FILE, make_script
from headwater.projects.backends.steps import Cancelled, Steps, StepsExecution, ask
from headwater.projects.backends.tracked import keep_job_file, name_job
from headwater.projects.project_log import ERR, OUT
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.runs import RunStatus

_SETTINGS = {**OPTIONS, "options": list, "setup": list, "folder": str, "tracking-uri": str, "poll-s": float}
_ADVICE = "Submit from a machine of the cluster that has Slurm's commands."
_POLL_S = 5.0
_LOST_S = 600.0
_CANCEL_S = 60.0
_GOING_ON = frozenset((
    "PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD",
    "RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING",
))  # fmt: skip
_KILLED = {"CANCELLED"}
_READ_BYTES = 1 << 20
_log = logging.getLogger(__name__)


class SlurmBackend:
    """Submits jobs by sbatch and follows them by squeue, and by sacct once squeue has forgotten them."""

    is_elsewhere = False

    def start(self, job: Job) -> Execution:
        """Check what the user says, and leave the rest to the execution."""
        settings = read_settings("slurm", job.config, _SETTINGS)
        where = settings.get("folder", config.home() / "projects" / "slurm")
        folder = Path(where).expanduser().resolve() / job.writer.run_id
        script = make_script(job, settings, folder)
        return StepsExecution(job, _Batch(job, settings, folder, script).work)


@dataclass(frozen=True)
class _Batch:
    job: Job
    settings: dict[str, Any]
    folder: Path
    script: str

    def work(self, steps: Steps) -> Outcome:
        """Submit the script and follow the job until it ends."""
        variables = with_tracking_uri(self.job, self.settings.get("tracking-uri", ""))
        place = variables[config.TRACKING_URI.name]
        if is_file_uri(place) or is_loopback(place):
            _log.warning("Runs are kept in '%s', which other nodes may not reach. Better log to a server.", place)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / "job.sh"
        path.write_text(self.script, encoding="utf-8")
        keep_job_file(self.job, path.name, self.script)
        job_id = self._submit(path, variables)
        name_job(self.job, job_id)
        steps.log.say(f"Submitted as job {job_id} of Slurm.")
        try:
            outcome = self._follow(job_id, steps)
        except Cancelled:
            self._cancel(job_id)
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        shutil.rmtree(self.folder, ignore_errors=True)
        return outcome

    def _submit(self, path: Path, variables: dict[str, str]) -> str:
        values = {**variables, **self.job.command.variables, COMMAND_VARIABLE: self.job.command.text}
        done = ask(
            [
                "sbatch", "--parsable", "--export=ALL", f"--chdir={self.job.folder}",
                f"--output={_literal(self.folder)}/{OUT}", f"--error={_literal(self.folder)}/{ERR}", str(path),
            ],
            advice=_ADVICE,
            variables=values,
        )  # fmt: skip
        match = re.fullmatch(r"(\d+)(?:;[\w.-]+)?", done.out.strip())
        if done.code or match is None:
            raise HeadwaterError(f"Slurm refused the job: {' '.join((done.err or done.out).split())}")
        return match[1]

    def _follow(self, job_id: str, steps: Steps) -> Outcome:
        tails = [_Tail(self.folder / name, name) for name in (OUT, ERR)]
        known = time.monotonic()
        while True:
            state = self._find_state(job_id)
            for tail in tails:
                tail.pass_on(steps)
            if state and state not in _GOING_ON:
                return self._judge(job_id, state)
            known = time.monotonic() if state else known
            if time.monotonic() - known > _LOST_S:
                return self._judge(job_id, "no longer known to Slurm")
            steps.pause(self._poll_s)

    def _find_state(self, job_id: str) -> str:
        """Return the state of the job, else what its command left behind, else ""."""
        with contextlib.suppress(HeadwaterError):
            if state := find_state(job_id):
                return state
        status = self._status()
        return ("COMPLETED" if status == "0" else "FAILED") if status else ""

    def _judge(self, job_id: str, state: str) -> Outcome:
        if state == "COMPLETED":
            return Outcome(RunStatus.FINISHED)
        status = self._status()
        reason = f"job {job_id} of Slurm: {state}" + (f", exit status {status}" if status else "")
        return Outcome(RunStatus.KILLED if state in _KILLED else RunStatus.FAILED, reason)

    def _status(self) -> str:
        path = self.folder / STATUS_FILE
        return path.read_text(encoding="utf-8").strip() if path.exists() else ""

    def _cancel(self, job_id: str) -> None:
        done = ask(["scancel", job_id], advice=_ADVICE)
        if done.code:
            raise HeadwaterError(f"The job {job_id} of Slurm cannot be cancelled: {' '.join(done.err.split())}")
        deadline = time.monotonic() + _CANCEL_S
        while self._find_state(job_id) in _GOING_ON and time.monotonic() < deadline:
            threading.Event().wait(self._poll_s)

    @property
    def _poll_s(self) -> float:
        seconds: float = self.settings.get("poll-s", _POLL_S)
        return seconds


class _Tail:
    """What a job writes into a file, passed on as it comes."""

    def __init__(self, path: Path, stream: str) -> None:
        self._path = path
        self._stream = stream
        self._position = 0

    def pass_on(self, steps: Steps) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as opened:
            if self._position > self._path.stat().st_size:  # a job that was requeued begins again
                self._position = 0
            opened.seek(self._position)
            while data := opened.read(_READ_BYTES):
                steps.log.feed(self._stream, data)
                self._position += len(data)


def find_state(job_id: str) -> str:
    """Return the state of a job, such as RUNNING or TIMEOUT; "" if Slurm cannot say now."""
    queue = ["squeue", "--noheader", "--states=all", f"--jobs={job_id}", "--format=%T"]
    accounts = ["sacct", "--noheader", "--allocations", "--parsable2", f"--jobs={job_id}", "--format=State"]
    state = ask(queue, advice=_ADVICE).out.split() or ask(accounts, advice=_ADVICE).out.split()
    return state[0].rstrip("+") if state else ""


def _literal(folder: Path) -> str:
    """Return a folder as sbatch takes it within a pattern."""
    return str(folder).replace("\\", "\\\\").replace("%", "%%")


BACKEND = SlurmBackend()
