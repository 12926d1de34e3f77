"""Tools for the journeys: the product as separate processes, and a browser that fills in its real forms."""

import re
from typing import Any

import lxml.html
import requests

from chaos.product import ROOT, Service, environment, free_port, service, wait_for

__all__ = ["ROOT", "Browser", "Service", "environment", "free_port", "service", "wait_for"]


class Browser:
    """Opens pages and submits their forms, including hidden fields and checkboxes. No JavaScript."""

    def __init__(self, base: str):
        self.base = base
        self.session = requests.Session()
        self.page = lxml.html.HtmlElement()
        self.url = ""

    def open(self, path: str) -> lxml.html.HtmlElement:
        return self._show(self.session.get(path if "://" in path else self.base + path, timeout=20))

    def send(
        self, action: str = "", files: dict[str, tuple[str, bytes]] | None = None, **fields: Any
    ) -> lxml.html.HtmlElement:
        """Submit the form that posts to this URL, or press the button that does."""
        form, target = self._form(action, set(fields))
        values = [pair for pair in form.form_values() if pair[0] not in fields]
        for name, value in fields.items():
            values += [(name, item) for item in (value if isinstance(value, list) else [value])]
        return self._show(self.session.post(target, values, files=files, headers={"Referer": self.url}, timeout=20))

    def _form(self, action: str, fields: set[str]) -> tuple[lxml.html.FormElement, str]:
        def full(address: str | None) -> str:
            return requests.compat.urljoin(self.url, address or self.url)

        for form in self.page.forms:
            for button in form.xpath(".//button[@formaction]"):
                if action and re.search(action, button.get("formaction")):
                    return form, full(button.get("formaction"))
            if form.method == "POST" and re.search(action, full(form.action)) and fields <= {*form.fields, "look"}:
                return form, full(form.action)
        raise AssertionError(f"No form for {action!r} on {self.url}: {[form.action for form in self.page.forms]}")

    def _show(self, answer: requests.Response) -> lxml.html.HtmlElement:
        assert answer.ok, f"{answer.url} answered {answer.status_code}: {answer.text[:2000]}"
        self.url = answer.url
        self.page = lxml.html.fromstring(answer.text, base_url=answer.url)
        return self.page

    def text(self) -> str:
        return " ".join(self.page.text_content().split())
