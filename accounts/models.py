"""Who uses this instance, what they may do and what they agreed to."""

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager):
    """Creates users by email; there are no user names."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        if not email:
            raise ValueError("A user needs an email address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractUser):
    """Signs in with an email address."""

    username = None
    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=120, blank=True)
    max_active_renders = models.PositiveIntegerField(
        null=True, blank=True, help_text="Renders waiting or running at once. Empty: the instance's default."
    )
    max_storage_mb = models.PositiveIntegerField(
        null=True, blank=True, help_text="Media kept for this user. Empty: the instance's default."
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email


class Consent(models.Model):
    """What a person declared with a face or a voice: the sentence they saw, when, about which file."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    statement = models.TextField()
    subject = models.CharField(max_length=64, help_text="SHA-256 of the uploaded file.")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.user}: {self.subject[:12]}"
