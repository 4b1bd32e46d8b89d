"""Autologging of the files and tables that Spark reads."""

from headwater.flavors.spark_sources_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
