"""Everything that can go wrong, as one short tree. Each message is written for its reader."""


class StationkeeperError(Exception):
    """Base of all errors raised on purpose."""


class InputError(StationkeeperError):
    """What the user gave is wrong: names file, line or key, what was given, what was expected."""


class DomainError(StationkeeperError, ValueError):
    """A physical function was asked for a point outside its stated range."""


class StorageError(StationkeeperError):
    """A folder cannot be written, or the disk is full. What was finished stays readable."""


class ClusterError(StationkeeperError):
    """Workers on other machines were lost in mid-run. What was finished stays readable."""


class Interrupted(StationkeeperError):
    """The user stopped the run; what was finished is kept and can be resumed."""
