"""Errors that a user can act on. Each carries the exit code that design and README document."""


class ServiceKpisError(Exception):
    """A plain sentence for the user; never a value of the data."""

    exit_code = 4


class CheckFailedError(ServiceKpisError):
    """A check, a dbt build or `--strict` failed; nothing was published."""

    exit_code = 1


class InputError(ServiceKpisError):
    """Wrong usage, or an input that is unreadable, changing or refused; nothing of it landed."""

    exit_code = 2


class WarehouseBusyError(ServiceKpisError):
    """Another run holds the warehouse."""

    exit_code = 3


class MachineError(ServiceKpisError):
    """The machine or this software failed: disk, memory, a defect."""

    exit_code = 4
