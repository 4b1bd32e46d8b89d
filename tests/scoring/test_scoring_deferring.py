"""What a server of scikit-learn does not import, and that whoever uses it all the same finds it."""

import subprocess
import sys

CODE = """
import builtins, importlib, sys
from headwater.models.scoring.deferring import Deferred, imports_deferred

found = builtins.__import__
with imports_deferred():
    import sklearn.linear_model
assert builtins.__import__ is found
assert not {"pandas", "scipy.stats"} & set(sys.modules)

import sklearn.metrics._ranking as ranking, sklearn.preprocessing._data as preprocessing, sklearn.utils.fixes as fixes
assert fixes._mode([1, 2, 2]).mode == 2
assert ranking.rankdata([30, 10, 20]).tolist() == [3, 1, 2]
assert preprocessing.stats is not sys.modules["scipy.stats"]
assert preprocessing.stats.gmean([1, 4]) == 2
assert "pandas" not in sys.modules
frame = Deferred("pandas", "DataFrame")
assert isinstance(frame(), frame) and not isinstance(1, frame) and not issubclass(int, frame)
class Own(frame): pass
import pandas
assert issubclass(Own, pandas.DataFrame)
assert isinstance(pandas.DataFrame(), fixes.pd.DataFrame)

with imports_deferred():
    ranking = importlib.reload(ranking)
import scipy.stats
assert ranking.rankdata is scipy.stats.rankdata
"""


def test_scikit_learn_gets_pandas_and_statistics_when_it_uses_them() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
