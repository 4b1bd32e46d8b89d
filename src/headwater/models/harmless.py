"""Types in skops files that skops does not trust by itself, and that do no harm whatever a file says of them.

Each was looked at: it holds values and computes with them in Python, or with arrays whose bounds are checked; it runs
no text, opens no file and reads no pickle, neither when it is made nor later. Types that index memory by what the file
says are not among them: trees and neighbours, into which `headwater.models.checking` looks, and sparse matrices. Nor
are SciPy's distributions, which run text of theirs.
"""


def _names(module: str, names: str) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for name in names.split())


HARMLESS: frozenset[str] = frozenset().union(
    _names("builtins", "bytearray"),
    _names("collections", "OrderedDict defaultdict"),
    _names("numpy", "dtype mean"),
    _names("sklearn.utils._bunch", "Bunch"),
    _names("sklearn.utils._metadata_requests", "MetadataRequest MethodMetadataRequest"),
    _names("sklearn.compose._column_transformer", "make_column_selector"),
    _names("sklearn.multiclass", "_ConstantPredictor"),
    _names("sklearn.neural_network._stochastic_optimizers", "AdamOptimizer SGDOptimizer"),
    _names("sklearn.calibration", "_CalibratedClassifier _SigmoidCalibration _TemperatureScaling"),
    _names("sklearn._loss.loss", "HalfTweedieLoss HalfTweedieLossIdentity"),
    _names("sklearn.gaussian_process._gpc", "_BinaryGaussianProcessClassifierLaplace"),
    _names(
        "sklearn.gaussian_process.kernels",
        "CompoundKernel ConstantKernel DotProduct ExpSineSquared Exponentiation Matern Product RBF RationalQuadratic "
        "Sum WhiteKernel",
    ),
    _names("sklearn.feature_selection._univariate_selection", "chi2 f_classif f_regression r_regression"),
    _names("sklearn.feature_selection._mutual_info", "mutual_info_classif mutual_info_regression"),
    _names(
        "sklearn.model_selection._split",
        "GroupKFold GroupShuffleSplit KFold LeaveOneGroupOut LeaveOneOut LeavePGroupsOut LeavePOut PredefinedSplit "
        "RepeatedKFold RepeatedStratifiedKFold ShuffleSplit StratifiedGroupKFold StratifiedKFold "
        "StratifiedShuffleSplit TimeSeriesSplit",
    ),
    _names(
        "sklearn.metrics._scorer",
        "_CurveScorer _MultimetricScorer _PassthroughScorer _Scorer "
        "negative_likelihood_ratio positive_likelihood_ratio",
    ),
    _names(
        "sklearn.metrics._classification",
        "accuracy_score balanced_accuracy_score brier_score_loss d2_brier_score d2_log_loss_score f1_score fbeta_score "
        "jaccard_score log_loss matthews_corrcoef precision_score recall_score",
    ),
    _names("sklearn.metrics._ranking", "average_precision_score roc_auc_score top_k_accuracy_score"),
    _names(
        "sklearn.metrics._regression",
        "d2_absolute_error_score explained_variance_score max_error mean_absolute_error mean_absolute_percentage_error "
        "mean_gamma_deviance mean_poisson_deviance mean_squared_error mean_squared_log_error median_absolute_error "
        "r2_score root_mean_squared_error root_mean_squared_log_error",
    ),
)
