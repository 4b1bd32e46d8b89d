"""scikit-learn: `import headwater.sklearn` is the same as using `headwater.sklearn` after `import headwater`."""

from headwater.flavors.sklearn import autolog

__all__ = ["autolog"]
