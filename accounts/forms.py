"""Shape of what the account page sends."""

from django import forms

from accounts.models import User


class ProfileForm(forms.ModelForm):
    """What a user may change about themselves here."""

    class Meta:
        model = User
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class DeleteAccountForm(forms.Form):
    """Deleting asks for the own address, so that it never happens by a slip of the hand."""

    email = forms.EmailField(
        label="Your email address", widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if email.casefold() != self.user.email.casefold():
            raise forms.ValidationError("This is not the address of this account. Nothing was deleted.")
        return email
