"""The same product on RabbitMQ and Redis: papers come in, a share goes out once, and a lost broker comes back."""

import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pytest

from feedserver import FeedServer

from . import brokers
from .folders import furnished
from .journey import Browser, environment, free_port, service, wait_for
from .test_journey import WEDNESDAY, add_channel, cards_of, set_up, share, subscribe

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("make", [brokers.rabbitmq, brokers.redis], ids=["rabbitmq", "redis"])
def test_papers_come_in_shares_go_out_and_a_lost_broker_comes_back(make):
    with (
        make() as broker,
        FeedServer(seed=3, now=WEDNESDAY, history=timedelta(days=10)) as server,
        tempfile.TemporaryDirectory(prefix="tenth broker ", ignore_cleanup_errors=True) as folder,
    ):
        Path(folder).chmod(0o711)  # lets in the account that runs PostgreSQL when we are root
        port = free_port()
        env = environment(furnished(Path(folder)), server, PORT=str(port), CELERY_BROKER_URL=broker.url)
        browser = Browser(f"http://localhost:{port}")
        with service(["-m", "ops.run"], env) as tenth:
            set_up(browser, tenth)
            subscribe(browser, server)
            first, second, third = list(wait_for(lambda: cards_of(browser), 30))[:3]
            add_channel(browser, server)
            share(browser, first)
            wait_for(lambda: len(server.hooks.received) == 1)
            assert browser.session.get(f"{browser.base}/readyz").json()["sentence"] == "All is well."

            broker.stop()
            began = time.monotonic()
            share(browser, second)  # it is in the outbox, where the beat will find it
            assert time.monotonic() - began < 15, "the page waited for the broker"
            assert "on its way" in browser.text()

            broker.start()
            share(browser, third)  # whichever message wakes the worker, it delivers everything due
            wait_for(lambda: len(server.hooks.received) == 3, 60)
            wait_for(lambda: browser.session.get(f"{browser.base}/readyz").ok, 60)
            assert [message.again for message in server.hooks.received] == [False, False, False]
            assert tenth.end() == 0
