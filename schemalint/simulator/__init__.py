"""What a statement does to a database, by PostgreSQL's own rules and without a server."""

from schemalint.simulator.outcome import Outcome
from schemalint.simulator.simulator import Simulator

__all__ = ["Outcome", "Simulator"]
