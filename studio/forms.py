"""Shape of what the studio's upload dialogs send; the rules are the services'."""

from django import forms


class UploadForm(forms.Form):
    """A file and what to call it."""

    file = forms.FileField(
        error_messages={"required": "Choose a file first.", "empty": "The file is empty. Choose another."}
    )
    name = forms.CharField(required=False, max_length=80)


class UploadAvatarForm(UploadForm):
    """With the confirmation that the face may be used; whether it is given is the service's to check."""

    consent = forms.BooleanField(required=False)


class UploadVoiceForm(UploadForm):
    """A recording with what is said in it."""

    transcript = forms.CharField(
        error_messages={"required": "Write down what is said in the recording, word for word."}
    )
    consent = forms.BooleanField(required=False)
