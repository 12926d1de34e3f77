"""feedserver: serve invented papers on loopback, in the dialects of arXiv and of blogs. It knows nothing of Tenth.

words → invent → world → arxiv_api | arxiv_feed | press → mischief → server
(vocabulary, one text, everything that exists at a given time, dialects, faults, HTTP)
"""

from .server import Clock, FeedServer
from .world import World

__all__ = ["Clock", "FeedServer", "World"]
