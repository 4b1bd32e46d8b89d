"""What may predict for the rows of a file: this process, or engines that are modules here, each with `run(job)`."""

LOCAL = "local"
ENGINES = (LOCAL, "ray", "dask", "spark")

__all__ = ["ENGINES", "LOCAL"]
