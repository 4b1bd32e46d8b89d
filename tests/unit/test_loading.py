"""No process is forked while another thread imports what the child may need."""

import subprocess
import sys

CODE = """
import os, signal, threading
from headwater.loading import loading

begun, steps = threading.Event(), []

def load():
    with loading():
        begun.set()
        threading.Event().wait(0.2)  # as long as an import takes
        steps.append("loaded")

loader = threading.Thread(target=load)
loader.start()
begun.wait()
child = os.fork()
if child == 0:
    signal.alarm(20)
    with loading():
        os._exit(0 if steps == ["loaded"] else 1)
loader.join()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_fork_waits_until_a_thread_has_imported_and_the_child_can_import() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "0"
