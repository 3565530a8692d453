"""A real browser, and pages in it that must not complain."""

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser import chromium

PATIENCE_MS = 60_000
"""Waited for on a busy machine only."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser():
    path, environment = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            env=environment or None,
            args=["--disable-dev-shm-usage", "--disable-background-networking", "--disable-quic"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """Open pages by viewport; at the end none may have said anything in its console."""
    contexts, complaints = [], []

    def open_page(viewport):
        context = browser.new_context(viewport=viewport, accept_downloads=True)
        contexts.append(context)
        opened = context.new_page()
        opened.set_default_timeout(PATIENCE_MS)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on(
            "console",
            # Chromium reports a lost network and what the service refuses, whatever the page does
            # about it; tests make both on purpose.
            lambda message: (
                message.type == "error"
                and "ERR_CONNECTION_FAILED" not in message.text
                and not ("status of 4" in message.text and "/v1/" in message.location["url"])
                and complaints.append(message.text)
            ),
        )
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
