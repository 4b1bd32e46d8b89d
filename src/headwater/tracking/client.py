"""The client: every tracking verb with explicit ids, without an active run."""

from headwater.tracking.experiment_verbs import ExperimentVerbs
from headwater.tracking.log_verbs import LogVerbs
from headwater.tracking.logged_model_verbs import LoggedModelVerbs
from headwater.tracking.run_verbs import RunVerbs
from headwater.tracking.table_verbs import TableVerbs


class Client(ExperimentVerbs, RunVerbs, LogVerbs, LoggedModelVerbs, TableVerbs):
    """Every tracking verb with explicit ids; it keeps no state and may be used from any thread.

    Args:
        tracking_uri: where to read and write; default: the URI in force when the client is made.

    Example:
        >>> client = hw.Client()
        >>> run = client.create_run("0")
        >>> client.log_metric(run.info.run_id, "loss", 0.25)
        >>> client.set_terminated(run.info.run_id)
    """


MlflowClient = Client
