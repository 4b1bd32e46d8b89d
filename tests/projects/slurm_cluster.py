"""A real Slurm of one node, of which everything is in one folder."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from faults.programs import wait_for

_ADMIN_FOLDERS = "/usr/sbin:/usr/local/sbin:/sbin"
_CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
KillWait=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def find_daemons() -> dict[str, str]:
    """Return where the daemons are; fewer than three where Slurm is not installed."""
    path = f"{os.environ['PATH']}:{_ADMIN_FOLDERS}"
    found = {name: shutil.which(name, path=path) for name in ("munged", "slurmctld", "slurmd")}
    return {name: place for name, place in found.items() if place}


@contextmanager
def running_cluster(folder: Path) -> Iterator[Path]:
    """Run the cluster and yield its configuration, for SLURM_CONF."""
    host = socket.gethostname().partition(".")[0]
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        ports = [free.getsockname()[1] for free in (first, second)]
    for name in ("state", "spool"):
        (folder / name).mkdir()
    configuration = folder / "slurm.conf"
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    configuration.write_text(_CONFIGURATION.format(host=host, ports=ports, folder=folder, user=user))
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(os.urandom(64))
    munge = [f"--{name}-file={folder}/munge.{name}" for name in ("key", "pid", "log", "seed")]
    with ExitStack() as stack:
        stack.enter_context(
            _daemon(folder, "munged", "--force", "--foreground", f"--socket={folder}/munge.socket", *munge)
        )
        wait_for((folder / "munge.socket").exists)
        stack.enter_context(_daemon(folder, "slurmctld", "-D", "-f", str(configuration)))
        stack.enter_context(_daemon(folder, "slurmd", "-D", "-f", str(configuration)))
        wait_for(lambda: _is_idle(configuration))
        yield configuration


@contextmanager
def _daemon(folder: Path, name: str, *arguments: str) -> Iterator[None]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([find_daemons()[name], *arguments], stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def _is_idle(configuration: Path) -> bool:
    command = ["sinfo", "--noheader", "--format=%T"]
    variables = {**os.environ, "SLURM_CONF": str(configuration)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    return done.stdout.strip() == "idle"
