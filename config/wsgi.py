"""config.wsgi: what the web server calls."""

import logging
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

if not settings.HTTPS:
    logging.getLogger("tenth").warning(
        "PUBLIC_URL is http: secure cookies, HSTS and the redirect to https are off. "
        "Fine on this machine; anyone on the way can read along elsewhere."
    )
elif not settings.TRUSTED_PROXY_HEADER:
    logging.getLogger("tenth").info(
        "PUBLIC_URL is https: a proxy on this machine is believed when it says so (X-Forwarded-Proto). "
        "For one elsewhere set TRUSTED_PROXY_HEADER."
    )
