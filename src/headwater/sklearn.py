"""scikit-learn: `import headwater.sklearn` is the same as using `headwater.sklearn` after `import headwater`."""

from headwater.flavors.sklearn import autolog, load_model, log_model, save_model

__all__ = ["autolog", "load_model", "log_model", "save_model"]
