"""Autologging of Spark ML."""

from headwater.flavors.spark_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
