"""Every store keeps the contracts of webhooks and alerts."""

from collections.abc import Iterator

import pytest

from headwater.config import WEBHOOK_PRIVATE_HOSTS
from headwater.testing.contract_alerts import AlertRulesContract, AlertsContract
from headwater.testing.contract_webhooks import WebhooksContract
from headwater.testing.receiver import Receiver, running_receiver


@pytest.fixture(autouse=True)
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Return a receiver on this machine, which may be sent to."""
    monkeypatch.setenv(WEBHOOK_PRIVATE_HOSTS.name, "127.0.0.1")
    with running_receiver() as running:
        yield running


class TestWebhooks(WebhooksContract):
    """Run over the stores of the fixture."""


class TestAlerts(AlertsContract):
    """Run over the stores of the fixture."""


class TestAlertRules(AlertRulesContract):
    """Run over the stores of the fixture."""
