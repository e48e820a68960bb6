"""Addresses of the account page; signing in and out are allauth's."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("name", views.rename, name="rename"),
    path("tokens", views.create_token, name="create-token"),
    path("tokens/revoke", views.revoke_token, name="revoke-token"),
    path("export", views.export, name="export"),
    path("delete", views.delete, name="delete"),
]
