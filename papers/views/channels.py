"""views.channels: for admins: the webhooks that shares go to."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import access, jobs, tasks
from ..forms.channels import ChannelForm
from ..models import Channel, Job
from ..sharing import channels
from . import page


@access.admin_required
@never_cache
@page.read_or_send
def index(request: HttpRequest) -> HttpResponse:
    """List all channels, with the form for a new one."""
    form = ChannelForm(page.sent(request))
    if form.is_valid():
        with page.refusals_in(form):
            made = channels.create(access.person(request), timezone.now(), **form.cleaned_data)
            if made.signing_key:
                return _list(request, ChannelForm(), key_of=made)
            messages.success(request, f"Added {made}. Send a test to see whether messages arrive.")
            return page.SeeOther(reverse("channels"))
    return _list(request, form)


@access.admin_required
@never_cache
@page.read_or_send
def edit(request: HttpRequest, channel_id: int) -> HttpResponse:
    channel = access.channel_for(access.person(request), channel_id)
    form = ChannelForm(page.sent(request), channel=channel, initial={"name": channel.name})
    if form.is_valid():
        with page.refusals_in(form):
            channels.change(channel, **form.cleaned_data)
            messages.success(request, f"Saved {channel}.")
            return page.SeeOther(reverse("channels"))
    context = {"channel": channel, "form": form}
    return render(request, "channels/edit.html", context, status=400 if form.errors else 200)


@access.admin_required
@require_POST
def test(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Send a test message, and wait for the result."""
    channel = access.channel_for(access.person(request), channel_id)
    job = jobs.ask(access.person(request), Job.Kind.TEST, {"channel": channel.pk}, timezone.now())
    page.soon(tasks.answer_due)
    return page.SeeOther(reverse("channel_tested", args=[job.pk]))


@access.admin_required
@require_safe
def tested(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = access.job_for(access.person(request), job_id, Job.Kind.TEST)
    channel, trouble = access.channel_for(access.person(request), job.wish["channel"]), job.problem(timezone.now())
    if job.state == Job.State.WAITING and not trouble:
        return page.waiting(request, job, "Channels", f"Sending a test to {channel} …")
    if answer := page.answered(request):
        return answer
    if trouble:
        messages.error(request, f"The test did not reach {channel}: {trouble}")
    else:
        messages.success(request, f"{channel} accepted the test message. Check that it arrived.")
    return page.SeeOther(reverse("channels"))


@access.admin_required
@never_cache
@require_POST
def key(request: HttpRequest, channel_id: int) -> HttpResponse:
    channel = get_object_or_404(Channel.objects.not_removed(), pk=channel_id, kind=Channel.Kind.WEBHOOK)
    channels.new_key(channel)
    return _list(request, ChannelForm(), key_of=channel)


@access.admin_required
@require_POST
def reopen(request: HttpRequest, channel_id: int) -> HttpResponse:
    channel = access.channel_for(access.person(request), channel_id)
    channels.reopen(channel)
    messages.success(request, f"Reopened {channel}. Failed messages can be sent again from their papers’ pages.")
    return page.SeeOther(reverse("channels"))


@access.admin_required
@page.read_or_send
def remove(request: HttpRequest, channel_id: int) -> HttpResponse:
    channel = access.channel_for(access.person(request), channel_id)
    if request.method != "POST":
        waiting = channel.shares.waiting().count()
        return render(request, "channels/remove.html", {"channel": channel, "waiting": waiting})
    channels.remove(channel, timezone.now())
    messages.success(request, f"Removed {channel}.")
    return page.SeeOther(reverse("channels"))


def _list(request: HttpRequest, form: ChannelForm, key_of: Channel | None = None) -> HttpResponse:
    """`key_of`: the signed webhook whose new key is shown, once."""
    context = {"channels": channels.listed(), "form": form, "key_of": key_of, "now": timezone.now()}
    return render(request, "channels/channels.html", context, status=400 if form.errors else 200)
