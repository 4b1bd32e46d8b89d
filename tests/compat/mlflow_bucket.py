"""Log a model with the real mlflow client into a folder `mlruns` whose artifacts are in a bucket, and print its id.

Arguments: the tracking URI, and the location in the bucket.
"""

import sys

import mlflow
import numpy as np
from sklearn.linear_model import LogisticRegression

if __name__ == "__main__":
    mlflow.set_tracking_uri(sys.argv[1])
    experiment_id = mlflow.create_experiment("in a bucket", artifact_location=sys.argv[2])
    with mlflow.start_run(experiment_id=experiment_id):
        model = LogisticRegression().fit(np.arange(10.0).reshape(-1, 1), np.arange(10) > 4)
        info = mlflow.sklearn.log_model(model, name="clf", pip_requirements=["scikit-learn"])
        mlflow.log_text("hello", "hello.txt")
    sys.stdout.write(f"{info.model_id}\n")
