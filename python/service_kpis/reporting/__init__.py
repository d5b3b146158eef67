"""The HTML report: one file that opens without a network and runs no script."""

from service_kpis.reporting.page import write_report

__all__ = ["write_report"]
