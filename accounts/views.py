"""The account page: profile, appearance, use, API tokens, export and deletion."""

from datetime import date

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import selectors, services
from accounts.forms import DeleteAccountForm, ProfileForm
from avatarlab.pages import in_pieces


@require_GET
@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **extra: object) -> HttpResponse:
    context = {
        "profile_form": ProfileForm(instance=request.user),
        "delete_form": DeleteAccountForm(user=request.user),
        "usage": selectors.usage(request.user),
        "tokens": selectors.tokens_of(request.user),
        **extra,
    }
    return render(request, "accounts/account.html", context, status=status)


@require_POST
@login_required
def rename(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST, instance=request.user)
    if not form.is_valid():
        return _page(request, status=422, profile_form=form)
    form.save()
    messages.success(request, "Your name is saved.")
    return redirect("accounts:account")


@require_POST
@login_required
@never_cache
def create_token(request: HttpRequest) -> HttpResponse:
    """Shows the token in this answer and never again, so it is no redirect."""
    return _page(request, new_token=services.create_token(user=request.user))


@require_POST
@login_required
def revoke_token(request: HttpRequest) -> HttpResponse:
    services.revoke_token(user=request.user, token_key=request.POST.get("token_key", ""))
    messages.success(request, "The token is revoked. Programs that use it are signed out.")
    return redirect("accounts:account")


@require_GET
@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """All data of the user as a zip, sent while it is made."""
    name = f"avatar-lab-{date.today():%Y-%m-%d}.zip"
    return StreamingHttpResponse(
        in_pieces(request, services.export_account(user=request.user)),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@require_POST
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    form = DeleteAccountForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, status=422, delete_form=form)
    user = request.user
    logout(request)
    services.delete_account(user=user)
    messages.success(request, "Your account, your videos and your uploads are deleted.")
    return redirect("studio:landing")
