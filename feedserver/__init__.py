"""feedserver: a loopback server of invented papers, in the dialects that arXiv and blogs speak. Knows nothing of Tenth.

words → invent → world → arxiv_api | arxiv_feed | press → mischief → server
(vocabulary, one text, what exists when, dialects, what goes wrong, HTTP)
"""

from .server import Clock, FeedServer
from .world import World

__all__ = ["Clock", "FeedServer", "World"]
